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

CREATE TRIGGER event_written AFTER INSERT ON session_events
BEGIN
  UPDATE store_state SET written = written + 1;
END;

CREATE TRIGGER session_changed AFTER UPDATE ON sessions
WHEN OLD.log_seal = NEW.log_seal OR OLD.last_seq <> NEW.last_seq
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;

CREATE TRIGGER session_deleted AFTER DELETE ON sessions
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;

CREATE TRIGGER session_made AFTER INSERT ON sessions
BEGIN
  UPDATE store_state SET revision = revision + 1;
END;

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
, owner_home TEXT NOT NULL DEFAULT '', owner_started TEXT NOT NULL DEFAULT '', beats INTEGER NOT NULL DEFAULT 0, stop_asked INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE schema_migrations (
  version TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

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
  created_at INTEGER NOT NULL, skill TEXT, seal TEXT NOT NULL DEFAULT '',
  UNIQUE (session_id, seq)
) STRICT;

CREATE TABLE session_metadata (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, key)
) STRICT, WITHOUT ROWID;

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
, preview TEXT NOT NULL DEFAULT '', log_seal TEXT NOT NULL DEFAULT '') STRICT;

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

CREATE TABLE usage (
  user_key TEXT PRIMARY KEY NOT NULL,
  snapshot TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_directory ON sessions (state, directory, updated_at DESC, id DESC);

CREATE INDEX sessions_by_git_root ON sessions (state, git_root, updated_at DESC, id DESC)
  WHERE git_root IS NOT NULL;

CREATE INDEX sessions_by_time ON sessions (state, updated_at DESC, id DESC);

CREATE INDEX sessions_by_title ON sessions (title_folded, directory, git_root) WHERE deleted_at IS NULL;

CREATE INDEX sessions_running ON sessions (id) WHERE turn_status = 'running';
