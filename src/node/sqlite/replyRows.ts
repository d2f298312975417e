import { toEventId, toInvocationId, toSessionId, toTurnId } from '../../core/session/session';
import type { PartialReply, ProcessIdentity, RunningReply } from '../../core/session/sessionService';
import type { SqlValue } from './sqliteBinding';

export interface PartialReplyRow {
  readonly session_id: string;
  readonly turn_id: string;
  readonly invocation_id: string;
  readonly owner_pid: number;
  readonly owner_home: string;
  readonly owner_started: string;
  readonly parent_id: string;
  readonly provider: string;
  readonly model: string;
  readonly content: string;
  readonly reasoning: string;
  readonly started_at: number;
  readonly updated_at: number;
  readonly beats: number;
}

/** What tells who works on a reply. */
export type ReplyOwnerRow = Pick<
  PartialReplyRow,
  'session_id' | 'turn_id' | 'invocation_id' | 'owner_pid' | 'owner_home' | 'owner_started' | 'beats'
> & { readonly stop_asked: number };

/** A partial reply as its row, in the order of `insertPartialReply`. */
export function partialReplyValues(reply: PartialReply, now: number): readonly SqlValue[] {
  return [
    reply.sessionId,
    reply.turnId,
    reply.invocationId,
    reply.owner.pid,
    reply.owner.home,
    reply.owner.started,
    reply.parentId,
    reply.model.provider,
    reply.model.model,
    reply.content,
    reply.reasoning,
    reply.startedAt,
    now,
  ];
}

export function toPartialReply(row: PartialReplyRow): PartialReply {
  return {
    sessionId: toSessionId(row.session_id),
    turnId: toTurnId(row.turn_id),
    invocationId: toInvocationId(row.invocation_id),
    owner: ownerOf(row),
    parentId: toEventId(row.parent_id),
    model: { provider: row.provider, model: row.model },
    content: row.content,
    reasoning: row.reasoning,
    startedAt: row.started_at,
    beats: row.beats,
  };
}

export function toRunningReply(row: ReplyOwnerRow): RunningReply {
  return {
    sessionId: toSessionId(row.session_id),
    turnId: toTurnId(row.turn_id),
    invocationId: toInvocationId(row.invocation_id),
    owner: ownerOf(row),
    beats: row.beats,
    stopAsked: row.stop_asked !== 0,
  };
}

function ownerOf(row: Pick<ReplyOwnerRow, 'owner_pid' | 'owner_home' | 'owner_started'>): ProcessIdentity {
  return { pid: row.owner_pid, home: row.owner_home, started: row.owner_started };
}
