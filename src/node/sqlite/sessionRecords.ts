import { AppError } from '../../core/base/errors';
import { messageTextOf, previewOf } from '../../core/session/messagePreview';
import type { Session, SessionId } from '../../core/session/session';
import { decodeEventBody } from '../../core/session/sessionEventCodec';
import type { RecordedEvent, RecordedMetadata, SessionRecord } from '../../core/session/sessionRecord';
import { forEachWithPauses, mapWithPauses } from '../withPauses';
import { foldSeals } from './eventSeal';
import { foldTitle } from './foldTitle';
import * as recordQueries from './recordQueries';
import { selectEventsAfter } from './sealQueries';
import { listContext, putContext } from './sessionContext';
import * as queries from './sessionQueries';
import {
  eventRow,
  eventValues,
  sessionValues,
  toRecordedEvent,
  toSession,
  type EventRow,
  type SessionRow,
} from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';
import { isConstraintViolation } from './sqliteErrors';
import { uniqueTitle } from './uniqueTitle';

/** Rows per query: they come all at once, and nothing else goes on meanwhile. */
const eventsPerRead = 100;
/** Rows per statement: few enough for SQLite's limit of parameters, so many that the way to the library costs little. */
const eventsPerInsert = 100;
/** Long messages go in smaller batches: all that is bound to a statement lies in memory once more. */
const charactersPerInsert = 4_000_000;

/** All of a session. To be run in a transaction, so that its parts fit together. */
export async function readRecord(connection: SqliteConnection, id: SessionId): Promise<SessionRecord | undefined> {
  const row = await connection.first<SessionRow>(queries.selectSession, [id]);
  if (row === undefined) {
    return undefined;
  }
  const metadata = await connection.all<{ key: string; value: string; updated_at: number }>(
    recordQueries.selectAllMetadata,
    [id],
  );
  const events: RecordedEvent[] = [];
  for (;;) {
    const page = [id, events.at(-1)?.seq ?? 0, eventsPerRead];
    const rows = await connection.all<EventRow>(selectEventsAfter, page);
    events.push(...rows.map(toRecordedEvent));
    if (rows.length < eventsPerRead) {
      break;
    }
  }
  return {
    session: toSession(row),
    metadata: metadata.map(({ key, value, updated_at }) => ({ key, value, updatedAt: updated_at })),
    context: await listContext(connection, id),
    events,
  };
}

/** Writes a whole session, to be run inside a write transaction. See `SessionService.importRecord`. */
export async function importRecord(
  connection: SqliteConnection,
  record: SessionRecord,
  replaces: SessionId | undefined,
  now: number,
): Promise<Session> {
  const session = await recount(record);
  try {
    if (replaces !== undefined) {
      // First, so that its title is free for the one that takes its place.
      await connection.all(queries.updateSessions(['deleted_at']), [JSON.stringify([replaces]), now]);
    }
    // In the trash a title takes no place; one is found when the session is restored.
    const title =
      session.deletedAt === null && session.title !== ''
        ? await uniqueTitle(connection, session.id, session, session.title)
        : session.title;
    const stored = { ...session, title };
    const rows = await mapWithPauses(record.events, (event) => eventRow(session.id, event));
    const values = [...sessionValues(stored), foldTitle(title), await logSealOf(rows)];
    await connection.all(queries.insertWholeSession, values);
    await insertAll(connection, rows);
    await putMetadata(connection, session.id, record.metadata);
    await putContext(connection, session.id, record.context);
    return stored;
  } catch (error) {
    if (isConstraintViolation(error)) {
      throw new AppError('argument/invalid', {
        args: { name: 'record', reason: 'the session or one of its events is stored already, or a value does not fit' },
        cause: error,
      });
    }
    throw error;
  }
}

/** The row as the events make it, whatever the record says of them. */
async function recount({ session, events }: SessionRecord): Promise<Session> {
  const bodies = await mapWithPauses(events, (event) => decodeEventBody(event.type, event.data));
  return {
    ...session,
    messageCount: bodies.filter((body) => messageTextOf(body) !== undefined).length,
    lastSeq: events.reduce((last, event) => Math.max(last, event.seq), 0),
    preview: previewOf(bodies) ?? '',
    // Nobody works on a turn that came with a copy.
    turnStatus: session.turnStatus === 'running' ? 'interrupted' : session.turnStatus,
  };
}

async function logSealOf(rows: readonly EventRow[]): Promise<string> {
  const inOrder = [...rows].sort((a, b) => a.seq - b.seq);
  let seal = '';
  await forEachWithPauses(inOrder, (row) => (seal = foldSeals(seal, [row])));
  return seal;
}

async function insertAll(connection: SqliteConnection, rows: readonly EventRow[]): Promise<void> {
  for (const batch of batchesOf(rows)) {
    await connection.allOnce(queries.insertEvents(batch.length), batch.flatMap(eventValues));
  }
}

function batchesOf(rows: readonly EventRow[]): readonly (readonly EventRow[])[] {
  const batches: EventRow[][] = [];
  let room = 0;
  for (const row of rows) {
    room -= row.event_data.length;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === eventsPerInsert || room < 0) {
      batches.push([row]);
      room = charactersPerInsert - row.event_data.length;
    } else {
      batch.push(row);
    }
  }
  return batches;
}

async function putMetadata(
  connection: SqliteConnection,
  id: SessionId,
  metadata: readonly RecordedMetadata[],
): Promise<void> {
  for (const { key, value, updatedAt } of metadata) {
    await connection.all(queries.upsertMetadata, [id, key, value, updatedAt]);
  }
}
