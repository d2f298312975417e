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
import { isAltered, sealOf, type SealedPlace } from './eventSeal';
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

/** A session as an append finds and leaves it. */
export interface AppendRow extends SessionRow {
  readonly log_seal: string;
  readonly schema_version: number;
  /** Events ever stored in the file. */
  readonly written: number;
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
  readonly seal: string;
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

/** A session as its row, in the order of `insertWholeSession` without what comes behind its columns. */
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

/** As `toStoredEvent`, and says so when the row does not fit its seal. Costs a hash over all of it. */
export function toVerifiedEvent(row: EventRow): StoredEvent {
  const event = toStoredEvent(row);
  return isAltered(row) ? { ...event, altered: true } : event;
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

export interface PlacedEvent {
  readonly stored: StoredEvent;
  /** In the order of `insertEvent`. */
  readonly params: readonly SqlValue[];
  /** What is folded into the seal of the log. */
  readonly place: SealedPlace;
}

/** An event as the port returns it and as its row. */
export function placeEvent(event: NewEvent, place: EventPlace): PlacedEvent {
  const { type, data } = encodeEventBody(event.body);
  // Whole milliseconds: the column takes nothing else.
  const durationMs = event.durationMs === undefined ? undefined : Math.round(event.durationMs);
  const row = eventRow(place.sessionId, {
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
  });
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
    params: eventValues(row),
    place: row,
  };
}

/** An event as its row, sealed. */
export function eventRow(sessionId: SessionId, event: RecordedEvent): EventRow {
  const row = {
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
  return { ...row, seal: sealOf(row) };
}

/** The values of a row in the order of `insertEvent`. */
export function eventValues(row: EventRow): readonly SqlValue[] {
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
