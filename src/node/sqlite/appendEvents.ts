import { AppError } from '../../core/base/errors';
import type { EventId, SessionId } from '../../core/session/session';
import type { NewEvent, StoredEvent } from '../../core/session/sessionEvent';
import type { AppendRequest, AppendResult, NewSession } from '../../core/session/sessionService';
import { foldTitle } from './foldTitle';
import * as queries from './sessionQueries';
import { placeEvent, toSession, type SessionRow } from './sessionRows';
import type { SqlValue } from './sqliteBinding';
import type { SqliteConnection } from './sqliteConnection';
import { isPrimaryKeyViolation } from './sqliteErrors';

/**
 * The append of one request, to be run inside a write transaction. The head is compared and the sequence numbers are
 * taken here, behind the write lock, so that two windows can neither overwrite nor interleave.
 */
export async function appendEvents(
  connection: SqliteConnection,
  request: AppendRequest,
  now: number,
): Promise<AppendResult> {
  const row = await findOrCreate(connection, request, now);
  // Only another head makes it worth asking: it may be this very request, stored before without an answer.
  const known = row.head_id === request.expectedHead ? noEvents : await findKnown(connection, request);
  if (isStored(request, known)) {
    return { session: toSession(row), events: [] };
  }
  requireHead(row, request, known);
  const { events, head } = await insertEvents(connection, request, row, known, now);
  if (events.length === 0 && request.events.length > 0) {
    return { session: toSession(row), events };
  }
  if (request.clearDraftOf !== undefined) {
    await connection.all(queries.deletePartialReply, [row.id, request.clearDraftOf]);
  }
  const [advanced] = await connection.all<SessionRow>(
    queries.advanceSession,
    advanceParameters(row, request, events, head, now),
  );
  if (advanced === undefined) {
    throw notFound(request.sessionId);
  }
  return { session: toSession(advanced), events };
}

const noEvents: ReadonlySet<string> = new Set();

export function notFound(id: SessionId): AppError {
  return new AppError('session/not-found', { args: { id } });
}

export async function createSession(
  connection: SqliteConnection,
  id: SessionId,
  create: NewSession,
  now: number,
): Promise<void> {
  const { directory, gitRoot } = create.key;
  await connection.all(queries.insertSession, [id, directory, gitRoot, create.skill, now]);
}

async function findOrCreate(connection: SqliteConnection, request: AppendRequest, now: number): Promise<SessionRow> {
  const find = (): Promise<SessionRow | undefined> => connection.first(queries.selectSession, [request.sessionId]);
  const found = await find();
  if (found !== undefined) {
    return found;
  }
  if (request.create !== undefined && request.events.length > 0) {
    await createSession(connection, request.sessionId, request.create, now);
  }
  const created = await find();
  if (created === undefined) {
    throw notFound(request.sessionId);
  }
  return created;
}

async function findKnown(connection: SqliteConnection, request: AppendRequest): Promise<ReadonlySet<string>> {
  const ids = JSON.stringify(request.events.map((event) => event.id));
  const rows = await connection.all<{ id: string }>(queries.selectKnownEvents, [request.sessionId, ids]);
  return new Set(rows.map((row) => row.id));
}

function isStored(request: AppendRequest, known: ReadonlySet<string>): boolean {
  return request.events.length > 0 && request.events.every((event) => known.has(event.id));
}

/** Events of this request that are stored already moved the head themselves: that is no other writer. */
function requireHead(row: SessionRow, request: AppendRequest, known: ReadonlySet<string>): void {
  const expected = row.head_id === request.expectedHead || known.has(row.head_id ?? '');
  if (!expected) {
    throw new AppError('session/head-moved', { args: { id: request.sessionId } });
  }
}

async function insertEvents(
  connection: SqliteConnection,
  request: AppendRequest,
  row: SessionRow,
  known: ReadonlySet<string>,
  now: number,
): Promise<{ events: readonly StoredEvent[]; head: EventId | null }> {
  const events: StoredEvent[] = [];
  let head: EventId | null = request.parent === undefined ? request.expectedHead : request.parent;
  for (const event of request.events) {
    if (!known.has(event.id)) {
      const { stored, params } = placeEvent(event, {
        sessionId: request.sessionId,
        invocationId: request.invocationId,
        seq: row.last_seq + events.length + 1,
        parentId: head,
        createdAt: now,
      });
      if (await insertOnce(connection, request.sessionId, params)) {
        events.push(stored);
      }
    }
    head = event.id;
  }
  return { events, head };
}

/** Returns false when the session has the event already. The id of another session's event is the caller's mistake. */
async function insertOnce(
  connection: SqliteConnection,
  session: SessionId,
  params: readonly SqlValue[],
): Promise<boolean> {
  try {
    await connection.all(queries.insertEvent, params);
    return true;
  } catch (error) {
    const [event = null] = params;
    if (!isPrimaryKeyViolation(error)) {
      throw error;
    }
    if ((await connection.first(queries.selectEventExists, [session, event])) === undefined) {
      throw new AppError('argument/invalid', { args: { id: session }, cause: error });
    }
    return false;
  }
}

function advanceParameters(
  row: SessionRow,
  request: AppendRequest,
  events: readonly StoredEvent[],
  head: EventId | null,
  now: number,
): readonly SqlValue[] {
  const wrote = events.length > 0;
  const untitled = row.title === '' && row.title_source === 'none';
  const title = untitled ? (request.derivedTitle ?? '') : '';
  return [
    row.id,
    wrote ? head : row.head_id,
    row.last_seq + events.length,
    countMessages(request.events, events),
    wrote ? now : null,
    wrote ? request.invocationId : null,
    request.model?.provider ?? null,
    request.model?.model ?? null,
    request.turnStatus ?? null,
    title === '' ? null : title,
    title === '' ? null : foldTitle(title),
    request.events.some(isSentByPerson) ? 1 : 0,
  ];
}

/** Only something sent takes up an ended session again; the end of an answer that was still running does not. */
function isSentByPerson({ body }: NewEvent): boolean {
  return body.type === 'user_message' || body.type === 'skill_invocation';
}

function countMessages(requested: readonly NewEvent[], written: readonly StoredEvent[]): number {
  const ids = new Set(written.map((event) => event.id));
  return requested.filter(({ id, body }) => {
    const isMessage = body.type === 'user_message' || (body.type === 'text' && body.content !== '');
    return isMessage && ids.has(id);
  }).length;
}
