import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/base/errors';
import type { SessionId } from '../../../src/core/session/session';
import { stubContextKeys, stubMessages } from '../../support/vscodeStub';
import { gate } from '../core/turn/turnDoubles';
import { Feed } from './chatFeed';
import { ChatFixture, ReplicaView } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let feed: Feed;
let chat: ChatFixture;
let rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);

beforeEach(async () => {
  feed = new Feed();
  chat = await ChatFixture.open(feed.provider);
  stubMessages.length = 0;
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

describe('the view beside a streaming reply', () => {
  it('has the whole text after a snapshot in the middle of it', async () => {
    await chat.show();
    await chat.send('Count');
    feed.say('one ');
    await expect.poll(() => chat.view.data.turn?.text).toBe('one ');
    for (const piece of ['two ', 'three ', 'four ']) {
      feed.say(piece);
      await chat.view.ready();
      await settle(10);
    }
    await expect.poll(() => chat.view.texts).toEqual(['Count', 'one two three four ']);
    feed.finish();
    await expect.poll(() => chat.view.data.turn).toBeNull();
    expect(chat.view.texts).toEqual(['Count', 'one two three four ']);
  });

  it('misses nothing of what came while it was hidden', async () => {
    await chat.show();
    await chat.send('Count');
    feed.say('one ');
    await expect.poll(() => chat.view.data.turn?.text).toBe('one ');
    chat.view.visible = false;
    feed.say('two ');
    await expect.poll(() => chat.turns.viewOf(current())?.text).toBe('one two ');
    // What gathers for the view has gone, to a view that does not hear it.
    await expect.poll(() => [...chat.timersWaiting.values()]).not.toContain(40);
    chat.view.visible = true;
    feed.say('three');
    await expect.poll(() => chat.view.texts.at(-1)).toBe('one three');
    // The page of a view that was hidden is made anew and begins with a snapshot.
    await chat.view.ready();
    await expect.poll(() => chat.view.texts).toEqual(['Count', 'one two three']);
    feed.finish();
    await expect.poll(() => chat.view.data.turn).toBeNull();
    expect(chat.view.texts).toEqual(['Count', 'one two three']);
  });

  it('shows nothing of it in another session, and all of it on the way back', async () => {
    const other = await chat.addSession('Other');
    await chat.show();
    await chat.controller.newSession();
    await chat.send('Count');
    const counting = current();
    feed.say('one ');
    await expect.poll(() => chat.view.data.turn?.text).toBe('one ');
    await chat.controller.showSession(other);
    feed.say('two');
    await expect.poll(() => chat.view.data.sessionId).toBe(other);
    await settle();
    expect(chat.view.texts).toEqual(['Other', 'Answer to Other']);
    expect(stubContextKeys.get('rejoin.streaming')).toBe(false);
    await chat.controller.showSession(counting);
    await expect.poll(() => chat.view.texts).toEqual(['Count', 'one two']);
    expect(stubContextKeys.get('rejoin.streaming')).toBe(true);
    feed.finish();
    await expect.poll(() => chat.view.data.turn).toBeNull();
    expect(stubContextKeys.get('rejoin.streaming')).toBe(false);
  });

  it('goes to a fresh session when the one that is answered is deleted, and the reply stops', async () => {
    await chat.show();
    await chat.send('Count');
    const deleted = current();
    feed.say('one');
    await expect.poll(() => chat.view.data.turn?.text).toBe('one');
    const manager = await chat.manager();
    await manager.moveToTrash([deleted]);
    await expect.poll(() => chat.view.data.sessionId).not.toBe(deleted);
    await expect.poll(() => chat.turns.viewOf(deleted)).toBeNull();
    expect(chat.view.texts).toEqual([]);
    expect((await manager.get(deleted)).turnStatus).toBe('cancelled');
    expect((await manager.loadBranch(deleted)).at(-1)?.body).toMatchObject({ content: 'one', finish: 'cancelled' });
  });

  it('complains of nothing when the session is deleted for good meanwhile, and leaves no trace of it', async () => {
    await chat.show();
    await chat.send('Count');
    const deleted = current();
    feed.say('one');
    await expect.poll(() => chat.view.data.turn?.text).toBe('one');
    await (await chat.manager()).deleteForever([deleted]);
    await expect.poll(() => chat.turns.viewOf(deleted), { timeout: 5000 }).toBeNull();
    await settle();
    expect(stubMessages).toEqual([]);
    expect(await (await chat.manager()).getSession(deleted)).toBeUndefined();
  });

  it('keeps the session that was opened while the deleted one was replaced', async () => {
    const [other, deleted] = [await chat.addSession('Other'), await chat.addSession('Deleted')];
    await chat.show();
    expect(current()).toBe(deleted);
    const keys = gate();
    chat.beforeKeys = () => keys.opened;
    await (await chat.manager()).moveToTrash([deleted]);
    await chat.controller.showSession(other);
    keys.open();
    await settle();
    expect(current()).toBe(other);
  });
});

describe('which conversation is shown', () => {
  it('is the one that was asked for, also when the automatic resume comes later', async () => {
    const [asked, newest] = [await chat.addSession('Asked for'), await chat.addSession('Newest')];
    const keys = gate();
    chat.beforeKeys = () => keys.opened;
    const resuming = chat.controller.conversation();
    await chat.controller.showSession(asked);
    keys.open();
    expect((await resuming).id).toBe(asked);
    expect(current()).toBe(asked);
    expect(newest).not.toBe(asked);
  });

  it('does not turn back when another window has written what is known already', async () => {
    await chat.addSession('First');
    await chat.show();
    const manager = await chat.manager();
    const before = chat.controller.currentSession;
    await chat.send('Second');
    const after = chat.controller.currentSession;
    // What a read gives that began before our own message was on disk.
    vi.spyOn(chat.store.service, 'get').mockResolvedValueOnce(before ?? undefined);
    (manager as unknown as { announcer: { reset(): void } }).announcer.reset();
    await settle();
    expect(chat.controller.currentSession?.lastSeq).toBe(after?.lastSeq);
    vi.restoreAllMocks();
    feed.finish();
  });

  it('tells the model that was chosen last, also when an earlier answer comes later', async () => {
    await chat.addSession('First');
    await chat.show();
    const slow = gate();
    chat.beforeStatus = () => slow.opened;
    chat.controller.publishStatus();
    chat.beforeStatus = () => Promise.resolve();
    await chat.controller.choices.setModel({ provider: 'demo', model: 'newer' });
    await expect.poll(() => chat.view.data.model.label).toBe('newer');
    slow.open();
    await settle();
    expect(chat.view.data.model.label).toBe('newer');
  });

  it('can be renamed only by its own id', async () => {
    const [first, second] = [await chat.addSession('First'), await chat.addSession('Second')];
    await chat.show();
    expect(current()).toBe(second);
    await chat.controller.choices.rename(first, 'Renamed');
    const manager = await chat.manager();
    expect([(await manager.get(first)).title, (await manager.get(second)).title]).toEqual(['Renamed', 'Second']);
  });

  it('shows its notice once: not again when the view comes back', async () => {
    await chat.addSession('First');
    expect((await chat.show()).notice).toMatchObject({ kind: 'resumed' });
    chat.view.visible = false;
    chat.controller.onViewHidden(chat.view);
    chat.view.visible = true;
    expect((await chat.view.ready()).notice).toBeNull();
  });

  it('stays when a view that was replaced is closed late', async () => {
    await chat.addSession('First');
    const first = chat.controller.attach(new ReplicaView(() => chat.controller.snapshot()));
    expect((await chat.show()).notice).not.toBeNull();
    first.dispose();
    expect((await chat.view.ready()).notice).not.toBeNull();
    await chat.send('More');
    await expect.poll(() => chat.view.texts.length).toBe(3);
  });

  it('is looked for again when the store could be opened at last', async () => {
    const existing = await chat.addSession('First');
    const late = await ChatFixture.open(feed.provider, chat.store);
    late.openFails = new AppError('store/locked');
    expect(await late.show()).toMatchObject({ summary: null, store: { kind: 'unavailable' } });
    expect(stubContextKeys.get('rejoin.hasSession')).toBe(false);
    await expect(late.send('Lost?')).rejects.toMatchObject({ code: 'store/locked' });
    late.openFails = undefined;
    await late.host.retry();
    await expect.poll(() => late.view.data.sessionId).toBe(existing);
    expect(late.view.data.store).toEqual({ kind: 'ok' });
    expect(stubContextKeys.get('rejoin.hasModel')).toBe(true);
    expect(stubContextKeys.get('rejoin.hasSession')).toBe(true);
  });

  it('survives a store that fails while a page is read', async () => {
    const [first] = [await chat.addSession('First'), await chat.addSession('Second')];
    await chat.show();
    vi.spyOn(chat.store.service, 'loadPage').mockRejectedValueOnce(new AppError('store/io'));
    await chat.controller.showSession(first);
    await settle();
    vi.restoreAllMocks();
    await chat.view.ready();
    expect(chat.view.data.sessionId).toBe(first);
  });
});

it('nothing is written by showing, hiding, switching, typing and choosing', async () => {
  const [first, second] = [await chat.addSession('First'), await chat.addSession('Second')];
  const manager = await chat.manager();
  const version = await chat.store.openAnother();
  const before = await version.version();
  await chat.show();
  await chat.controller.showSession(first);
  await chat.controller.showSession(second);
  await chat.controller.saveMemory(second, { draft: 'typing', scroll: null });
  chat.controller.attach(chat.view).dispose();
  await manager.refresh();
  expect(await version.version()).toEqual(before);
});
