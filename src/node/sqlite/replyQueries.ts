/** SQL of the rows that running turns keep. */

const columns = [
  'session_id',
  'turn_id',
  'invocation_id',
  'owner_pid',
  'owner_home',
  'owner_started',
  'parent_id',
  'provider',
  'model',
  'content',
  'reasoning',
  'started_at',
  'updated_at',
] as const;

export const selectPartialReply = `SELECT ${columns.join(', ')}, beats FROM partial_replies WHERE session_id = ?1`;

const ownerColumns = `session_id, turn_id, invocation_id, owner_pid, owner_home, owner_started, beats, stop_asked`;

export const selectReplyOwner = `SELECT ${ownerColumns} FROM partial_replies WHERE session_id = ?1`;

export const selectReplyOwners = `SELECT ${ownerColumns} FROM partial_replies`;

/** Parameters: every column in its order. A row that is there stays as it is. */
export const insertPartialReply = `INSERT INTO partial_replies (${columns.join(', ')})
  VALUES (${columns.map((_, index) => `?${index + 1}`).join(', ')})
  ON CONFLICT (session_id) DO NOTHING`;

/** Parameters as for the insertion. Only the row of this turn; no row = the turn has the session no more. */
export const updatePartialReply = `UPDATE partial_replies SET
    ${columns
      .slice(2)
      .map((name) => `${name} = ?${columns.indexOf(name) + 1}`)
      .join(', ')},
    beats = beats + 1
  WHERE session_id = ?1 AND turn_id = ?2
  RETURNING stop_asked`;

/** The text is part of the log now. Parameters: session, turn, event below which the reply goes on, time. */
export const emptyPartialReply = `UPDATE partial_replies
  SET content = '', reasoning = '', parent_id = ?3, updated_at = ?4, beats = beats + 1
  WHERE session_id = ?1 AND turn_id = ?2`;

/** Parameters: session, turn, time. */
export const beat = `UPDATE partial_replies SET beats = beats + 1, updated_at = ?3
  WHERE session_id = ?1 AND turn_id = ?2
  RETURNING stop_asked`;

export const askToStop = 'UPDATE partial_replies SET stop_asked = 1 WHERE session_id = ?1';

export const deletePartialReply = 'DELETE FROM partial_replies WHERE session_id = ?1 AND turn_id = ?2';

export const selectSessionExists = 'SELECT 1 AS found FROM sessions WHERE id = ?1';

/** A running turn has its row from the transaction on that starts it. */
export const markAbandoned = `UPDATE sessions SET turn_status = 'interrupted' WHERE turn_status = 'running'
  AND id NOT IN (SELECT session_id FROM partial_replies)
  RETURNING id`;

export const selectAbandoned = `SELECT id FROM sessions WHERE turn_status = 'running'
  AND id NOT IN (SELECT session_id FROM partial_replies)`;
