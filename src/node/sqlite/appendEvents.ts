import { startsTurn } from '../../core/session/startsTurn';
import { AppError } from '../../core/base/errors';
import { messageTextOf, previewOf } from '../../core/session/messagePreview';
import { sessionNotFound } from '../../core/session/requireSession';
import type { EventId, SessionId, TitleSource } from '../../core/session/session';
import type { NewEvent, StoredEvent } from '../../core/session/sessionEvent';
import type { AppendRequest, AppendResult, NewSession } from '../../core/session/sessionService';
import { advanceSession, type SessionAdvance } from './advanceSession';
import type { SealedPlace } from './eventSeal';
import { foldTitle } from './foldTitle';
import { refuseNewerSchema } from './migrator';
import { putContext } from './sessionContext';
import { holdsSession, moveLease, requireFree } from './replyLease';
import * as queries from './sessionQueries';
import { placeEvent, toSession, type AppendRow, type SessionRow } from './sessionRows';
import type { SqlValue } from './sqliteBinding';
import type { SqliteConnection } from './sqliteConnection';
import { isPrimaryKeyViolation } from './sqliteErrors';
import { updateDerivedTitle } from './titleQueries';
import { uniqueTitle } from './uniqueTitle';

export interface AppendContext {
  /** Unix milliseconds. */
  readonly now: number;
  /** Number of the schema that this version writes; a file of a later one rejects with `store/newer-schema`. */
  readonly schema: number;
}

export interface Appended {
  readonly result: AppendResult;
  /** Events ever stored in the file, with these; absent when nothing was written. */
  readonly written?: number;
}

/**
 * The append of one request, to be run inside a write transaction. The head is compared and the sequence numbers are
 * taken here, behind the write lock, so that two windows can neither overwrite nor interleave.
 */
export async function appendEvents(
  connection: SqliteConnection,
  request: AppendRequest,
  { now, schema }: AppendContext,
): Promise<Appended> {
  const row = await findOrCreate(connection, request, now);
  refuseNewerSchema(connection, row.schema_version, schema);
  // Only another head makes it worth asking: it may be this very request, stored before without an answer.
  const known = row.head_id === request.expectedHead ? noEvents : await findKnown(connection, request);
  if (isStored(request, known)) {
    return { result: { session: toSession(row), events: [] } };
  }
  await requireFree(connection, row, request);
  requireHead(row, request, known);
  const holds = await holdsSession(connection, row, request);
  const { events, places, head } = await insertEvents(connection, request, row, known, now);
  if (events.length === 0 && request.events.length > 0) {
    return { result: { session: toSession(row), events } };
  }
  await moveLease(connection, request, head, now);
  const titled = await setDerivedTitle(connection, row, request.derivedTitle ?? '');
  const advance = { ...advanceOf(row, request, events, head, now), places };
  const advanced = await advanceSession(connection, titled, holds ? advance : besideBranch(row, advance));
  const result = { session: toSession(advanced), events, ...(holds ? {} : { aside: true as const }) };
  return { result, written: advanced.written };
}

const noEvents: ReadonlySet<string> = new Set();

/** Makes the row of a session, with its title and what is attached, unless it is there. */
export async function createSession(
  connection: SqliteConnection,
  id: SessionId,
  { key, skill, title = '', context = [] }: NewSession,
  now: number,
): Promise<void> {
  const unique = title === '' ? '' : await uniqueTitle(connection, id, key, title);
  const source: TitleSource = title === '' ? 'none' : 'user';
  const params = [id, key.directory, key.gitRoot, skill, now, unique, foldTitle(unique), source];
  if ((await connection.first(queries.insertSession, params)) !== undefined) {
    await putContext(connection, id, context);
  }
}

async function findOrCreate(connection: SqliteConnection, request: AppendRequest, now: number): Promise<AppendRow> {
  const find = (): Promise<AppendRow | undefined> =>
    connection.first(queries.selectSessionToAppend, [request.sessionId]);
  const found = await find();
  if (found !== undefined) {
    return found;
  }
  if (request.create !== undefined && request.events.length > 0) {
    await createSession(connection, request.sessionId, request.create, now);
  }
  const created = await find();
  if (created === undefined) {
    throw sessionNotFound(request.sessionId);
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
): Promise<{ events: readonly StoredEvent[]; places: readonly SealedPlace[]; head: EventId | null }> {
  const events: StoredEvent[] = [];
  const places: SealedPlace[] = [];
  let head: EventId | null = request.parent === undefined ? request.expectedHead : request.parent;
  for (const event of request.events) {
    if (!known.has(event.id)) {
      const { stored, params, place } = placeEvent(nameAsStored(event, request, row), {
        sessionId: request.sessionId,
        invocationId: request.invocationId,
        seq: row.last_seq + events.length + 1,
        parentId: head,
        createdAt: now,
      });
      if (await insertOnce(connection, request.sessionId, params)) {
        events.push(stored);
        places.push(place);
      }
    }
    head = event.id;
  }
  return { events, places, head };
}

/** The note of the title that a session was made with tells the title it got, which may carry a number. */
function nameAsStored(event: NewEvent, { create }: AppendRequest, { last_seq, title }: SessionRow): NewEvent {
  return create?.title !== undefined && last_seq === 0 && event.body.type === 'title_changed'
    ? { ...event, body: { ...event.body, to: title } }
    : event;
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

function advanceOf(
  row: SessionRow,
  request: AppendRequest,
  events: readonly StoredEvent[],
  head: EventId | null,
  now: number,
): Omit<SessionAdvance, 'places'> {
  const bodies = events.map(({ body }) => body);
  return {
    headId: events.length > 0 ? head : row.head_id,
    messagesAdded: bodies.filter((body) => messageTextOf(body) !== undefined).length,
    ...(events.length > 0 ? { updatedAt: now, invocationId: request.invocationId } : {}),
    model: request.model,
    turnStatus: request.turnStatus,
    preview: previewOf(bodies),
    // Only something sent takes up an ended session again; the end of an answer that was still running does not.
    wakesUp: request.events.some(({ body }) => startsTurn(body)),
    skill: request.skill,
  };
}

/** Events that the conversation has gone on without are counted, and change nothing of what is shown. */
function besideBranch(row: SessionRow, advance: SessionAdvance): SessionAdvance {
  return {
    ...advance,
    headId: row.head_id,
    updatedAt: undefined,
    invocationId: undefined,
    turnStatus: undefined,
    preview: undefined,
  };
}

/** Takes the title made from the first message while nobody has given another one. */
async function setDerivedTitle(connection: SqliteConnection, row: AppendRow, derived: string): Promise<AppendRow> {
  if (derived === '' || row.title !== '' || row.title_source !== 'none') {
    return row;
  }
  const key = { directory: row.directory, gitRoot: row.git_root };
  const title = await uniqueTitle(connection, row.id, key, derived);
  await connection.all(updateDerivedTitle, [row.id, title, foldTitle(title)]);
  return { ...row, title, title_source: 'derived' };
}
