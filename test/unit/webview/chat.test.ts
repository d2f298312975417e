import { afterEach, describe, expect, it, vi } from 'vitest';
import { toTurnId } from '../../../src/core/session/session';
import type { SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { guardViewMessage } from '../../../src/protocol/chatProtocolGuards';
import { createRpcServer, type RequestHandlers, type RpcServer } from '../../../src/protocol/rpcEndpoint';
import { createChat, type Chat } from '../../../src/webview/chat';
import { createHostPair } from '../../../src/webview/host';
import { LogBuilder, measure, sessionId, snapshot, summary, turn } from '../../webview/support/conversation';

interface Running {
  readonly chat: Chat;
  readonly server: RpcServer;
  readonly asked: () => number;
  readonly runTimers: () => void;
  readonly runFrame: () => void;
}

const running: Chat[] = [];
afterEach(() => running.splice(0).forEach((chat) => chat.dispose()));

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

async function start(ready: () => Promise<SessionSnapshot>, handlers: Partial<RequestHandlers> = {}): Promise<Running> {
  const { view, host } = createHostPair();
  const asked = vi.fn(ready);
  const server = createRpcServer(host, {
    handlers: { 'session/ready': asked, ...handlers } as RequestHandlers,
    guard: guardViewMessage,
    toWireError: (error) => ({ code: 'internal', message: error instanceof Error ? error.message : '' }),
    invalidRequest: { code: 'argument/invalid', message: '' },
  });
  const timers = new Set<() => void>();
  const frames = new Set<() => void>();
  const later = (set: Set<() => void>) => (callback: () => void) => {
    set.add(callback);
    return () => set.delete(callback);
  };
  const runAll = (set: Set<() => void>) => () =>
    [...set].forEach((callback) => {
      set.delete(callback);
      callback();
    });
  const chat = createChat({
    transport: view,
    frames: { schedule: (callback) => later(frames)(callback) },
    timers: { after: (_ms, callback) => ({ dispose: later(timers)(callback) }) },
    createId: () => 'id',
  });
  running.push(chat);
  await settled();
  return { chat, server, asked: () => asked.mock.calls.length, runTimers: runAll(timers), runFrame: runAll(frames) };
}

describe('createChat', () => {
  it('asks for a snapshot at once and shows its draft', async () => {
    const { chat, asked } = await start(() => Promise.resolve(snapshot({ memory: { draft: 'kept', scroll: null } })));
    expect(asked()).toBe(1);
    expect(chat.store.phase.value).toBe('ready');
    expect(chat.composer.text.value).toBe('kept');
  });

  it('says why the host cannot answer and asks again by itself', async () => {
    let works = false;
    const { chat, asked, runTimers } = await start(() =>
      works ? Promise.resolve(snapshot()) : Promise.reject(new Error('The store is locked.')),
    );
    expect(chat.connectionError.value).toBe('The store is locked.');
    works = true;
    runTimers();
    await settled();
    expect(asked()).toBe(2);
    expect(chat.connectionError.value).toBeNull();
    expect(chat.store.phase.value).toBe('ready');
  });

  it('applies what arrives once per frame, however much it is', async () => {
    const { chat, server, runFrame } = await start(() => Promise.resolve(snapshot({ turn: turn() })));
    for (let seq = 1; seq <= 100; seq += 1) {
      server.notify('turn/delta', { epoch: 1, seq, turnId: toTurnId('turn-live'), text: 'x', reasoning: '' });
    }
    await settled();
    expect(chat.store.turn.value?.text).toBe('');
    let changes = -1;
    const stop = chat.store.turn.subscribe(() => (changes += 1));
    runFrame();
    stop();
    expect(chat.store.turn.value?.text).toBe('x'.repeat(100));
    expect(changes).toBe(1);
  });

  it('asks for a new snapshot when a notification was lost, and keeps what is being typed', async () => {
    let text = '';
    let seq = 0;
    const { chat, server, asked, runFrame } = await start(() =>
      Promise.resolve(snapshot({ seq, turn: turn({ text }) })),
    );
    chat.composer.type('typing');
    seq = 5;
    text = 'all of it';
    server.notify('turn/delta', { epoch: 1, seq: 5, turnId: toTurnId('turn-live'), text: 'it', reasoning: '' });
    await settled();
    runFrame();
    await settled();
    expect(asked()).toBe(2);
    expect(chat.store.turn.value?.text).toBe('all of it');
    expect(chat.composer.text.value).toBe('typing');
  });

  it('saves the draft of the session that is left before it shows the next one', async () => {
    const saved: unknown[] = [];
    const { chat, server, runFrame } = await start(() => Promise.resolve(snapshot()), {
      'memory/save': (params) => {
        saved.push(params);
        return Promise.resolve();
      },
    });
    chat.composer.type('unfinished');
    server.notify(
      'session/snapshot',
      snapshot({ epoch: 2, sessionId: 'next' as never, memory: { draft: 'other', scroll: null } }),
    );
    await settled();
    runFrame();
    await settled();
    expect(saved).toEqual([{ sessionId, memory: { draft: 'unfinished', scroll: null } }]);
    expect(chat.composer.text.value).toBe('other');
  });

  it('has nothing of the former session left once another one is shown: no messages, no numbers, nothing to recall', async () => {
    const [former, next] = [new LogBuilder(), new LogBuilder()];
    former.user('Asked before');
    former.text('Answered before');
    next.user('Asked here');
    const { chat, server, runFrame } = await start(() =>
      Promise.resolve(
        snapshot({ summary: summary(), events: former.events, turn: turn({ text: 'More' }), measure: measure() }),
      ),
    );
    expect(chat.composer.recall('earlier')).toBe(true);
    expect(chat.composer.text.value).toBe('Asked before');
    const shown = { summary: summary('Next'), events: next.events, sessionId: 'next' as never };
    server.notify('session/snapshot', snapshot({ epoch: 2, ...shown }));
    await settled();
    runFrame();
    await settled();
    expect(chat.store.events.value).toEqual(next.events);
    expect([chat.store.turn.value, chat.store.measure.value]).toEqual([null, null]);
    expect(chat.composer.text.value).toBe('');
    expect(chat.composer.recall('earlier')).toBe(true);
    expect(chat.composer.text.value).toBe('Asked here');
    expect(chat.composer.recall('earlier')).toBe(false);
  });

  it('survives notifications that make no sense', async () => {
    const { chat, server, runFrame } = await start(() => Promise.resolve(snapshot()));
    server.notify('turn/delta', null as never);
    server.notify('nothing/known' as never, { epoch: 1, seq: 1 } as never);
    server.notify('session/eventsAppended', { epoch: 1, seq: 2, events: [new LogBuilder().user('Hi')] });
    await settled();
    runFrame();
    expect(chat.store.events.value).toHaveLength(1);
  });
});
