import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/base/errors';
import type { SessionId } from '../../../src/core/session/session';
import { gate } from '../core/turn/turnDoubles';
import { Feed } from './chatFeed';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let feed: Feed;
let chat: ChatFixture;
let rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeEach(async () => {
  feed = new Feed();
  chat = await ChatFixture.open(feed.provider);
  rejections = [];
  process.on('unhandledRejection', onRejection);
});
afterEach(async () => {
  await chat.dispose();
  process.off('unhandledRejection', onRejection);
  expect(rejections).toEqual([]);
});

const current = (): SessionId => {
  const id = chat.controller.currentId;
  if (id === undefined) {
    throw new Error('Nothing is shown');
  }
  return id;
};
const settle = (ms = 60): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the first message of a conversation', () => {
  it('is stored once and takes along what was chosen before it', async () => {
    await chat.show();
    await chat.controller.choices.rename(current(), 'My title');
    await chat.controller.choices.setModel({ provider: 'demo', model: 'chosen' });
    await chat.send('Hello');
    await expect.poll(async () => (await (await chat.manager()).get(current())).title).toBe('My title');
    expect(chat.asked).toEqual(['chosen']);
    expect(chat.controller.currentSession).toMatchObject({ provider: 'demo', model: 'chosen' });
    feed.finish();
  });

  it('takes it along also when another session is shown before it is stored', async () => {
    const other = await chat.addSession('Other');
    await chat.show();
    await chat.controller.newSession();
    const fresh = current();
    await chat.controller.choices.rename(fresh, 'My title');
    await chat.controller.choices.setModel({ provider: 'demo', model: 'chosen' });
    await chat.controller.saveMemory(fresh, { draft: 'Hello', scroll: null });
    const model = gate();
    chat.beforeModel = () => model.opened;
    const sent = chat.send('Hello', fresh);
    await chat.controller.showSession(other);
    model.open();
    await sent;
    const manager = await chat.manager();
    await expect.poll(async () => (await manager.get(fresh)).title).toBe('My title');
    expect(chat.asked).toEqual(['chosen']);
    feed.finish();
    await expect.poll(() => chat.turns.viewOf(fresh)).toBeNull();
    await chat.controller.newSession();
    expect((await chat.view.ready()).memory.draft).toBe('');
  });

  it('ends its session when the person left it for a new one before it was stored', async () => {
    await chat.show();
    const left = current();
    const model = gate();
    chat.beforeModel = () => model.opened;
    const sent = chat.send('Hello', left);
    await chat.controller.newSession();
    await chat.controller.saveMemory(current(), { draft: 'Next', scroll: null });
    model.open();
    await sent;
    const manager = await chat.manager();
    await expect.poll(async () => (await manager.get(left)).endedAt).not.toBeNull();
    expect((await chat.view.ready()).memory.draft).toBe('Next');
    feed.finish();
  });

  it('leaves nothing behind when it cannot be stored', async () => {
    await chat.show();
    vi.spyOn(chat.store.service, 'append').mockRejectedValueOnce(new AppError('store/full'));
    await expect(chat.send('Hello')).rejects.toMatchObject({ code: 'store/full' });
    expect(chat.controller.currentSession).toBeNull();
    vi.restoreAllMocks();
    await chat.send('Hello');
    expect(chat.controller.currentSession).toMatchObject({ messageCount: 1 });
    feed.finish();
  });
});

describe('what is attached before there is a session', () => {
  const notes = { type: 'file', key: 'notes.txt', uri: null, value: 'High water at noon.', createdAt: 1 } as const;

  it('comes back with the window, goes with the first message, and is kept with the session from then on', async () => {
    await chat.show();
    await chat.controller.context.put([notes]);
    expect(chat.view.data.context).toMatchObject([{ key: 'notes.txt', bytes: 19 }]);
    const reloaded = await ChatFixture.open(feed.provider, chat.store);
    chat.memento.forEach((value, key) => reloaded.memento.set(key, value));
    expect((await reloaded.show()).context).toMatchObject([{ key: 'notes.txt' }]);
    await reloaded.send('What do they say?');
    const id = reloaded.controller.currentId ?? current();
    const manager = await reloaded.manager();
    expect(await manager.listContext(id)).toMatchObject([{ key: 'notes.txt', value: notes.value }]);
    const message = (await manager.loadBranch(id)).find(({ body }) => body.type === 'user_message');
    expect(message?.body).toMatchObject({ context: [{ key: 'notes.txt', value: notes.value, changed: false }] });
    await settle();
    expect(reloaded.memento.get('rejoin.unsavedContext')).toBeUndefined();
  });

  it('does not go over into the next session', async () => {
    await chat.show();
    await chat.controller.context.put([notes]);
    await chat.controller.newSession();
    await settle();
    expect(await chat.controller.context.list()).toEqual([]);
    expect(chat.memento.get('rejoin.unsavedContext')).toBeUndefined();
  });
});

describe('drafts', () => {
  const draftOf = async (id: SessionId): Promise<string> => {
    await chat.controller.showSession(id);
    return (await chat.view.ready()).memory.draft;
  };

  it('belong to their session, over switching and a reload', async () => {
    const [first, second] = [await chat.addSession('First'), await chat.addSession('Second')];
    await chat.show();
    await chat.controller.saveMemory(second, { draft: 'for second', scroll: null });
    await chat.controller.showSession(first);
    await chat.controller.saveMemory(first, { draft: 'for first', scroll: null });
    // The view of the session that was left may save late.
    await chat.controller.saveMemory(second, { draft: 'for second!', scroll: null });
    expect([await draftOf(first), await draftOf(second)]).toEqual(['for first', 'for second!']);

    const reloaded = await ChatFixture.open(feed.provider, chat.store);
    chat.memento.forEach((value, key) => reloaded.memento.set(key, structuredClone(value)));
    expect((await reloaded.show()).memory.draft).toBe('for second!');
  });

  it('of a conversation without a row come back after a reload', async () => {
    await chat.show();
    await chat.controller.saveMemory(current(), { draft: 'not sent yet', scroll: null });
    const reloaded = await ChatFixture.open(feed.provider, chat.store);
    chat.memento.forEach((value, key) => reloaded.memento.set(key, structuredClone(value)));
    expect(await reloaded.show()).toMatchObject({ memory: { draft: 'not sent yet' }, summary: null });
  });

  it('are not lost by looking at another session, and not taken into a new one', async () => {
    const other = await chat.addSession('Other');
    await chat.show();
    await chat.controller.saveMemory(other, { draft: 'for other', scroll: null });
    await chat.controller.newSession();
    expect((await chat.view.ready()).memory.draft).toBe('');
    await chat.controller.saveMemory(current(), { draft: 'unsent', scroll: null });
    expect(await draftOf(other)).toBe('for other');
    await chat.controller.newSession();
    expect((await chat.view.ready()).memory.draft).toBe('unsent');
    await chat.controller.newSession();
    expect((await chat.view.ready()).memory.draft).toBe('');
  });

  it('that come late do not reach a new session', async () => {
    await chat.show();
    const left = current();
    const keys = gate();
    chat.beforeKeys = () => keys.opened;
    const started = chat.controller.newSession();
    await chat.controller.saveMemory(left, { draft: 'typed just before', scroll: null });
    keys.open();
    await started;
    await chat.controller.saveMemory(left, { draft: 'and just after', scroll: null });
    expect((await chat.view.ready()).memory.draft).toBe('');
  });

  it('go with a session that is deleted for good, also one that is saved late', async () => {
    const id = await chat.addSession('Secret');
    await chat.show();
    await chat.controller.saveMemory(id, { draft: 'canary', scroll: null });
    const manager = await chat.manager();
    await manager.moveToTrash([id]);
    expect(JSON.stringify([...chat.memento])).toContain('canary');
    await manager.deleteForever([id]);
    await chat.controller.saveMemory(id, { draft: 'canary', scroll: null });
    expect(JSON.stringify([...chat.memento])).not.toContain('canary');

    const shown = await chat.addSession('Shown');
    await chat.controller.showSession(shown);
    const keys = gate();
    chat.beforeKeys = () => keys.opened;
    await manager.deleteForever([shown]);
    await chat.controller.saveMemory(shown, { draft: 'canary', scroll: null });
    keys.open();
    await settle();
    expect(JSON.stringify([...chat.memento])).not.toContain('canary');
  });
});
