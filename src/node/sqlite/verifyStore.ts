import { toError } from '../../core/base/errors';
import { toEventId, toSessionId, type EventId, type SessionId } from '../../core/session/session';
import type { StoreCheck } from '../../core/session/storeFile';
import { foldSeals, isAltered, sealedUpTo, type SealedPlace } from './eventSeal';
import type { SealedLog } from './sealEarlier';
import * as queries from './sealQueries';
import type { EventRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';
import { isDamage } from './sqliteErrors';
import { quickCheck } from './storeFigures';

/** Events that are read at once; few, because any of them may be large. */
const rowsPerPage = 50;

type FileCheck = Omit<StoreCheck, 'missingEvents'>;

/**
 * Reads a whole file on a connection of its own, in no transaction that would keep others from writing. Damage is part
 * of the result; rejects with other `store/*` errors, and when the signal is aborted.
 */
export async function verifyStore(connection: SqliteConnection, signal: AbortSignal): Promise<FileCheck> {
  const problems: string[] = [];
  const note = (error: unknown): undefined => {
    signal.throwIfAborted();
    if (!isDamage(error)) {
      throw error;
    }
    problems.push(toError(error.cause ?? error).message);
  };
  problems.push(...((await quickCheck(connection).catch(note)) ?? []));
  const found = await compareSeals(connection, signal).catch(note);
  return { problems, altered: found?.altered ?? [], incomplete: found?.incomplete ?? [] };
}

async function compareSeals(connection: SqliteConnection, signal: AbortSignal): Promise<Omit<FileCheck, 'problems'>> {
  const altered: EventId[] = [];
  const suspects: string[] = [];
  let log: LogReader | undefined;
  for await (const row of eventsInOrder(connection, signal)) {
    if (isAltered(row)) {
      altered.push(toEventId(row.id));
    }
    if (row.session_id !== log?.id) {
      suspects.push(...suspectOf(log));
      log = new LogReader(row.session_id, await connection.first<SealedLog>(queries.selectLog, [row.session_id]));
    }
    log.take(row);
  }
  suspects.push(...suspectOf(log));
  const emptied = await connection.all<{ id: string }>(queries.selectEmptied);
  suspects.push(...emptied.map(({ id }) => id));
  return { altered, incomplete: await confirm(connection, suspects, signal) };
}

async function* eventsInOrder(connection: SqliteConnection, signal: AbortSignal): AsyncGenerator<EventRow> {
  let last: Pick<EventRow, 'session_id' | 'seq'> = { session_id: '', seq: 0 };
  for (;;) {
    signal.throwIfAborted();
    const place = [last.session_id, last.seq, rowsPerPage];
    const rows = await connection.all<EventRow>(queries.selectEventsInOrder, place);
    yield* rows;
    last = rows.at(-1) ?? last;
    if (rows.length < rowsPerPage) {
      return;
    }
  }
}

/** Folds the events of one session as they come, up to where its log was sealed when this began. */
class LogReader {
  private folded = '';
  private lastSeq = 0;

  constructor(
    readonly id: string,
    private readonly log: SealedLog | undefined,
  ) {}

  take(place: SealedPlace): void {
    this.lastSeq = place.seq;
    if (place.seq <= sealedUpTo(this.log?.log_seal ?? '')) {
      this.folded = foldSeals(this.folded, [place]);
    }
  }

  /** An event without its session is one too many. */
  get addsUp(): boolean {
    return this.log !== undefined && this.folded === this.log.log_seal && this.lastSeq === this.log.last_seq;
  }
}

function suspectOf(log: LogReader | undefined): readonly string[] {
  return log === undefined || log.addsUp ? [] : [log.id];
}

/** What was written or deleted while the pages were read looks like a loss; seen in one state it does not. */
async function confirm(
  connection: SqliteConnection,
  suspects: readonly string[],
  signal: AbortSignal,
): Promise<readonly SessionId[]> {
  const incomplete: SessionId[] = [];
  for (const id of suspects) {
    signal.throwIfAborted();
    if (!(await connection.transaction('read', () => addsUp(connection, id)))) {
      incomplete.push(toSessionId(id));
    }
  }
  return incomplete;
}

async function addsUp(connection: SqliteConnection, id: string): Promise<boolean> {
  const log = await connection.first<SealedLog>(queries.selectLog, [id]);
  const places = await connection.all<SealedPlace>(queries.selectSeals, [id]);
  const reader = new LogReader(id, log);
  places.forEach((place) => reader.take(place));
  return reader.addsUp || (log === undefined && places.length === 0);
}
