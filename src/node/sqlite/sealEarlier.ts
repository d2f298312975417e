import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database';
import { foldSeals, sealedUpTo, sealOf } from './eventSeal';
import * as queries from './sealQueries';
import type { EventRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';

/** Per transaction: so few that a message that is sent meanwhile does not wait for them noticeably. */
const rowsPerStep = 200;
const sessionsPerStep = 50;
/** Between two transactions, because windows that wait for the lock look only now and then whether it is free. */
const pauseMs = 25;

/** How far the log of a session is sealed. */
export interface SealedLog {
  readonly id: string;
  readonly log_seal: string;
  readonly last_seq: number;
}

/**
 * Seals the events that earlier versions wrote, in small transactions between which other writes get their turn. What
 * it did not come to is taken up by the next call. An event that has a seal keeps it, so nothing that was altered
 * becomes right by this.
 */
export async function sealEarlier(database: Database, signal: AbortSignal): Promise<void> {
  const sessions = await database.read((connection) => connection.all<{ id: string }>(queries.selectSessionsBehind));
  const ids = sessions.map(({ id }) => id);
  for (let done = 0; done < ids.length && !signal.aborted;) {
    const next = ids.slice(done, done + sessionsPerStep);
    done += await database.write((connection) => sealStep(connection, next));
    await sleep(pauseMs, undefined, { signal, ref: false });
  }
}

/** Returns how many of the sessions, the first ones, are done. */
async function sealStep(connection: SqliteConnection, ids: readonly string[]): Promise<number> {
  let room = rowsPerStep;
  for (const [index, id] of ids.entries()) {
    room -= await sealRows(connection, id, room);
    if (room === 0) {
      return index;
    }
  }
  return ids.length;
}

/** Seals the next events of a session; returns how many there were. */
async function sealRows(connection: SqliteConnection, id: string, most: number): Promise<number> {
  const log = await connection.first<SealedLog>(queries.selectLog, [id]);
  const from = sealedUpTo(log?.log_seal ?? '');
  const rows = await connection.all<EventRow>(queries.selectEventsAfter, [id, from, most]);
  if (log !== undefined && rows.length > 0) {
    const sealed = rows.map((row) => ({ ...row, seal: row.seal === '' ? sealOf(row) : row.seal }));
    await connection.all(queries.updateSeals, [JSON.stringify(sealed.map((row) => [row.id, row.seal]))]);
    await connection.all(queries.updateLogSeal, [id, foldSeals(log.log_seal, sealed)]);
  }
  return rows.length;
}
