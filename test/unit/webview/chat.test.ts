import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError, isAppError } from '../../../src/core/base/errors';
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
    toWireError: (error) => ({
      code: isAppError(error) ? error.code : 'internal',
      message: error instanceof Error ? error.message : '',
    }),
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

  describe('when another conversation takes the place of the one shown unasked', () => {
    const startTyping = async () => {
      const saved: unknown[] = [];
      const running = await start(() => Promise.resolve(snapshot()), {
        'memory/save': (params) => {
          saved.push(params);
          return Promise.resolve();
        },
      });
      running.chat.composer.type('unfinished');
      return { ...running, saved };
    };
    const next = { epoch: 2, sessionId: 'next' as never, memory: { draft: 'left there', scroll: null } };

    it('goes on with what was typed, and has it saved there before it is removed where it was', async () => {
      const { chat, server, runFrame, saved } = await startTyping();
      server.notify('session/snapshot', snapshot({ ...next, takesOver: sessionId }));
      await settled();
      runFrame();
      await settled();
      expect(chat.composer.text.value).toBe('left there\n\nunfinished');
      expect(saved).toEqual([
        { sessionId: 'next', memory: { draft: 'left there\n\nunfinished', scroll: null } },
        { sessionId, memory: { draft: '', scroll: null } },
      ]);
    });

    it('takes nothing along from a conversation that it does not stand for', async () => {
      const { chat, server, runFrame } = await startTyping();
      server.notify('session/snapshot', snapshot({ ...next, takesOver: 'another' as never }));
      await settled();
      runFrame();
      await settled();
      expect(chat.composer.text.value).toBe('left there');
    });

    it('leaves the text box alone while the store comes and goes below the same conversation', async () => {
      const { chat, server, runFrame } = await startTyping();
      const { model, workspace, skill } = snapshot();
      const rest = { model, workspace, skill, showSummaries: false, enterSends: true };
      const stores = [
        { kind: 'trouble', text: 'The disk is full.' },
        { kind: 'unavailable', error: { code: 'store/locked', args: {} }, text: 'Locked.', canRestore: false },
        { kind: 'readOnly', text: 'Read-only.' },
        { kind: 'memory' },
        { kind: 'ok' },
      ] as const;
      for (const [index, store] of stores.entries()) {
        server.notify('status/updated', { ...rest, store, epoch: 1, seq: index + 1 });
        await settled();
        runFrame();
        expect([chat.store.store.value?.kind, chat.composer.text.value]).toEqual([store.kind, 'unfinished']);
      }
    });
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

  it('says no more why a message was not saved once the store can be written again, and keeps the message', async () => {
    const { model, workspace, skill, showSummaries, enterSends } = snapshot();
    const { chat, server, runFrame } = await start(() => Promise.resolve(snapshot()), {
      'turn/start': () => Promise.reject(new AppError('store/full', { message: 'The disk is full.' })),
    });
    const tellStore = async (store: SessionSnapshot['store'], seq: number): Promise<void> => {
      server.notify('status/updated', { epoch: 1, seq, model, workspace, skill, showSummaries, enterSends, store });
      await settled();
      runFrame();
    };
    chat.composer.type('to be kept');
    await chat.composer.submit();
    await tellStore({ kind: 'trouble', text: 'The disk is full.' }, 1);
    expect(chat.composer.note.value?.text).toContain('The disk is full.');
    await tellStore({ kind: 'ok' }, 2);
    expect(chat.composer.note.value).toBeNull();
    expect(chat.composer.text.value).toBe('to be kept');
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
