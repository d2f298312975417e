import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toTurnId, type SessionId } from '../../../src/core/session/session';
import type { NewEvent } from '../../../src/core/session/sessionEvent';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { answer, testModel, userMessage } from '../../support/builders';
import type { LocalSessionService } from '../../../src/node/sqlite/localSessionService';
import { launchManager } from '../../support/storeFixture';
import { stubMessages } from '../../support/vscodeStub';
import { Feed } from './chatFeed';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let feed: Feed;
let chat: ChatFixture;
/** What another window has of the same file. */
let elsewhere: SessionManager;
let theirService: LocalSessionService;
let shown: SessionId;

beforeEach(async () => {
  feed = new Feed();
  chat = await ChatFixture.open(feed.provider);
  shown = await chat.addSession('Cart');
  theirService = await chat.store.openAnother();
  elsewhere = launchManager(chat.store, { service: theirService });
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

describe('a reply that another window writes in the session shown', () => {
  const turnId = toTurnId('turn-there');
  let question: NewEvent;
  beforeEach(async () => {
    question = userMessage('Asked there');
    const lease = { turnId, model: testModel, startedAt: chat.store.clock.now() };
    await elsewhere.appendUserMessage(shown, question, { turnStatus: 'running', lease });
  });

  const grow = async (content: string): Promise<void> => {
    const turn = { sessionId: shown, turnId, parentId: question.id, model: testModel, startedAt: 0 };
    await elsewhere.savePartialReply({ ...turn, content, reasoning: '' });
    await noticeChanges();
  };
  const finish = async (content: string): Promise<void> => {
    const end = answer(content, { turnId, ...testModel });
    await elsewhere.append(shown, [end], { turnStatus: 'idle', ofTurn: turnId, clearDraftOf: turnId });
    await noticeChanges();
  };
  const lastText = (): string | undefined => chat.view.texts.at(-1);

  it('grows there and here, by what is new of it, and ends once', async () => {
    await grow('First half');
    await expect.poll(lastText).toBe('First half');
    expect(chat.view.data.turn).toMatchObject({ elsewhere: true, turnId, parentId: question.id });
    expect(chat.controller.isStreaming).toBe(true);
    const states = chat.view.methods.filter((method) => method === 'turn/state').length;
    await grow('First half, second half');
    await expect.poll(lastText).toBe('First half, second half');
    expect(chat.view.methods.filter((method) => method === 'turn/state')).toHaveLength(states);
    await finish('First half, second half.');
    await expect.poll(() => chat.view.data.turn).toBeNull();
    expect(chat.view.texts.slice(-2)).toEqual(['Asked there', 'First half, second half.']);
    expect(chat.controller.isStreaming).toBe(false);
  });

  it('is shown once also by a view that is opened in the moment in which it ends', async () => {
    await grow('Whole answer');
    await expect.poll(lastText).toBe('Whole answer');
    await chat.view.ready();
    const manager = await chat.manager();
    const loadPage = manager.loadPage.bind(manager);
    vi.spyOn(manager, 'loadPage').mockImplementationOnce(async (...args) => {
      const end = answer('Whole answer', { turnId, ...testModel });
      await elsewhere.append(shown, [end], { turnStatus: 'idle', ofTurn: turnId, clearDraftOf: turnId });
      return loadPage(...args);
    });
    const snapshot = await chat.view.ready();
    expect(snapshot.turn).toBeNull();
    expect(snapshot.events.at(-1)?.body).toMatchObject({ content: 'Whole answer' });
  });

  it('is shown anew where it does not go on as it began', async () => {
    await grow('First try');
    await expect.poll(lastText).toBe('First try');
    await grow('Second');
    await expect.poll(lastText).toBe('Second');
  });

  it('is part of what a view gets that is opened meanwhile', async () => {
    await grow('So far');
    const snapshot = await chat.view.ready();
    expect(snapshot.turn).toMatchObject({ elsewhere: true, text: 'So far' });
    const other = await chat.addSession('Other');
    await chat.controller.showSession(other);
    await expect.poll(() => chat.view.data.sessionId).toBe(other);
    expect(chat.view.data.turn).toBeNull();
    await chat.controller.showSession(shown);
    await expect.poll(lastText).toBe('So far');
  });

  it('is asked to stop by the Stop of this window', async () => {
    await grow('So far');
    await expect.poll(lastText).toBe('So far');
    const asked: string[] = [];
    elsewhere.onDidAskToStop((request) => asked.push(request.turnId));
    await chat.controller.stop();
    await elsewhere.refresh();
    expect(asked).toEqual([turnId]);
  });

  it('is not answered here meanwhile, and nothing of what was tried is stored', async () => {
    await grow('So far');
    const before = await elsewhere.get(shown);
    const busy = { code: 'session/busy-elsewhere' };
    await expect(chat.send('Me too')).rejects.toMatchObject(busy);
    await expect(chat.turns.retry(shown)).rejects.toMatchObject(busy);
    await expect(chat.turns.continueReply(shown)).rejects.toMatchObject(busy);
    expect(await elsewhere.get(shown)).toEqual(before);
    expect(chat.view.data.turn).toMatchObject({ elsewhere: true });
  });

  it('is over, as interrupted, soon after its window died', async () => {
    await grow('As far as it came');
    await expect.poll(lastText).toBe('As far as it came');
    await theirService.close();
    chat.store.end(theirService);
    await noticeChanges();
    await expect.poll(() => chat.view.data.turn).toBeNull();
    expect(lastText()).toBe('As far as it came');
    expect(chat.view.data.turnStatus).toBe('interrupted');
    expect(chat.view.data.events.at(-1)?.body).toMatchObject({ finish: 'interrupted' });
  });
});

describe('a reply of this window', () => {
  const tail = async (id: SessionId): Promise<unknown> => (await elsewhere.loadBranch(id)).at(-1)?.body;
  beforeEach(async () => {
    await chat.send('Asked here');
    feed.say('So far');
    await expect.poll(() => chat.view.texts.at(-1)).toBe('So far');
  });

  it('stops when another window asks it to', async () => {
    await elsewhere.askToStop(shown);
    await noticeChanges();
    await expect.poll(() => chat.view.data.turn).toBeNull();
    expect(await tail(shown)).toMatchObject({ content: 'So far', finish: 'cancelled' });
  });

  it.each(['shown', 'in the background'])(
    'that is %s stops when another window moves its session to the trash, and is whole after a restore',
    async (where) => {
      if (where === 'in the background') {
        await chat.controller.showSession(await chat.addSession('Other'));
      }
      await elsewhere.moveToTrash([shown]);
      await noticeChanges();
      await expect.poll(() => chat.turns.viewOf(shown)).toBeNull();
      expect(await tail(shown)).toMatchObject({ content: 'So far', finish: 'cancelled' });
      await elsewhere.restore([shown]);
      await noticeChanges();
      await chat.controller.showSession(shown);
      await expect.poll(() => chat.view.texts.slice(-2)).toEqual(['Asked here', 'So far']);
      feed.finish();
    },
  );

  it('ends quietly when another window deletes its session for good: a fresh one is shown, and why', async () => {
    stubMessages.length = 0;
    await elsewhere.deleteForever([shown]);
    await noticeChanges();
    await expect.poll(() => chat.view.data.sessionId).not.toBe(shown);
    await expect.poll(() => chat.turns.viewOf(shown), { timeout: 5000 }).toBeNull();
    expect(chat.view.data.turn).toBeNull();
    expect(stubMessages).toEqual([expect.stringMatching(/deleted for good in another window/)]);
    expect(await elsewhere.getSession(shown)).toBeUndefined();
  });
});

describe('a session that another window moved to the trash', () => {
  it('is not answered again by Retry, Continue or another answer, before this window noticed', async () => {
    const events = await elsewhere.loadBranch(shown);
    await elsewhere.moveToTrash([shown]);
    const inTrash = { code: 'session/in-trash' };
    await expect(chat.turns.retry(shown)).rejects.toMatchObject(inTrash);
    await expect(chat.turns.continueReply(shown)).rejects.toMatchObject(inTrash);
    await expect(chat.turns.regenerate(shown, events[1]!.id)).rejects.toMatchObject(inTrash);
    expect(await elsewhere.get(shown)).toMatchObject({ lastSeq: 2, turnStatus: 'idle' });
  });
});
