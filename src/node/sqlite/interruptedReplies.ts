import type { IdGenerator } from '../../core/base/ports';
import { previewOf } from '../../core/session/messagePreview';
import { toEventId, toSessionId, type EventId, type SessionId } from '../../core/session/session';
import type { EventBody, NewEvent } from '../../core/session/sessionEvent';
import type { PartialReply, RunningReply } from '../../core/session/sessionService';
import { advanceSession } from './advanceSession';
import type { Database } from './database';
import type { SealedPlace } from './eventSeal';
import * as replyQueries from './replyQueries';
import { toPartialReply, type PartialReplyRow } from './replyRows';
import * as queries from './sessionQueries';
import { placeEvent, type AppendRow, type EventRow, type SessionRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';

type EventPlace = Pick<EventRow, 'parent_id' | 'event_type'>;
/** Events that a person can cause while a reply streams. */
const noteTypes: ReadonlySet<string> = new Set<EventBody['type']>(['model_changed', 'skill_changed', 'title_changed']);

/** Ends the turns of these replies and keeps what they had written; one transaction per session. */
export async function recoverReplies(
  database: Database,
  ids: IdGenerator,
  leftovers: readonly RunningReply[],
): Promise<readonly SessionId[]> {
  const touched: SessionId[] = [];
  for (const leftover of leftovers) {
    if (await database.write((connection) => recoverReply(connection, leftover, ids))) {
      touched.push(leftover.sessionId);
    }
  }
  return touched;
}

/** A running turn has a partial reply from its first moment on, so one without is a turn that nobody works on. */
export async function markAbandoned(database: Database): Promise<readonly SessionId[]> {
  const abandoned = await database.read((connection) => connection.all(replyQueries.selectAbandoned));
  if (abandoned.length === 0) {
    return [];
  }
  const marked = await database.write((connection) => connection.all<{ id: string }>(replyQueries.markAbandoned));
  return marked.map(({ id }) => toSessionId(id));
}

/**
 * Turns the partial reply of a dead turn into events, inside a write transaction. A reply whose session has moved on
 * since is kept as a branch of its own. Returns false when another window was faster.
 */
async function recoverReply(connection: SqliteConnection, leftover: RunningReply, ids: IdGenerator): Promise<boolean> {
  const id = leftover.sessionId;
  const row = await connection.first<PartialReplyRow>(replyQueries.selectPartialReply, [id]);
  const session = await connection.first<AppendRow>(queries.selectSessionToAppend, [id]);
  if (row === undefined || session === undefined || !isSameReply(row, leftover)) {
    return false;
  }
  const stored = toPartialReply(row);
  const isNewest = await isHeadOf(connection, session, stored.parentId);
  const reply = isNewest ? { ...stored, parentId: toEventId(session.head_id ?? stored.parentId) } : stored;
  const events = toEvents(reply, ids);
  // The time of the last save and not of now: an old chat must not look new because it was repaired.
  const { head, places } = await insertBelow(connection, reply, events, session.last_seq, row.updated_at);
  const wrote = events.length > 0;
  await connection.all(replyQueries.deletePartialReply, [id, reply.turnId]);
  await advanceSession(connection, session, {
    headId: isNewest ? head : session.head_id,
    places,
    messagesAdded: reply.content === '' ? 0 : 1,
    ...(wrote && isNewest ? { updatedAt: row.updated_at, invocationId: reply.invocationId } : {}),
    ...(isNewest || session.turn_status === 'running' ? { turnStatus: 'interrupted' } : {}),
    ...(isNewest ? { preview: previewOf(events.map(({ body }) => body)) } : {}),
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

/** One that has grown since has an owner that came back to life. */
function isSameReply(row: PartialReplyRow, { turnId, beats }: RunningReply): boolean {
  return row.turn_id === turnId && row.beats === beats;
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
): Promise<{ readonly head: EventId; readonly places: readonly SealedPlace[] }> {
  const places: SealedPlace[] = [];
  let head = reply.parentId;
  for (const [index, event] of events.entries()) {
    const { params, place } = placeEvent(event, {
      sessionId: reply.sessionId,
      invocationId: reply.invocationId,
      seq: lastSeq + index + 1,
      parentId: head,
      createdAt,
    });
    await connection.all(queries.insertEvent, params);
    places.push(place);
    head = event.id;
  }
  return { head, places };
}
