import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/base/errors';
import type { Timers } from '../../../src/core/base/ports';
import { toTurnId, type SessionId } from '../../../src/core/session/session';
import type { ChatView } from '../../../src/extension/chat/chatPorts';
import { guardViewMessage } from '../../../src/protocol/chatProtocolGuards';
import { createRpcServer, type RequestHandlers } from '../../../src/protocol/rpcEndpoint';
import { createChat, type Chat } from '../../../src/webview/chat';
import { createHostPair } from '../../../src/webview/host';
import { testModel, userMessage } from '../../support/builders';
import { launchManager, openTempStore, startSessionIn, type TempStore } from '../../support/storeFixture';
import { stubMessages } from '../../support/vscodeStub';
import { gate } from '../core/turn/turnDoubles';
import { Feed } from './chatFeed';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

const timers: Timers = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return { dispose: () => clearTimeout(timer) };
  },
};

const feed = new Feed();
let store: TempStore;
let host: ChatFixture;
let chat: Chat;

/** The real view, without its looks, on the real host. */
function connect(fixture: ChatFixture): Chat {
  const { view, host: end } = createHostPair();
  const { controller } = fixture;
  const handlers: Partial<RequestHandlers> = {
    'session/ready': () => controller.snapshot(),
    'memory/save': ({ sessionId, memory }) => controller.saveMemory(sessionId, memory),
    'turn/start': ({ sessionId, ...message }) => controller.submitTyped(sessionId, message),
    'store/retry': () => fixture.host.retry(),
    'store/useMemory': () => fixture.host.useMemory(),
  };
  const server = createRpcServer(end, {
    handlers: handlers as RequestHandlers,
    guard: guardViewMessage,
    toWireError: (error) => ({ code: 'internal', message: String(error) }),
    invalidRequest: { code: 'argument/invalid', message: 'Not understood' },
  });
  const attached: ChatView = { visible: true, notify: (method, params) => server.notify(method, params) };
  controller.attach(attached);
  return createChat({
    transport: view,
    frames: {
      schedule: (callback) => {
        const timer = setTimeout(callback, 0);
        return () => clearTimeout(timer);
      },
    },
    timers,
    createId: uuid,
  });
}

const storeKind = () => chat.store.store.value?.kind;
const typed = () => chat.composer.text.value;
const draftOf = (id: SessionId): string | undefined => {
  const entries = (host.memento.get('rejoin.viewMemory') ?? []) as readonly (readonly [string, { draft: string }])[];
  return entries.find(([key]) => key === id)?.[1].draft;
};

beforeEach(async () => {
  store = await openTempStore();
});
afterEach(async () => {
  chat.dispose();
  await host.dispose();
});

describe('what is being typed when the store cannot be opened', () => {
  const start = async (): Promise<void> => {
    host = await ChatFixture.open(feed.provider, store);
    host.openFails = new AppError('store/not-a-database');
    chat = connect(host);
    await expect.poll(storeKind).toBe('unavailable');
    chat.composer.type('Precious words');
    await chat.composer.submit();
    expect(typed()).toBe('Precious words');
  };

  it('goes on in the session that resumes once it can, behind the draft of that session', async () => {
    const before = await ChatFixture.open(feed.provider, store);
    const id = await before.addSession('Cart');
    await start();
    await host.controller.saveMemory(id, { draft: '', scroll: null });
    host.memento.set('rejoin.viewMemory', [[id, { draft: 'Left there', scroll: null }]]);
    host.openFails = undefined;
    // Typed so late that it cannot have been saved.
    chat.composer.type('Precious words, and more');
    await chat.actions.run('store/retry');
    await expect.poll(() => chat.store.sessionId.value).toBe(id);
    expect(typed()).toBe('Left there\n\nPrecious words, and more');
    await expect.poll(() => draftOf(id)).toBe('Left there\n\nPrecious words, and more');
    expect(JSON.stringify(host.memento.get('rejoin.viewMemory'))).not.toContain('unsaved');
  });

  it('stays where it is when nothing resumes, and can be sent then', async () => {
    await start();
    const id = chat.store.sessionId.value;
    host.openFails = undefined;
    await chat.actions.run('store/retry');
    await expect.poll(storeKind).toBe('ok');
    expect([chat.store.sessionId.value, typed()]).toEqual([id, 'Precious words']);
    await chat.composer.submit();
    await expect.poll(typed).toBe('');
    await expect.poll(() => chat.store.events.value.length).toBe(1);
    feed.finish();
  });

  it('stays where it is when the person chats without saving', async () => {
    await start();
    const id = chat.store.sessionId.value;
    host.openFails = undefined;
    await chat.actions.run('store/useMemory');
    await expect.poll(storeKind).toBe('memory');
    expect([chat.store.sessionId.value, typed()]).toEqual([id, 'Precious words']);
  });
});

describe('what is being typed in a session that goes away', () => {
  let id: SessionId;
  beforeEach(async () => {
    host = await ChatFixture.open(feed.provider, store);
    id = await host.addSession('Cart');
    chat = connect(host);
    await expect.poll(() => chat.store.sessionId.value).toBe(id);
    chat.composer.type('Precious words');
  });

  it('goes on in the fresh one when another window deletes it for good, and is left nowhere else', async () => {
    const elsewhere = launchManager(store, { service: await store.openAnother() });
    const manager = await host.manager();
    await manager.refresh();
    await elsewhere.deleteForever([id]);
    await manager.refresh();
    await expect.poll(() => chat.store.sessionId.value).not.toBe(id);
    expect(typed()).toBe('Precious words');
    expect(draftOf(id)).toBeUndefined();
    await chat.composer.submit();
    await expect.poll(() => chat.store.events.value.length).toBe(1);
    feed.finish();
  });

  it('goes on in the fresh one when it is moved to the trash, and does not come back with the session', async () => {
    await (await host.manager()).moveToTrash([id]);
    await expect.poll(() => chat.store.sessionId.value).not.toBe(id);
    expect(typed()).toBe('Precious words');
    await expect.poll(() => draftOf(id) ?? '').toBe('');
  });

  it('is kept together with the messages that waited there when another session resumes in its place', async () => {
    const elsewhere = launchManager(store, { service: await store.openAnother() });
    const lease = { turnId: toTurnId('turn-elsewhere'), model: testModel, startedAt: 0 };
    await elsewhere.appendUserMessage(id, userMessage('Asked there'), { turnStatus: 'running', lease });
    await host.controller.queue.submit(id, { clientMessageId: uuid(), text: 'Waiting words' });
    const other = await openTempStore();
    const resumed = await startSessionIn(launchManager(other, { clock: store.clock }));
    await host.host.replaceFile(() => {
      host.nextStore = other;
      return Promise.resolve();
    });
    await expect.poll(() => chat.store.sessionId.value).toBe(resumed);
    await expect.poll(() => draftOf(resumed) ?? '').toContain('Precious words');
    // Saved by now, whatever the view removed where the text was before.
    await host.controller.saveMemory(id, { draft: '', scroll: null });
    await expect.poll(() => host.memento.get('rejoin.queuedMessages')).toBeUndefined();
    const kept = JSON.stringify(host.memento.get('rejoin.viewMemory')) + typed();
    expect(kept).toContain('Waiting words');
    expect(stubMessages.join()).not.toContain('Waiting words');
    await other.dispose();
  });

  it('goes on when the file is exchanged for one that does not have the session', async () => {
    const other = await openTempStore();
    await host.host.replaceFile(() => {
      host.nextStore = other;
      return Promise.resolve();
    });
    await expect.poll(() => chat.store.sessionId.value).not.toBe(id);
    expect(typed()).toBe('Precious words');
    expect(chat.store.events.value).toEqual([]);
    await other.dispose();
  });
});

it('shows what an older copy of the file has of the session, and keeps the text', async () => {
  host = await ChatFixture.open(feed.provider, store);
  const id = await host.addSession('Cart');
  chat = connect(host);
  await expect.poll(() => chat.store.events.value.length).toBe(2);
  const older = await openTempStore();
  const record = await (await host.manager()).readRecord(id);
  await launchManager(older).importRecord(record);
  await host.send('Asked since');
  feed.say('Answered since');
  feed.finish();
  await expect.poll(() => chat.store.events.value.length).toBe(4);
  chat.composer.type('Precious words');
  await host.host.replaceFile(() => {
    host.nextStore = older;
    return Promise.resolve();
  });
  await expect.poll(() => chat.store.events.value.length).toBe(2);
  expect([chat.store.sessionId.value, typed()]).toEqual([id, 'Precious words']);
  await older.dispose();
});

it('leaves no draft of a message behind that was on its way when another session was opened', async () => {
  host = await ChatFixture.open(feed.provider, store);
  const other = await host.addSession('Other');
  const id = await host.addSession('Cart');
  chat = connect(host);
  await expect.poll(() => chat.store.sessionId.value).toBe(id);
  const model = gate();
  host.beforeModel = () => model.opened;
  chat.composer.type('Precious words');
  const sent = chat.composer.submit();
  await expect.poll(() => host.turns.viewOf(id)).not.toBeNull();
  await host.controller.showSession(other);
  await expect.poll(() => chat.store.sessionId.value).toBe(other);
  await expect.poll(() => draftOf(id)).toBe('Precious words');
  model.open();
  await sent;
  await expect.poll(() => draftOf(id) ?? '').toBe('');
  expect(typed()).toBe('');
  feed.finish();
});
