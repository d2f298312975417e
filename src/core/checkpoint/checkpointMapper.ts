import type { IdGenerator } from '../base/ports';
import { isFields } from '../session/eventFields';
import { previewOf } from '../session/messagePreview';
import { toEventId, toInvocationId, toSessionId, toTurnId, type EventId, type Session } from '../session/session';
import { decodeEventBody } from '../session/sessionEventCodec';
import type { RecordedEvent, SessionRecord } from '../session/sessionRecord';
import type { Checkpoint2 } from './checkpoint';
import { formatTime, parseTime } from './checkpointTime';
import { countEvents } from './eventCounts';
import { fromEventData, parseExactly, toEventData } from './eventData';

type CheckpointEvent = Checkpoint2['events'][number];

/** All of a session as format 2.0. A turn that runs at this moment is not part of it: it counts as interrupted. */
export function recordToCheckpoint({ session, metadata, context, events }: SessionRecord): Checkpoint2 {
  const checkpointMetadata = metadata.map(({ key, value, updatedAt }) => ({
    key,
    value,
    updated_at: formatTime(updatedAt),
  }));
  const checkpointContext = context.map(({ type, key, uri, value, createdAt }) => ({
    type,
    key,
    ...present('uri', uri),
    value,
    created_at: formatTime(createdAt),
  }));
  return {
    version: '2.0',
    session: toCheckpointSession(session),
    ...(metadata.length === 0 ? {} : { metadata: checkpointMetadata }),
    ...(context.length === 0 ? {} : { context: checkpointContext }),
    events: events.map(toCheckpointEvent),
    statistics: countEvents(events.map(({ type, data }) => decodeEventBody(type, data))),
  };
}

/** The session of a checkpoint, its counts and its preview made anew as the store makes them. */
export function checkpointToRecord({ session, metadata = [], context = [], events }: Checkpoint2): SessionRecord {
  const recorded = events.map(toRecordedEvent);
  return {
    session: toSession(session, recorded),
    metadata: metadata.map(({ key, value, updated_at }) => ({ key, value, updatedAt: toMs(updated_at) })),
    context: context.map(({ type, key, uri, value, created_at }) => ({
      type,
      key,
      uri: uri ?? null,
      value,
      createdAt: toMs(created_at),
    })),
    events: recorded,
  };
}

/** A copy that can stand beside the original: new ids of the session and of its events, no conversation at the provider. */
export function withFreshIds(record: SessionRecord, ids: IdGenerator): SessionRecord {
  const id = toSessionId(ids.next());
  const fresh = new Map(record.events.map((event) => [event.id, toEventId(ids.next())]));
  const idOf = (old: EventId | null): EventId | null => (old === null ? null : (fresh.get(old) ?? null));
  return {
    ...record,
    session: { ...record.session, id, headId: idOf(record.session.headId), serverSessionId: null },
    events: record.events.map((event) => ({
      ...event,
      id: idOf(event.id) ?? event.id,
      parentId: idOf(event.parentId),
      data: event.type === 'compaction_undone' ? withFreshCompaction(event.data, fresh) : event.data,
    })),
  };
}

function toCheckpointSession(session: Session): Checkpoint2['session'] {
  return {
    id: session.id,
    title: session.title,
    title_source: session.titleSource,
    ...present('provider', session.provider),
    ...present('model', session.model),
    ...present('skill', session.skill),
    ...present('directory', session.directory),
    ...present('git_root', session.gitRoot),
    created_at: formatTime(session.createdAt),
    updated_at: formatTime(session.updatedAt),
    ...present('archived_at', timeOrNull(session.archivedAt)),
    ...present('deleted_at', timeOrNull(session.deletedAt)),
    ...present('ended_at', timeOrNull(session.endedAt)),
    pinned: session.pinned,
    ...present('head_id', session.headId),
    ...present('server_session_id', session.serverSessionId),
    turn_status: session.turnStatus === 'running' ? 'interrupted' : session.turnStatus,
  };
}

function toCheckpointEvent(event: RecordedEvent): CheckpointEvent {
  return {
    id: event.id,
    seq: event.seq,
    ...present('parent_id', event.parentId),
    invocation_id: event.invocationId,
    ...present('turn_id', event.turnId),
    type: event.type,
    ...toEventData(event.data),
    ...present('provider', event.provider),
    ...present('model', event.model),
    ...present('skill', event.skill),
    ...present('usage', event.usage === null ? null : toUsage(event.usage)),
    ...present('duration_ms', event.durationMs),
    created_at: formatTime(event.createdAt),
  };
}

/** As stored where it is not the object that it should be. */
function toUsage(stored: string): NonNullable<CheckpointEvent['usage']> {
  const value = parseExactly(stored);
  return isFields(value) ? value : stored;
}

function toSession(session: Checkpoint2['session'], events: readonly RecordedEvent[]): Session {
  const bodies = events.map(({ type, data }) => decodeEventBody(type, data));
  const last = events.at(-1);
  return {
    id: toSessionId(session.id),
    title: session.title,
    directory: session.directory ?? null,
    gitRoot: session.git_root ?? null,
    provider: session.provider ?? null,
    model: session.model ?? null,
    skill: session.skill ?? null,
    messageCount: countEvents(bodies).message_count,
    createdAt: toMs(session.created_at),
    updatedAt: toMs(session.updated_at),
    pinned: session.pinned,
    archivedAt: msOrNull(session.archived_at),
    deletedAt: msOrNull(session.deleted_at),
    endedAt: msOrNull(session.ended_at),
    headId: session.head_id === undefined ? null : toEventId(session.head_id),
    lastSeq: last?.seq ?? 0,
    lastInvocationId: last?.invocationId ?? null,
    serverSessionId: session.server_session_id ?? null,
    titleSource: session.title_source,
    turnStatus: session.turn_status,
    preview: previewOf(bodies) ?? '',
  };
}

function toRecordedEvent(event: CheckpointEvent): RecordedEvent {
  const { usage = null } = event;
  return {
    id: toEventId(event.id),
    seq: event.seq,
    parentId: event.parent_id === undefined ? null : toEventId(event.parent_id),
    invocationId: toInvocationId(event.invocation_id),
    turnId: event.turn_id === undefined ? null : toTurnId(event.turn_id),
    type: event.type,
    data: fromEventData(event),
    provider: event.provider ?? null,
    model: event.model ?? null,
    skill: event.skill ?? null,
    usage: usage === null || typeof usage === 'string' ? usage : JSON.stringify(usage),
    durationMs: event.duration_ms ?? null,
    createdAt: toMs(event.created_at),
  };
}

function withFreshCompaction(data: string, fresh: ReadonlyMap<string, EventId>): string {
  const body = decodeEventBody('compaction_undone', data);
  const id = body.type === 'compaction_undone' ? fresh.get(body.compactionId) : undefined;
  return id === undefined ? data : JSON.stringify({ ...(JSON.parse(data) as object), compaction_id: id });
}

function present<Name extends string, T>(name: Name, value: T | null): { readonly [N in Name]?: T } {
  return (value === null ? {} : { [name]: value }) as { readonly [N in Name]?: T };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : formatTime(ms);
}

function msOrNull(time: string | undefined): number | null {
  return time === undefined ? null : toMs(time);
}

/** Times of a checkpoint were checked when it was read. */
function toMs(time: string): number {
  return parseTime(time) ?? 0;
}
