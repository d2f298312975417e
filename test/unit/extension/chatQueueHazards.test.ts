import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toTurnId, type SessionId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { ViewMemoryStore } from '../../../src/extension/chat/viewMemoryStore';
import type { QueuedMessage } from '../../../src/protocol/chatProtocol';
import { testModel, userMessage } from '../../support/builders';
import { launchManager } from '../../support/storeFixture';
import { gate } from '../core/turn/turnDoubles';
import { Feed } from './chatFeed';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let feed: Feed;
let chat: ChatFixture;
let shown: SessionId;
/** What another window has of the same file. */
let elsewhere: SessionManager;

beforeEach(async () => {
  feed = new Feed();
  chat = await ChatFixture.open(feed.provider);
  shown = await chat.addSession('Cart');
  elsewhere = launchManager(chat.store, { service: await chat.store.openAnother() });
  await chat.show();
  await look();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await chat.dispose();
});

async function look(): Promise<void> {
  await (await chat.manager()).refresh();
}

const message = (text: string): QueuedMessage => ({ clientMessageId: uuid(), text });
const submit = (sent: QueuedMessage, id = shown) => chat.controller.queue.submit(id, sent);
const asked = async (id = shown): Promise<readonly string[]> =>
  (await elsewhere.loadBranch(id)).flatMap(({ body }) => (body.type === 'user_message' ? [body.content] : []));

it('does not send a message twice that is handed over again while its reply runs', async () => {
  const mine = message('Mine');
  const first = await submit(mine);
  expect(await submit(mine)).toEqual(first);
  expect(chat.controller.queue.list(shown)).toEqual([]);
  feed.finish();
  await expect.poll(() => chat.turns.viewOf(shown)).toBeNull();
  expect(await asked()).toEqual(['Cart', 'Mine']);
});

it('knows a message again also when another one was refused behind it', async () => {
  const mine = message('Mine');
  const first = await submit(mine);
  await expect(chat.send('Too soon')).rejects.toMatchObject({ code: 'session/busy' });
  expect(await submit(mine)).toEqual(first);
  expect(chat.controller.queue.list(shown)).toEqual([]);
  feed.finish();
});

it('keeps a message that comes while the session gets its row, whatever other windows write meanwhile', async () => {
  const { id } = await chat.controller.newSession();
  const model = gate();
  chat.beforeModel = () => model.opened;
  const first = submit(message('First'), id);
  await expect.poll(() => chat.turns.viewOf(id)).not.toBeNull();
  const second = submit(message('Second'), id);
  await elsewhere.rename(shown, 'Renamed there');
  await look();
  await look();
  model.open();
  expect((await first).turnId).not.toBeNull();
  expect((await second).turnId).toBeNull();
  feed.finish();
  await expect.poll(() => asked(id)).toEqual(['First', 'Second']);
  feed.finish();
});

it('hands a message back, and keeps none, when the one that was to make the session is refused', async () => {
  const { id } = await chat.controller.newSession();
  const model = gate();
  chat.beforeModel = () => model.opened.then(() => Promise.reject(new Error('There is no model')));
  const first = submit(message('First'), id);
  await expect.poll(() => chat.turns.viewOf(id)).not.toBeNull();
  const second = submit(message('Second'), id);
  model.open();
  await expect(first).rejects.toThrow('There is no model');
  await expect(second).rejects.toThrow('There is no model');
  expect(chat.controller.queue.list(id)).toEqual([]);
});

it('goes on after a message that could neither be sent nor given back', async () => {
  const lease = { turnId: toTurnId('turn-elsewhere'), model: testModel, startedAt: 0 };
  await elsewhere.appendUserMessage(shown, userMessage('Asked there'), { turnStatus: 'running', lease });
  await submit(message('Mine'));
  await elsewhere.moveToTrash([shown]);
  await elsewhere.append(shown, [], { turnStatus: 'idle', clearDraftOf: lease.turnId, ofTurn: lease.turnId });
  const failing = vi.spyOn(ViewMemoryStore.prototype, 'setQueue').mockRejectedValue(new Error('The disk is full'));
  chat.controller.queue.sendNow(shown);
  await expect.poll(() => failing.mock.calls.length).toBeGreaterThan(0);
  await elsewhere.restore([shown]);
  failing.mockRestore();
  await expect
    .poll(() => {
      chat.controller.queue.sendNow(shown);
      return asked();
    })
    .toEqual(['Cart', 'Asked there', 'Mine']);
  feed.finish();
});
