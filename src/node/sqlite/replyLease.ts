import { AppError } from '../../core/base/errors';
import { sessionNotFound } from '../../core/session/requireSession';
import { startsTurn } from '../../core/session/startsTurn';
import type { EventId, SessionId, TurnId } from '../../core/session/session';
import type { AppendRequest, PartialReply, SavedReply } from '../../core/session/sessionService';
import * as queries from './replyQueries';
import { partialReplyValues, type ReplyOwnerRow } from './replyRows';
import type { SessionRow } from './sessionRows';
import type { SqliteConnection } from './sqliteConnection';

/*
 * A running turn has its session by the row of its partial reply: from the transaction that starts it to the one that
 * ends it there is exactly one, and it names the turn. Everything here runs inside write transactions.
 */

/** Refuses what starts a turn while another one has the session, or where nobody would look for it. */
export async function requireFree(
  connection: SqliteConnection,
  session: SessionRow,
  { events, invocationId, lease, sessionId: id }: AppendRequest,
): Promise<void> {
  if (lease === undefined && !events.some(({ body }) => startsTurn(body))) {
    return;
  }
  if (session.deleted_at !== null) {
    throw new AppError('session/in-trash', { args: { id } });
  }
  const holder = await connection.first<ReplyOwnerRow>(queries.selectReplyOwner, [id]);
  if (holder !== undefined && holder.turn_id !== lease?.turnId) {
    throw new AppError(holder.invocation_id === invocationId ? 'session/busy' : 'session/busy-elsewhere', {
      args: { id },
    });
  }
}

/**
 * False when the events are the end of a turn that the conversation has gone on without. Rejects with
 * `session/taken-over` when they are not its end: the turn is to be ended first.
 */
export async function holdsSession(
  connection: SqliteConnection,
  session: SessionRow,
  { clearDraftOf, expectedHead, ofTurn = clearDraftOf, parent, sessionId: id, turnStatus }: AppendRequest,
): Promise<boolean> {
  if (ofTurn === undefined) {
    return true;
  }
  const holder = await connection.first<ReplyOwnerRow>(queries.selectReplyOwner, [id]);
  const holds = holder?.turn_id === ofTurn;
  if (!holds && turnStatus === 'running') {
    throw new AppError('session/taken-over', { args: { id } });
  }
  // Where nothing was written since and nobody answers, the end has its place all the same.
  return holds || (holder === undefined && (parent ?? expectedHead) === session.head_id);
}

/** Makes, empties or drops the row as the request says, in step with the events that were written. */
export async function moveLease(
  connection: SqliteConnection,
  { clearDraftOf, invocationId, lease, sessionId, turnStatus }: AppendRequest,
  head: EventId | null,
  now: number,
): Promise<void> {
  const parentId = lease?.parentId ?? head;
  if (lease !== undefined && parentId !== null) {
    const reply: PartialReply = { ...lease, sessionId, invocationId, parentId, content: '', reasoning: '', beats: 0 };
    await connection.all(queries.insertPartialReply, partialReplyValues(reply, now));
  }
  if (clearDraftOf !== undefined && turnStatus === 'running') {
    await connection.all(queries.emptyPartialReply, [sessionId, clearDraftOf, head, now]);
  } else if (clearDraftOf !== undefined) {
    await connection.all(queries.deletePartialReply, [sessionId, clearDraftOf]);
  }
}

/** Writes the reply over the one before; a stop that was asked for stays. */
export async function savePartialReply(
  connection: SqliteConnection,
  reply: PartialReply,
  now: number,
): Promise<SavedReply> {
  const values = partialReplyValues(reply, now);
  if (reply.beats === 0) {
    await connection.all(queries.insertPartialReply, values);
  }
  const row = await connection.first<ReplyOwnerRow>(queries.updatePartialReply, values);
  return saved(connection, reply.sessionId, row);
}

/** As a save, without a text. */
export async function beat(
  connection: SqliteConnection,
  id: SessionId,
  turn: TurnId,
  now: number,
): Promise<SavedReply> {
  return saved(connection, id, await connection.first<ReplyOwnerRow>(queries.beat, [id, turn, now]));
}

async function saved(
  connection: SqliteConnection,
  id: SessionId,
  row: Pick<ReplyOwnerRow, 'stop_asked'> | undefined,
): Promise<SavedReply> {
  if (row !== undefined) {
    return { stopAsked: row.stop_asked !== 0 };
  }
  const exists = (await connection.first(queries.selectSessionExists, [id])) !== undefined;
  throw exists ? new AppError('session/taken-over', { args: { id } }) : sessionNotFound(id);
}
