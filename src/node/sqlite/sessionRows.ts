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
import type { RecordedEvent } from '../../core/session/sessionRecord';
import type { PartialReply } from '../../core/session/sessionService';
import { eventColumnNames, sessionColumnNames } from './sessionQueries';
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
  readonly preview: string;
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
  readonly skill: string | null;
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
    preview: row.preview,
  };
}

/** A session as its row, in the order of `insertWholeSession` without the folded title. */
export function sessionValues(session: Session): readonly SqlValue[] {
  const row: SessionRow = {
    id: session.id,
    head_id: session.headId,
    server_session_id: session.serverSessionId,
    directory: session.directory,
    git_root: session.gitRoot,
    created_at: session.createdAt,
    updated_at: session.updatedAt,
    archived_at: session.archivedAt,
    deleted_at: session.deletedAt,
    ended_at: session.endedAt,
    title: session.title,
    title_source: session.titleSource,
    provider: session.provider,
    model: session.model,
    skill: session.skill,
    pinned: Number(session.pinned),
    message_count: session.messageCount,
    last_seq: session.lastSeq,
    last_invocation_id: session.lastInvocationId,
    turn_status: session.turnStatus,
    preview: session.preview,
  };
  return sessionColumnNames.map((name) => row[name]);
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
    ...(row.skill === null ? {} : { skill: row.skill }),
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
    params: eventValues(place.sessionId, {
      id: event.id,
      seq: place.seq,
      parentId: place.parentId,
      invocationId: place.invocationId,
      turnId: event.turnId ?? null,
      type,
      data,
      provider: event.provider ?? null,
      model: event.model ?? null,
      skill: event.skill ?? null,
      usage: event.usage === undefined ? null : JSON.stringify(event.usage),
      durationMs: durationMs ?? null,
      createdAt: place.createdAt,
    }),
  };
}

/** An event as its row, in the order of `insertEvent`. */
export function eventValues(sessionId: SessionId, event: RecordedEvent): readonly SqlValue[] {
  const row: EventRow = {
    id: event.id,
    session_id: sessionId,
    seq: event.seq,
    parent_id: event.parentId,
    invocation_id: event.invocationId,
    turn_id: event.turnId,
    event_type: event.type,
    event_data: event.data,
    provider: event.provider,
    model: event.model,
    skill: event.skill,
    usage: event.usage,
    duration_ms: event.durationMs,
    created_at: event.createdAt,
  };
  return eventColumnNames.map((name) => row[name]);
}

/** An event as it lies in the file: nothing of it is decoded. */
export function toRecordedEvent(row: EventRow): RecordedEvent {
  return {
    id: toEventId(row.id),
    seq: row.seq,
    parentId: row.parent_id === null ? null : toEventId(row.parent_id),
    invocationId: toInvocationId(row.invocation_id),
    turnId: row.turn_id === null ? null : toTurnId(row.turn_id),
    type: row.event_type,
    data: row.event_data,
    provider: row.provider,
    model: row.model,
    skill: row.skill,
    usage: row.usage,
    durationMs: row.duration_ms,
    createdAt: row.created_at,
  };
}

/** A partial reply as its row, in the order of `upsertPartialReply`. */
export function partialReplyValues(reply: PartialReply, now: number): readonly SqlValue[] {
  return [
    reply.sessionId,
    reply.turnId,
    reply.invocationId,
    reply.ownerPid,
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
    ownerPid: row.owner_pid,
    parentId: toEventId(row.parent_id),
    model: { provider: row.provider, model: row.model },
    content: row.content,
    reasoning: row.reasoning,
    startedAt: row.started_at,
  };
}
