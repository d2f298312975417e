/** SQL of sessions and their events. Values are always bound; only fixed fragments are put together. */

export const sessionColumnNames = [
  'id',
  'head_id',
  'server_session_id',
  'directory',
  'git_root',
  'created_at',
  'updated_at',
  'archived_at',
  'deleted_at',
  'ended_at',
  'title',
  'title_source',
  'provider',
  'model',
  'skill',
  'pinned',
  'message_count',
  'last_seq',
  'last_invocation_id',
  'turn_status',
  'preview',
] as const;
export const sessionColumns = sessionColumnNames.map((name) => `sessions.${name}`).join(', ');

export const eventColumnNames = [
  'id',
  'session_id',
  'seq',
  'parent_id',
  'invocation_id',
  'turn_id',
  'event_type',
  'event_data',
  'provider',
  'model',
  'skill',
  'usage',
  'duration_ms',
  'created_at',
  'seal',
] as const;
export const eventColumns = eventColumnNames.map((name) => `event.${name}`).join(', ');

export const selectSession = `SELECT ${sessionColumns} FROM sessions WHERE id = ?1`;

/**
 * With what else an append needs: the seal of the log, which its events are folded into, the schema that the file has
 * by now, and the events ever stored in it.
 */
export const selectSessionToAppend = `SELECT ${sessionColumns}, log_seal,
    (SELECT user_version FROM pragma_user_version) AS schema_version,
    (SELECT written FROM store_state) AS written
  FROM sessions WHERE id = ?1`;

export const selectSessions = `SELECT ${sessionColumns} FROM sessions
  WHERE id IN (SELECT value FROM json_each(?1))`;

/** Parameters: id, directory, git root, skill, time, title, folded title, source of the title. No row = it was there. */
export const insertSession = `INSERT INTO sessions
    (id, directory, git_root, skill, created_at, updated_at, title, title_folded, title_source)
  VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8)
  ON CONFLICT (id) DO NOTHING
  RETURNING id`;

const wholeSessionColumns = [...sessionColumnNames, 'title_folded', 'log_seal'];

/** Parameters: every column of a session in its order, then the folded title and the seal of the log. */
export const insertWholeSession = `INSERT INTO sessions (${wholeSessionColumns.join(', ')})
  VALUES (${wholeSessionColumns.map((_, index) => `?${index + 1}`).join(', ')})`;

/**
 * Which of some events (ids as JSON) a session has. Parameters: session, ids. The plus keeps the planner from walking
 * through all events of the session instead of looking the few ids up.
 */
export const selectKnownEvents = `SELECT id FROM session_events
  WHERE id IN (SELECT value FROM json_each(?2)) AND +session_id = ?1`;

/** Parameters: every column of an event in its order, as often as there are events. */
export function insertEvents(count: number): string {
  const places = `(${eventColumnNames.map(() => '?').join(', ')})`;
  return `INSERT INTO session_events (${eventColumnNames.join(', ')}) VALUES ${Array<string>(count).fill(places).join(', ')}`;
}

export const insertEvent = insertEvents(1);

/** What an append changes. Names no column that stands still in an index: SQLite would write that index each time. */
export const advancedColumnNames = [
  'head_id',
  'last_seq',
  'log_seal',
  'message_count',
  'updated_at',
  'last_invocation_id',
  'provider',
  'model',
  'turn_status',
  'preview',
  'ended_at',
  'skill',
] as const;

/** Moves a session's row on after its events were written. Parameters: id, the columns in their order. */
export const advanceSession = `UPDATE sessions SET
    ${advancedColumnNames.map((name, index) => `${name} = ?${index + 2}`).join(', ')}
  WHERE id = ?1`;

/** Columns that `update` may set. */
export type PatchColumn =
  'title' | 'title_folded' | 'title_source' | 'pinned' | 'archived_at' | 'deleted_at' | 'ended_at' | 'skill';

/** First parameter: ids as JSON; then one value per column. */
export function updateSessions(columns: readonly PatchColumn[]): string {
  const assignments = columns.map((column, index) => `${column} = ?${index + 2}`).join(', ');
  return `UPDATE sessions SET ${assignments} WHERE id IN (SELECT value FROM json_each(?1))`;
}

export const updateServerSessionId = 'UPDATE sessions SET server_session_id = ?2 WHERE id = ?1 RETURNING id';

export const deleteSessions = `DELETE FROM sessions WHERE id IN (SELECT value FROM json_each(?1)) RETURNING id`;

/** Parameter: time. */
export const deleteTrashed = "DELETE FROM sessions WHERE state = 'deleted' AND deleted_at < ?1 RETURNING id";

/**
 * The row an event hangs below: its parent, or, where that row is missing, the nearest one before it in the log.
 * Only earlier rows count, so that no damage can make the walk go round in circles.
 */
const rowAbove = (parent: string, seq: string): string => `coalesce(
    (SELECT rowid FROM session_events WHERE id = ${parent} AND session_id = ?1 AND seq < ${seq}),
    (SELECT rowid FROM session_events WHERE session_id = ?1 AND seq < ${seq} AND ${parent} IS NOT NULL
      ORDER BY seq DESC LIMIT 1))`;

/** Walks up from the row that `start` selects. Last parameter: most rows. Newest first. */
const walk = (start: string, limit: string): string => `
  WITH RECURSIVE branch (event_row, parent_id, seq, depth) AS (
    SELECT rowid, parent_id, seq, 1 FROM session_events WHERE rowid = (${start})
    UNION ALL
    SELECT above.rowid, above.parent_id, above.seq, branch.depth + 1
    FROM branch CROSS JOIN session_events AS above
    WHERE branch.depth < ${limit} AND above.rowid = ${rowAbove('branch.parent_id', 'branch.seq')}
  )
  SELECT ${eventColumns} FROM branch CROSS JOIN session_events AS event ON event.rowid = branch.event_row
  ORDER BY branch.seq DESC`;

const pastEverySeq = String(Number.MAX_SAFE_INTEGER);

/** Parameters: session, most rows. */
export const selectBranchFromHead = walk(
  `SELECT ${rowAbove('sessions.head_id', pastEverySeq)} FROM sessions WHERE sessions.id = ?1`,
  '?2',
);

/** Parameters: session, most rows, event. */
export const selectBranchAbove = walk(
  `SELECT ${rowAbove('start.parent_id', 'start.seq')} FROM session_events AS start
    WHERE start.id = ?3 AND start.session_id = ?1`,
  '?2',
);

/** Parameters: session, most rows, event. */
export const selectBranchFrom = walk(
  'SELECT start.rowid FROM session_events AS start WHERE start.id = ?3 AND start.session_id = ?1',
  '?2',
);

export const selectEventPlace = 'SELECT parent_id, event_type FROM session_events WHERE id = ?2 AND session_id = ?1';

export const selectEventExists = 'SELECT 1 AS found FROM session_events WHERE id = ?2 AND session_id = ?1';

/** One place where sessions of a list can be, answered by one index in order. */
export type ListArm = 'everywhere' | 'directory' | 'gitRoot';

const armConditions: Readonly<Record<ListArm, string>> = {
  everywhere: '',
  directory: 'AND directory IS ?',
  gitRoot: 'AND git_root = ?',
};

/** Conditions beyond state and place; each takes its own parameters, in this order. */
export interface ListConditions {
  readonly after: boolean;
  readonly pinned: boolean;
  readonly provider: boolean;
  readonly titlePart: boolean;
  readonly updatedBefore: boolean;
  readonly deletedBefore: boolean;
}

/**
 * Sessions of one place, newest first. Parameters: state, the place (not for `everywhere`), those of the
 * conditions, most rows.
 */
export function selectListArm(arm: ListArm, conditions: ListConditions): string {
  return `SELECT ${sessionColumns} FROM sessions WHERE state = ? ${armConditions[arm]}
    ${conditions.after ? 'AND (updated_at, id) < (?, ?)' : ''}
    ${conditions.pinned ? 'AND pinned = ?' : ''}
    ${conditions.provider ? 'AND provider = ?' : ''}
    ${conditions.titlePart ? 'AND instr(title_folded, ?) > 0' : ''}
    ${conditions.updatedBefore ? 'AND updated_at < ?' : ''}
    ${conditions.deletedBefore ? 'AND deleted_at < ?' : ''}
    ORDER BY updated_at DESC, id DESC LIMIT ?`;
}

/** As `selectListArm`, for sessions that may resume. Parameters: place, since, until, most rows. */
export function selectResumableArm(arm: 'directory' | 'gitRoot'): string {
  return `SELECT ${sessionColumns} FROM sessions WHERE state = 'active' ${armConditions[arm]}
    AND updated_at > ? AND updated_at <= ? AND ended_at IS NULL
    ORDER BY updated_at DESC, id DESC LIMIT ?`;
}

/** Of a title in one place the newest session. Parameters: folded title, place. */
export function selectTitledArm(arm: 'directory' | 'gitRoot'): string {
  return `SELECT ${sessionColumns} FROM sessions WHERE title_folded = ? AND deleted_at IS NULL ${armConditions[arm]}
    ORDER BY updated_at DESC, id DESC LIMIT 1`;
}

export const selectMetadata = 'SELECT value FROM session_metadata WHERE session_id = ?1 AND key = ?2';

export const upsertMetadata = `INSERT INTO session_metadata (session_id, key, value, updated_at) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (session_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`;

export const deleteMetadata = 'DELETE FROM session_metadata WHERE session_id = ?1 AND key = ?2';

export const selectUsage = 'SELECT snapshot, updated_at FROM usage WHERE user_key = ?1';

export const upsertUsage = `INSERT INTO usage (user_key, snapshot, updated_at) VALUES (?1, ?2, ?3)
  ON CONFLICT (user_key) DO UPDATE SET snapshot = excluded.snapshot, updated_at = excluded.updated_at`;

export const selectStoreDescription =
  'SELECT sqlite_version() AS version, (SELECT user_version FROM pragma_user_version) AS schema';
