-- What makes loss and change on disk visible, and who answers in a session.

-- Seal over the event's own columns; empty until an event of an earlier version was sealed.
ALTER TABLE session_events ADD COLUMN seal TEXT NOT NULL DEFAULT '';

-- The seals of the session's events, in the order of `seq`, folded into one, behind the `seq` up to which they are:
-- less than `last_seq` while the events behind it were not sealed.
ALTER TABLE sessions ADD COLUMN log_seal TEXT NOT NULL DEFAULT '';

-- Where the process runs whose id is `owner_pid`, when it started, and a count that grows while it works.
ALTER TABLE partial_replies ADD COLUMN owner_home TEXT NOT NULL DEFAULT '';
ALTER TABLE partial_replies ADD COLUMN owner_started TEXT NOT NULL DEFAULT '';
ALTER TABLE partial_replies ADD COLUMN beats INTEGER NOT NULL DEFAULT 0;
-- Another window asks the owner to stop.
ALTER TABLE partial_replies ADD COLUMN stop_asked INTEGER NOT NULL DEFAULT 0;

-- One row: what the file as a whole says of itself.
CREATE TABLE store_state (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  -- Another one for each file that takes the place of a lost one.
  generation TEXT NOT NULL,
  -- Events ever stored, also those that were deleted since.
  written INTEGER NOT NULL,
  -- Grows with every change of what lists and headers show, not with the growth of a reply.
  revision INTEGER NOT NULL DEFAULT 0,
  -- When a window last took on the daily backup and the check of the file.
  backup_at INTEGER NOT NULL DEFAULT 0,
  check_at INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO store_state (id, generation, written)
SELECT 1, lower(hex(randomblob(16))), (SELECT count(*) FROM session_events);

CREATE TRIGGER event_written AFTER INSERT ON session_events
BEGIN
  UPDATE store_state SET written = written + 1;
END;

CREATE TRIGGER session_made AFTER INSERT ON sessions
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;

-- Sealing events of an earlier version changes nothing that is shown.
CREATE TRIGGER session_changed AFTER UPDATE ON sessions
WHEN OLD.log_seal = NEW.log_seal OR OLD.last_seq <> NEW.last_seq
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;

CREATE TRIGGER session_deleted AFTER DELETE ON sessions
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;

CREATE TRIGGER context_attached AFTER INSERT ON session_context
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;

CREATE TRIGGER context_changed AFTER UPDATE ON session_context
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;

CREATE TRIGGER context_removed AFTER DELETE ON session_context
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;
