import { v7 as uuidV7 } from 'uuid';
import type { Clock, IdGenerator } from '../../src/core/base/ports';
import type { ContextItem } from '../../src/core/session/contextItem';
import {
  toEventId,
  toInvocationId,
  toSessionId,
  toTurnId,
  type EventId,
  type ModelRef,
  type Session,
  type SessionId,
  type WorkspaceKey,
} from '../../src/core/session/session';
import type { EventBody, NewEvent } from '../../src/core/session/sessionEvent';
import { encodeEventBody } from '../../src/core/session/sessionEventCodec';
import type { RecordedEvent, SessionRecord } from '../../src/core/session/sessionRecord';
import type { AppendRequest, NewSession, PartialReply, ProcessIdentity } from '../../src/core/session/sessionService';

/** A wall clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  constructor(public time = Date.UTC(2026, 10, 20, 9, 0, 0)) {}

  now(): number {
    return this.time;
  }

  advance(ms: number): void {
    this.time += ms;
  }
}

export const realIds: IdGenerator = { next: () => uuidV7() };

export const newSessionId = (): SessionId => toSessionId(uuidV7());

/** Processes as `storeFixture.ts` knows them: one that runs for as long as the tests do, and one that has ended. */
export const livingOwner: ProcessIdentity = { pid: process.pid, home: 'test/', started: 'living' };
export const deadOwner: ProcessIdentity = { pid: process.pid, home: 'test/', started: 'dead' };

export const testInvocation = toInvocationId('invocation-1');
export const testTurn = toTurnId('turn-1');
export const testModel: ModelRef = { provider: 'demo', model: 'demo-1' };
export const testKey: WorkspaceKey = { directory: '/work/shop', gitRoot: '/work/shop' };

export function newSession(overrides: Partial<NewSession> = {}): NewSession {
  return { key: testKey, skill: null, ...overrides };
}

export function newEvent(body: EventBody, overrides: Partial<NewEvent> = {}): NewEvent {
  return { id: toEventId(uuidV7()), body, ...overrides };
}

export function userMessage(
  content = 'Why does the cart total go stale?',
  overrides: Partial<NewEvent> = {},
): NewEvent {
  return newEvent({ type: 'user_message', content }, overrides);
}

export function answer(content = 'The memo key ignores the coupon.', overrides: Partial<NewEvent> = {}): NewEvent {
  return newEvent({ type: 'text', content, finish: 'completed' }, overrides);
}

/** An append that makes its session when there is none. */
export function appendRequest(
  sessionId: SessionId,
  events: readonly NewEvent[],
  expectedHead: EventId | null = null,
  overrides: Partial<AppendRequest> = {},
): AppendRequest {
  return {
    sessionId,
    invocationId: testInvocation,
    expectedHead,
    events,
    create: newSession(),
    ...overrides,
  };
}

export function partialReply(
  sessionId: SessionId,
  parentId: EventId,
  overrides: Partial<PartialReply> = {},
): PartialReply {
  return {
    sessionId,
    turnId: testTurn,
    invocationId: testInvocation,
    owner: livingOwner,
    parentId,
    model: testModel,
    content: 'The memo key',
    reasoning: '',
    startedAt: 0,
    beats: 0,
    ...overrides,
  };
}

export function contextItem(key: string, overrides: Partial<ContextItem> = {}): ContextItem {
  return { type: 'file', key, uri: `file:///work/shop/${key}`, value: `Text of ${key}`, createdAt: 1, ...overrides };
}

/** A stored session of one question and one answer, as it would be read from another store. */
export function sessionRecord(
  overrides: Partial<SessionRecord> & { readonly row?: Partial<Session> } = {},
): SessionRecord {
  const { row, ...rest } = overrides;
  const events = [
    recordedEvent(1, null, { type: 'user_message', content: 'Why does the cart total go stale?' }),
    recordedEvent(2, null, { type: 'text', content: 'The memo key ignores the coupon.', finish: 'completed' }),
  ].map((event, index, all) => ({ ...event, parentId: all[index - 1]?.id ?? null }));
  const used = rest.events ?? events;
  return {
    session: session({ title: 'Cart bug', headId: used.at(-1)?.id ?? null, ...row }),
    metadata: [],
    context: [],
    events,
    ...rest,
  };
}

/** An event as it lies in a store. */
export function recordedEvent(
  seq: number,
  parentId: EventId | null,
  body: EventBody,
  overrides: Partial<RecordedEvent> = {},
): RecordedEvent {
  const { type, data } = encodeEventBody(body);
  return {
    ...{ id: toEventId(uuidV7()), seq, parentId, invocationId: testInvocation, turnId: null, type, data },
    ...{ provider: null, model: null, skill: null, usage: null, durationMs: null, createdAt: seq * 1000 },
    ...overrides,
  };
}

export function session(overrides: Partial<Session> = {}): Session {
  return {
    id: newSessionId(),
    title: '',
    ...testKey,
    provider: null,
    model: null,
    skill: null,
    messageCount: 0,
    createdAt: 0,
    updatedAt: 0,
    pinned: false,
    archivedAt: null,
    deletedAt: null,
    endedAt: null,
    headId: null,
    lastSeq: 0,
    lastInvocationId: null,
    serverSessionId: null,
    titleSource: 'none',
    turnStatus: 'idle',
    preview: '',
    ...overrides,
  };
}
