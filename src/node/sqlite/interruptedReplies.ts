import type { IdGenerator } from '../../core/base/ports';
import { previewOf } from '../../core/session/messagePreview';
import { toEventId, toSessionId, type EventId, type SessionId } from '../../core/session/session';
import type { EventBody, NewEvent } from '../../core/session/sessionEvent';
import type { PartialReply } from '../../core/session/sessionService';
import { advanceSession } from './advanceSession';
import type { Database } from './database';
import * as queries from './sessionQueries';
import { placeEvent, toPartialReply, type EventRow, type PartialReplyRow, type SessionRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';

/** Tells turns that still run from those whose process is gone. */
export interface TurnOwners {
  /** Process id of this window's host. */
  readonly pid: number;
  readonly isProcessAlive: (pid: number) => boolean;
  /** False for a run before this one; process ids come round again, runs do not. */
  readonly isOwnRun: (invocationId: string) => boolean;
}

type EventPlace = Pick<EventRow, 'parent_id' | 'event_type'>;
/** Events that a person can cause while a reply streams. */
const noteTypes: ReadonlySet<string> = new Set<EventBody['type']>(['model_changed', 'skill_changed', 'title_changed']);

type OwnerRow = Pick<PartialReplyRow, 'session_id' | 'turn_id' | 'invocation_id' | 'owner_pid'>;

/** Ends every turn whose process is gone and keeps what it had written; one transaction per session. */
export async function recoverInterrupted(
  database: Database,
  ids: IdGenerator,
  owners: TurnOwners,
): Promise<readonly SessionId[]> {
  const touched = new Set<SessionId>();
  for (const leftover of await findLeftoverReplies(database, owners)) {
    if (await database.write((connection) => recoverReply(connection, leftover, ids))) {
      touched.add(toSessionId(leftover.session_id));
    }
  }
  for (const id of await findAbandonedTurns(database, owners)) {
    const marked = await database.write((connection) => connection.all(queries.markInterrupted, [id]));
    if (marked.length > 0) {
      touched.add(id);
    }
  }
  return [...touched];
}

async function findLeftoverReplies(database: Database, owners: TurnOwners): Promise<readonly OwnerRow[]> {
  const rows = await database.read((connection) => connection.all<OwnerRow>(queries.selectPartialReplyOwners));
  return rows.filter((row) =>
    row.owner_pid === owners.pid ? !owners.isOwnRun(row.invocation_id) : !owners.isProcessAlive(row.owner_pid),
  );
}

/** A running turn keeps a partial reply from its first moment on, so one without is a turn that nobody works on. */
async function findAbandonedTurns(database: Database, owners: TurnOwners): Promise<readonly SessionId[]> {
  const rows = await database.read((connection) =>
    connection.all<Pick<SessionRow, 'id' | 'last_invocation_id'>>(queries.selectAbandonedTurns),
  );
  return rows.filter((row) => !owners.isOwnRun(row.last_invocation_id ?? '')).map((row) => toSessionId(row.id));
}

/**
 * Turns the partial reply of a dead turn into events, inside a write transaction. A reply whose session has moved on
 * since is kept as a branch of its own. Returns false when another window was faster.
 */
async function recoverReply(connection: SqliteConnection, leftover: OwnerRow, ids: IdGenerator): Promise<boolean> {
  const id = leftover.session_id;
  const row = await connection.first<PartialReplyRow>(queries.selectPartialReply, [id]);
  const session = await connection.first<SessionRow>(queries.selectSession, [id]);
  if (row === undefined || session === undefined || !isSameReply(row, leftover)) {
    return false;
  }
  const stored = toPartialReply(row);
  const isNewest = await isHeadOf(connection, session, stored.parentId);
  const reply = isNewest ? { ...stored, parentId: toEventId(session.head_id ?? stored.parentId) } : stored;
  const events = toEvents(reply, ids);
  // The time of the last save and not of now: an old chat must not look new because it was repaired.
  const head = await insertBelow(connection, reply, events, session.last_seq, row.updated_at);
  const wrote = events.length > 0;
  await connection.all(queries.deletePartialReply, [id, reply.turnId]);
  await advanceSession(connection, id, {
    headId: isNewest ? head : session.head_id,
    lastSeq: session.last_seq + events.length,
    messagesAdded: reply.content === '' ? 0 : 1,
    ...(wrote && isNewest ? { updatedAt: row.updated_at, invocationId: reply.invocationId } : {}),
    ...(isNewest ? { turnStatus: 'interrupted', preview: previewOf(events.map(({ body }) => body)) } : {}),
  });
  return true;
}

/** True when nothing but notes, such as another choice of model, stands between an event and the head. */
async function isHeadOf(connection: SqliteConnection, session: SessionRow, event: EventId): Promise<boolean> {
  let cursor = session.head_id;
  while (cursor !== null && cursor !== event) {
    const place: EventPlace | undefined = await connection.first(queries.selectEventPlace, [session.id, cursor]);
    if (place === undefined || !noteTypes.has(place.event_type)) {
      return false;
    }
    cursor = place.parent_id;
  }
  return cursor === event;
}

function isSameReply(row: OwnerRow, other: OwnerRow): boolean {
  return (
    row.turn_id === other.turn_id && row.invocation_id === other.invocation_id && row.owner_pid === other.owner_pid
  );
}

function toEvents(reply: PartialReply, ids: IdGenerator): readonly NewEvent[] {
  const origin = { turnId: reply.turnId, ...reply.model };
  const events: NewEvent[] = [];
  if (reply.reasoning !== '') {
    const body = { type: 'reasoning', content: reply.reasoning } as const;
    events.push({ ...origin, id: toEventId(ids.next()), body });
  }
  if (reply.content !== '') {
    const body = { type: 'text', content: reply.content, finish: 'interrupted' } as const;
    events.push({ ...origin, id: toEventId(ids.next()), body });
  }
  return events;
}

async function insertBelow(
  connection: SqliteConnection,
  reply: PartialReply,
  events: readonly NewEvent[],
  lastSeq: number,
  createdAt: number,
): Promise<EventId> {
  let head = reply.parentId;
  for (const [index, event] of events.entries()) {
    const { params } = placeEvent(event, {
      sessionId: reply.sessionId,
      invocationId: reply.invocationId,
      seq: lastSeq + index + 1,
      parentId: head,
      createdAt,
    });
    await connection.all(queries.insertEvent, params);
    head = event.id;
  }
  return head;
}
