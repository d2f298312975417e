import { AppError } from '../../core/base/errors';
import type { EventId, SessionId } from '../../core/session/session';
import type { StoredEvent } from '../../core/session/sessionEvent';
import type { EventPage } from '../../core/session/sessionService';
import type { Database } from './database';
import * as queries from './sessionQueries';
import { toStoredEvent, toVerifiedEvent, type EventRow } from './sessionRows';
import type { SqlValue } from './sqliteBinding';

const everyRow = Number.MAX_SAFE_INTEGER;

/** See `SessionService.loadPage`. Each event is compared with its seal: a page is what a person reads. */
export async function loadPage(
  database: Database,
  id: SessionId,
  limit: number,
  before: EventId | undefined,
): Promise<EventPage> {
  const count = Math.max(0, Math.trunc(limit));
  // One more than asked for tells whether there are older ones.
  const rows =
    before === undefined
      ? await readRows(database, queries.selectBranchFromHead, [id, count + 1])
      : await readRowsAt(database, queries.selectBranchAbove, id, count + 1, before);
  const events = rows.slice(0, count).reverse().map(toVerifiedEvent);
  return { events, hasOlder: rows.length > count };
}

/**
 * See `SessionService.loadBranch`. Compares nothing with its seal: this runs before every request to a model, where a
 * hash over all that a long session holds would be paid with each message. Who reads sees the mark in the page, and
 * `check` finds the rest.
 */
export async function loadBranch(
  database: Database,
  id: SessionId,
  end: EventId | undefined,
  limit = everyRow,
): Promise<readonly StoredEvent[]> {
  const rows =
    end === undefined
      ? await readRows(database, queries.selectBranchFromHead, [id, limit])
      : await readRowsAt(database, queries.selectBranchFrom, id, limit, end);
  return rows.reverse().map(toStoredEvent);
}

function readRows(database: Database, sql: string, params: readonly SqlValue[]): Promise<EventRow[]> {
  return database.read((connection) => connection.all<EventRow>(sql, params));
}

/** An event that is not there must not look like the start of the conversation. */
function readRowsAt(
  database: Database,
  sql: string,
  id: SessionId,
  limit: number,
  event: EventId,
): Promise<EventRow[]> {
  return database.snapshot(async (connection) => {
    const rows = await connection.all<EventRow>(sql, [id, limit, event]);
    const found = rows.length > 0 || (await connection.first(queries.selectEventExists, [id, event]));
    if (found === undefined) {
      throw new AppError('argument/invalid', { args: { id, event } });
    }
    return rows;
  });
}
