import { messageTextOf, previewOf } from '../../core/session/messagePreview';
import { decodeEventBody } from '../../core/session/sessionEventCodec';
import { deriveTitle } from '../../core/session/sessionTitle';
import { foldSeals } from './eventSeal';
import { foldTitle } from './foldTitle';
import type { SqliteConnection } from './sqliteConnection';
import { updateDerivedTitle } from './titleQueries';

interface IncompleteSession {
  readonly id: string;
  readonly title: string;
  readonly last_seq: number;
  readonly highest: number;
  readonly events: number;
}

interface EventOfSession {
  readonly id: string;
  readonly seq: number;
  readonly event_type: string;
  readonly event_data: string;
  readonly seal: string;
}

/** Rows for sessions of which nothing but events was found. */
const insertLostSessions = `INSERT INTO sessions (id, created_at, updated_at)
  SELECT session_id, min(created_at), max(created_at) FROM session_events
  WHERE session_id NOT IN (SELECT id FROM sessions) GROUP BY session_id`;

const selectIncomplete = `SELECT * FROM (
    SELECT id, title, head_id, last_seq,
      (SELECT count(*) FROM session_events WHERE session_id = sessions.id) AS events,
      (SELECT coalesce(max(seq), 0) FROM session_events WHERE session_id = sessions.id) AS highest
    FROM sessions
  ) AS found
  WHERE events <> last_seq OR highest <> last_seq
    OR (events > 0 AND NOT EXISTS (SELECT 1 FROM session_events WHERE id = found.head_id AND session_id = found.id))`;

/** Parameters: id, last seq, message count, preview, log seal. A head that is gone becomes the last event there is. */
const updateCounted = `UPDATE sessions SET last_seq = ?2, message_count = ?3, preview = ?4, log_seal = ?5,
  head_id = CASE
    WHEN EXISTS (SELECT 1 FROM session_events AS head WHERE head.id = sessions.head_id AND head.session_id = ?1)
      THEN head_id
    ELSE (SELECT last.id FROM session_events AS last WHERE last.session_id = ?1 ORDER BY last.seq DESC LIMIT 1)
  END
  WHERE id = ?1`;

/**
 * Makes the rows of sessions fit the events that are there, so that all of them can be reached: an event whose parent
 * is gone hangs below the nearest one before it, as everywhere when a log is read. To be run inside a write transaction.
 * Returns how many events the sessions once had more.
 */
export async function mendSessions(connection: SqliteConnection): Promise<number> {
  await connection.all(insertLostSessions);
  for (const table of ['session_metadata', 'session_context', 'partial_replies']) {
    await connection.all(`DELETE FROM ${table} WHERE session_id NOT IN (SELECT id FROM sessions)`);
  }
  let lost = 0;
  for (const session of await connection.all<IncompleteSession>(selectIncomplete)) {
    lost += Math.max(session.last_seq, session.highest) - session.events;
    await mendSession(connection, session);
  }
  return lost;
}

async function mendSession(connection: SqliteConnection, { id, title, highest }: IncompleteSession): Promise<void> {
  const events = await connection.all<EventOfSession>(
    'SELECT id, seq, event_type, event_data, seal FROM session_events WHERE session_id = ?1 ORDER BY seq',
    [id],
  );
  const bodies = events.map((event) => decodeEventBody(event.event_type, event.event_data));
  const messages = bodies.flatMap((body) => messageTextOf(body) ?? []);
  const unsealed = events.findIndex(({ seal }) => seal === '');
  const logSeal = foldSeals('', unsealed === -1 ? events : events.slice(0, unsealed));
  await connection.all(updateCounted, [id, highest, messages.length, previewOf(bodies) ?? '', logSeal]);
  const derived = title === '' ? deriveTitle(messages[0] ?? '') : '';
  if (derived !== '') {
    await connection.all(updateDerivedTitle, [id, derived, foldTitle(derived)]);
  }
}
