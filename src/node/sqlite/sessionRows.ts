import { decodeEventBody, encodeEventBody } from '../../core/session/sessionEventCodec';
import {
  toEventId,
  toInvocationId,
  toSessionId,
  toTurnId,
  type EventId,
  type InvocationId,
  type Session,
  type SessionId,
  type TitleSource,
  type TurnStatus,
} from '../../core/session/session';
import type { EventOrigin, NewEvent, StoredEvent, TokenUsage } from '../../core/session/sessionEvent';
import type { PartialReply } from '../../core/session/sessionService';
import type { SqlValue } from './sqliteBinding';

export interface SessionRow {
  readonly id: string;
  readonly head_id: string | null;
  readonly server_session_id: string | null;
  readonly directory: string | null;
  readonly git_root: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly archived_at: number | null;
  readonly deleted_at: number | null;
  readonly ended_at: number | null;
  readonly title: string;
  readonly title_source: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly skill: string | null;
  readonly pinned: number;
  readonly message_count: number;
  readonly last_seq: number;
  readonly last_invocation_id: string | null;
  readonly turn_status: string;
}

export interface EventRow {
  readonly id: string;
  readonly session_id: string;
  readonly seq: number;
  readonly parent_id: string | null;
  readonly invocation_id: string;
  readonly turn_id: string | null;
  readonly event_type: string;
  readonly event_data: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly usage: string | null;
  readonly duration_ms: number | null;
  readonly created_at: number;
}

export interface PartialReplyRow {
  readonly session_id: string;
  readonly turn_id: string;
  readonly invocation_id: string;
  readonly owner_pid: number;
  readonly parent_id: string;
  readonly provider: string;
  readonly model: string;
  readonly content: string;
  readonly reasoning: string;
  readonly started_at: number;
  readonly updated_at: number;
}

const titleSources: readonly TitleSource[] = ['none', 'derived', 'user'];
const turnStatuses: readonly TurnStatus[] = ['idle', 'running', 'cancelled', 'failed', 'interrupted'];
const usageFields = ['inputTokens', 'outputTokens', 'reasoningTokens', 'cachedInputTokens'] as const;

export function toSession(row: SessionRow): Session {
  return {
    id: toSessionId(row.id),
    title: row.title,
    directory: row.directory,
    gitRoot: row.git_root,
    provider: row.provider,
    model: row.model,
    skill: row.skill,
    messageCount: row.message_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    pinned: row.pinned !== 0,
    archivedAt: row.archived_at,
    deletedAt: row.deleted_at,
    endedAt: row.ended_at,
    headId: row.head_id === null ? null : toEventId(row.head_id),
    lastSeq: row.last_seq,
    lastInvocationId: row.last_invocation_id === null ? null : toInvocationId(row.last_invocation_id),
    serverSessionId: row.server_session_id,
    // A value of a later version: the careful reading is that a person chose the title.
    titleSource: titleSources.find((source) => source === row.title_source) ?? 'user',
    turnStatus: turnStatuses.find((status) => status === row.turn_status) ?? 'idle',
  };
}

export function toStoredEvent(row: EventRow): StoredEvent {
  return {
    id: toEventId(row.id),
    sessionId: toSessionId(row.session_id),
    seq: row.seq,
    parentId: row.parent_id === null ? null : toEventId(row.parent_id),
    invocationId: toInvocationId(row.invocation_id),
    createdAt: row.created_at,
    ...toOrigin(row),
    body: decodeEventBody(row.event_type, row.event_data),
  };
}

function toOrigin(row: EventRow): EventOrigin {
  const usage = parseUsage(row.usage);
  return {
    ...(row.turn_id === null ? {} : { turnId: toTurnId(row.turn_id) }),
    ...(row.provider === null ? {} : { provider: row.provider }),
    ...(row.model === null ? {} : { model: row.model }),
    ...(usage === undefined ? {} : { usage }),
    ...(row.duration_ms === null ? {} : { durationMs: row.duration_ms }),
  };
}

/** Counts beside an event are worth less than the event: what cannot be read is left out. */
function parseUsage(text: string | null): TokenUsage | undefined {
  const value = text === null ? undefined : parseJson(text);
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    usageFields.flatMap((name) => (typeof fields[name] === 'number' ? [[name, fields[name]]] : [])),
  );
}

/** The value of a JSON text, undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a new event stands in its session's log. */
export interface EventPlace {
  readonly sessionId: SessionId;
  readonly invocationId: InvocationId;
  readonly seq: number;
  readonly parentId: EventId | null;
  readonly createdAt: number;
}

/** An event as the port returns it and as its row, in the order of `insertEvent`. */
export function placeEvent(
  event: NewEvent,
  place: EventPlace,
): { readonly stored: StoredEvent; readonly params: readonly SqlValue[] } {
  const { type, data } = encodeEventBody(event.body);
  // Whole milliseconds: the column takes nothing else.
  const durationMs = event.durationMs === undefined ? undefined : Math.round(event.durationMs);
  return {
    stored: {
      ...event,
      ...(durationMs === undefined ? {} : { durationMs }),
      sessionId: place.sessionId,
      invocationId: place.invocationId,
      seq: place.seq,
      parentId: place.parentId,
      createdAt: place.createdAt,
    },
    params: [
      event.id,
      place.sessionId,
      place.seq,
      place.parentId,
      place.invocationId,
      event.turnId ?? null,
      type,
      data,
      event.provider ?? null,
      event.model ?? null,
      event.usage === undefined ? null : JSON.stringify(event.usage),
      durationMs ?? null,
      place.createdAt,
    ],
  };
}

export function toPartialReply(row: PartialReplyRow): PartialReply {
  return {
    sessionId: toSessionId(row.session_id),
    turnId: toTurnId(row.turn_id),
    invocationId: toInvocationId(row.invocation_id),
    ownerPid: row.owner_pid,
    parentId: toEventId(row.parent_id),
    model: { provider: row.provider, model: row.model },
    content: row.content,
    reasoning: row.reasoning,
    startedAt: row.started_at,
  };
}
