import { previewOf } from '../../../../src/core/session/messagePreview';
import { messageTextOf } from '../../../../src/core/session/messagePreview';
import { toEventId, toInvocationId, toSessionId, type Session } from '../../../../src/core/session/session';
import type { EventBody } from '../../../../src/core/session/sessionEvent';
import { decodeEventBody, encodeEventBody } from '../../../../src/core/session/sessionEventCodec';
import type { RecordedEvent, SessionRecord } from '../../../../src/core/session/sessionRecord';
import type { Checkpoint2 } from '../../../../src/core/checkpoint/checkpoint';
import { parseCheckpoint } from '../../../../src/core/checkpoint/checkpointParser';
import { session } from '../../../support/builders';

export const someTime = Date.UTC(2026, 10, 20, 8, 0, 0);

/** An event as a test says it: its body, or its type and stored data. */
export type TestEvent = Partial<Omit<RecordedEvent, 'type' | 'data'>> &
  ({ readonly body: EventBody } | { readonly type: string; readonly data: string });

/** A session of one branch, an event per minute; ids are `event-1`, `event-2`, … */
export function recordOf(
  events: readonly TestEvent[],
  overrides: Partial<Session> = {},
  rest: Partial<Omit<SessionRecord, 'session' | 'events'>> = {},
): SessionRecord {
  const recorded = events.map(toRecorded);
  return { session: sessionOf(recorded, overrides), metadata: [], context: [], ...rest, events: recorded };
}

/** What the store makes of the events of a session. */
export function sessionOf(events: readonly RecordedEvent[], overrides: Partial<Session> = {}): Session {
  const bodies = events.map(({ type, data }) => decodeEventBody(type, data));
  return session({
    id: toSessionId('session-1'),
    title: 'Stale cart',
    titleSource: 'user',
    provider: 'demo',
    model: 'demo-1',
    createdAt: someTime,
    updatedAt: events.at(-1)?.createdAt ?? someTime,
    headId: events.at(-1)?.id ?? null,
    messageCount: bodies.filter((body) => messageTextOf(body) !== undefined).length,
    lastSeq: events.at(-1)?.seq ?? 0,
    lastInvocationId: events.at(-1)?.invocationId ?? null,
    preview: previewOf(bodies) ?? '',
    ...overrides,
  });
}

/** The document of a text that must have no error. */
export function documentOf(text: string, syntax: 'json' | 'yaml'): Checkpoint2 {
  const { document, problems } = parseCheckpoint(text, syntax);
  if (document?.version !== '2.0') {
    throw new Error(JSON.stringify(problems.slice(0, 3)));
  }
  return document;
}

function toRecorded(event: TestEvent, index: number): RecordedEvent {
  const { type, data } = 'body' in event ? encodeEventBody(event.body) : event;
  return {
    id: toEventId(`event-${index + 1}`),
    seq: index + 1,
    parentId: index === 0 ? null : toEventId(`event-${index}`),
    invocationId: toInvocationId('invocation-1'),
    turnId: null,
    provider: null,
    model: null,
    skill: null,
    usage: null,
    durationMs: null,
    createdAt: someTime + index * 60_000,
    ...('body' in event ? withoutBody(event) : event),
    type,
    data,
  };
}

function withoutBody<T extends { readonly body: EventBody }>({ body: _body, ...rest }: T): Omit<T, 'body'> {
  return rest;
}
