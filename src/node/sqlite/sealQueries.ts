/** SQL of the seals of events and of the logs they are folded into. */
import { eventColumns } from './sessionQueries';

/** Sessions whose log holds events that its seal does not count: those of earlier versions. */
export const selectSessionsBehind = 'SELECT id FROM sessions WHERE CAST(log_seal AS INTEGER) < last_seq ORDER BY id';

export const selectLog = 'SELECT id, log_seal, last_seq FROM sessions WHERE id = ?1';

/** Parameters: session, last seq before these, most rows. */
export const selectEventsAfter = `SELECT ${eventColumns} FROM session_events AS event
  WHERE session_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3`;

/** Parameter: pairs of id and seal as JSON. A seal that is there stays, whether it fits or not. */
export const updateSeals = `UPDATE session_events SET seal = fresh.seal
  FROM (SELECT value ->> 0 AS id, value ->> 1 AS seal FROM json_each(?1)) AS fresh
  WHERE session_events.id = fresh.id AND session_events.seal = ''`;

export const updateLogSeal = 'UPDATE sessions SET log_seal = ?2 WHERE id = ?1';

/** All events, session by session and in order. Parameters: the place of the last one before, most rows. */
export const selectEventsInOrder = `SELECT ${eventColumns} FROM session_events AS event
  WHERE (session_id, seq) > (?1, ?2) ORDER BY session_id, seq LIMIT ?3`;

export const selectSeals = 'SELECT seq, seal FROM session_events WHERE session_id = ?1 ORDER BY seq';

/** Sessions of which not one event is left. */
export const selectEmptied = `SELECT id FROM sessions WHERE last_seq > 0
  AND NOT EXISTS (SELECT 1 FROM session_events WHERE session_id = sessions.id)`;
