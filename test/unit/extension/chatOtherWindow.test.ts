import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { testModel, userMessage } from '../../support/builders';
import { launchManager } from '../../support/storeFixture';
import { Feed } from './chatFeed';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let feed: Feed;
let chat: ChatFixture;
/** What another window has of the same file. */
let elsewhere: SessionManager;
let shown: SessionId;

beforeEach(async () => {
  feed = new Feed();
  chat = await ChatFixture.open(feed.provider);
  shown = await chat.addSession('Cart');
  elsewhere = launchManager(chat.store, { service: await chat.store.openAnother() });
  await chat.show();
  await noticeChanges();
  expect(chat.controller.currentId).toBe(shown);
});
afterEach(() => chat.dispose());

/** What the window does when it gets the focus. */
async function noticeChanges(): Promise<void> {
  await (await chat.manager()).refresh();
}

describe.each([
  ['moved to the trash', 'session/in-trash', () => elsewhere.moveToTrash([shown])],
  ['deleted for good', 'session/not-found', () => elsewhere.deleteForever([shown])],
] as const)('the session shown, %s in another window', (_, code, remove) => {
  it('gives way to a fresh one, in which the chat goes on and is stored', async () => {
    await remove();
    await noticeChanges();
    await expect.poll(() => chat.view.data.sessionId).not.toBe(shown);
    expect(chat.view.texts).toEqual([]);
    await chat.send('Another question');
    const stored = await elsewhere.list({ states: ['active'], limit: 10 });
    expect(stored.map(({ id, title }) => [id, title])).toEqual([[chat.controller.currentId, 'Another question']]);
    feed.finish();
    await expect.poll(() => chat.view.data.turn).toBeNull();
  });

  it('hands a message back that is sent before this was noticed', async () => {
    await remove();
    await expect(chat.send('Too late')).rejects.toMatchObject({ code });
    expect(await elsewhere.list({ states: ['active', 'archived'], limit: 10 })).toEqual([]);
    expect((await elsewhere.getSession(shown))?.messageCount ?? 2).toBe(2);
    expect(chat.view.data.turn).toBeNull();
  });
});

describe('the session shown, changed in another window', () => {
  it('has the title, model and messages that it got there', async () => {
    await elsewhere.rename(shown, 'Renamed there');
    await elsewhere.setModel(shown, testModel);
    await elsewhere.appendUserMessage(shown, userMessage('Asked there'));
    await noticeChanges();
    await expect.poll(() => chat.view.texts.at(-1)).toBe('Asked there');
    await expect.poll(() => chat.view.data.summary).toMatchObject({ title: 'Renamed there', ...testModel });
    await expect.poll(() => chat.view.data.model.label).toBe(testModel.model);
    await chat.send('Asked here');
    expect(chat.asked).toEqual([testModel.model]);
    expect(await elsewhere.get(shown)).toMatchObject({ title: 'Renamed there', ...testModel });
    feed.finish();
  });
});
