import { AppError } from '../../core/base/errors';
import { messageTextOf, previewOf } from '../../core/session/messagePreview';
import type { Session, SessionId } from '../../core/session/session';
import { decodeEventBody } from '../../core/session/sessionEventCodec';
import type { RecordedEvent, RecordedMetadata, SessionRecord } from '../../core/session/sessionRecord';
import { foldTitle } from './foldTitle';
import * as recordQueries from './recordQueries';
import { listContext, putContext } from './sessionContext';
import * as queries from './sessionQueries';
import { eventValues, sessionValues, toRecordedEvent, toSession, type EventRow, type SessionRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';
import { isConstraintViolation } from './sqliteErrors';
import { uniqueTitle } from './uniqueTitle';

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
  const events = await connection.all<EventRow>(queries.selectEvents, [id]);
  return {
    session: toSession(row),
    metadata: metadata.map(({ key, value, updated_at }) => ({ key, value, updatedAt: updated_at })),
    context: await listContext(connection, id),
    events: events.map(toRecordedEvent),
  };
}

/** Writes a whole session, to be run inside a write transaction. See `SessionService.importRecord`. */
export async function importRecord(
  connection: SqliteConnection,
  record: SessionRecord,
  replaces: SessionId | undefined,
  now: number,
): Promise<Session> {
  const session = recount(record);
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
    await connection.all(queries.insertWholeSession, [...sessionValues(stored), foldTitle(title)]);
    await insertAll(connection, session.id, record.events);
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
function recount({ session, events }: SessionRecord): Session {
  const bodies = events.map((event) => decodeEventBody(event.type, event.data));
  return {
    ...session,
    messageCount: bodies.filter((body) => messageTextOf(body) !== undefined).length,
    lastSeq: events.reduce((last, event) => Math.max(last, event.seq), 0),
    preview: previewOf(bodies) ?? '',
    // Nobody works on a turn that came with a copy.
    turnStatus: session.turnStatus === 'running' ? 'interrupted' : session.turnStatus,
  };
}

async function insertAll(connection: SqliteConnection, id: SessionId, events: readonly RecordedEvent[]): Promise<void> {
  for (const batch of batchesOf(events)) {
    await connection.allOnce(
      queries.insertEvents(batch.length),
      batch.flatMap((event) => eventValues(id, event)),
    );
  }
}

function batchesOf(events: readonly RecordedEvent[]): readonly (readonly RecordedEvent[])[] {
  const batches: RecordedEvent[][] = [];
  let room = 0;
  for (const event of events) {
    room -= event.data.length;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === eventsPerInsert || room < 0) {
      batches.push([event]);
      room = charactersPerInsert - event.data.length;
    } else {
      batch.push(event);
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
