-- What is attached to sessions, a line of their last message for lists, and titles that are looked up by key.

CREATE TABLE session_context (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  key TEXT NOT NULL,
  -- Order of attaching; an item that is attached again keeps its place.
  position INTEGER NOT NULL,
  uri TEXT,
  value TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, type, key)
) STRICT;

ALTER TABLE sessions ADD COLUMN preview TEXT NOT NULL DEFAULT '';

ALTER TABLE session_events ADD COLUMN skill TEXT;

CREATE INDEX sessions_by_title ON sessions (title_folded, directory, git_root) WHERE deleted_at IS NULL;

-- The last message with text, as one line: white space becomes a space with a mark behind it, and all marks that stand
-- before another space go with it. Data that is no JSON, or not of the usual shape, is passed over.
UPDATE sessions SET preview = coalesce(
  (
    SELECT substr(trim(replace(replace(marked, char(1) || ' ', ''), char(1), '')), 1, 160) AS line
    FROM (
      SELECT
        seq,
        replace(replace(replace(replace(
          substr(content, 1, 2000), char(13), ' '), char(10), ' '), char(9), ' '), ' ', ' ' || char(1)) AS marked
      FROM (
        SELECT
          seq,
          CASE
            WHEN NOT json_valid(event_data) THEN NULL
            WHEN json_type(event_data, '$.content') = 'text' THEN json_extract(event_data, '$.content')
          END AS content
        FROM session_events
        WHERE session_events.session_id = sessions.id AND event_type IN ('user_message', 'text')
      )
    )
    WHERE line <> ''
    ORDER BY seq DESC
    LIMIT 1
  ),
  ''
);
