-- Times are Unix milliseconds. Order inside a session is `seq`, never a time.

CREATE TABLE sessions (
  id TEXT PRIMARY KEY NOT NULL,
  head_id TEXT,
  server_session_id TEXT,
  directory TEXT,
  git_root TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  deleted_at INTEGER,
  ended_at INTEGER,
  title TEXT NOT NULL DEFAULT '',
  -- The title in lower case: SQLite folds the case of ASCII letters only.
  title_folded TEXT NOT NULL DEFAULT '',
  title_source TEXT NOT NULL DEFAULT 'none',
  provider TEXT,
  model TEXT,
  skill TEXT,
  pinned INTEGER NOT NULL DEFAULT 0,
  message_count INTEGER NOT NULL DEFAULT 0,
  last_seq INTEGER NOT NULL DEFAULT 0,
  last_invocation_id TEXT,
  turn_status TEXT NOT NULL DEFAULT 'idle',
  -- What every list filters by, as one value, so that an index can lead with it.
  state TEXT NOT NULL GENERATED ALWAYS AS (
    CASE
      WHEN deleted_at IS NOT NULL THEN 'deleted'
      WHEN archived_at IS NOT NULL THEN 'archived'
      ELSE 'active'
    END
  ) VIRTUAL
) STRICT;

CREATE INDEX sessions_by_time ON sessions (state, updated_at DESC, id DESC);
CREATE INDEX sessions_by_directory ON sessions (state, directory, updated_at DESC, id DESC);
CREATE INDEX sessions_by_git_root ON sessions (state, git_root, updated_at DESC, id DESC)
  WHERE git_root IS NOT NULL;
CREATE INDEX sessions_running ON sessions (id) WHERE turn_status = 'running';

CREATE TABLE session_events (
  id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  parent_id TEXT,
  invocation_id TEXT NOT NULL,
  turn_id TEXT,
  event_type TEXT NOT NULL,
  event_data TEXT NOT NULL,
  provider TEXT,
  model TEXT,
  usage TEXT,
  duration_ms INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (session_id, seq)
) STRICT;

CREATE TABLE session_metadata (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage (
  user_key TEXT PRIMARY KEY NOT NULL,
  snapshot TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- The reply of a running turn as far as it has come. No event: it is replaced as it grows.
CREATE TABLE partial_replies (
  session_id TEXT PRIMARY KEY NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  turn_id TEXT NOT NULL,
  invocation_id TEXT NOT NULL,
  owner_pid INTEGER NOT NULL,
  parent_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  content TEXT NOT NULL,
  reasoning TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
