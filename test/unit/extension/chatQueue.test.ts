import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/base/errors';
import { toTurnId, type SessionId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import type { QueuedMessage } from '../../../src/protocol/chatProtocol';
import { newEvent, testModel, userMessage } from '../../support/builders';
import { launchManager } from '../../support/storeFixture';
import { stubMessages } from '../../support/vscodeStub';
import { gate } from '../core/turn/turnDoubles';
import { Feed } from './chatFeed';
import { ChatFixture } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let feed: Feed;
let chat: ChatFixture;
let shown: SessionId;
/** What another window has of the same file. */
let elsewhere: SessionManager;
const foreignTurn = toTurnId('turn-elsewhere');

beforeEach(async () => {
  stubMessages.length = 0;
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

/** What a window does again and again: it looks what others have written. */
async function look(): Promise<void> {
  await (await chat.manager()).refresh();
}

async function answerElsewhere(): Promise<void> {
  const lease = { turnId: foreignTurn, model: testModel, startedAt: chat.store.clock.now() };
  await elsewhere.appendUserMessage(shown, userMessage('Asked there'), { turnStatus: 'running', lease });
  await look();
}

async function endElsewhere(): Promise<void> {
  await storeEnd();
  await look();
}

async function storeEnd(): Promise<void> {
  const answer = { ...newEvent({ type: 'text', content: 'Answered there', finish: 'completed' }), turnId: foreignTurn };
  const end = { turnStatus: 'idle', clearDraftOf: foreignTurn, ofTurn: foreignTurn } as const;
  await elsewhere.append(shown, [answer], end);
}

const message = (text: string): QueuedMessage => ({ clientMessageId: uuid(), text });
const submit = (text: string, id = shown) => chat.controller.queue.submit(id, message(text));
const waiting = (): readonly string[] => chat.view.data.queued.map(({ text }) => text);
const asked = async (id = shown): Promise<readonly string[]> =>
  (await elsewhere.loadBranch(id)).flatMap(({ body }) => (body.type === 'user_message' ? [body.content] : []));

describe('a message sent while another window answers', () => {
  it('waits, is shown as waiting, and goes when that reply is over', async () => {
    await answerElsewhere();
    expect(await submit('Mine')).toEqual({ turnId: null });
    expect(waiting()).toEqual(['Mine']);
    expect((await chat.view.ready()).queued).toMatchObject([{ text: 'Mine' }]);
    expect(await asked()).toEqual(['Cart', 'Asked there']);
    await endElsewhere();
    await expect.poll(asked).toEqual(['Cart', 'Asked there', 'Mine']);
    await expect.poll(waiting).toEqual([]);
    feed.finish();
  });

  it('goes in order with others, each after the reply to the one before', async () => {
    await answerElsewhere();
    await submit('First');
    await submit('Second');
    await submit('Third');
    await endElsewhere();
    await expect.poll(waiting).toEqual(['Second', 'Third']);
    feed.finish();
    await expect.poll(waiting).toEqual(['Third']);
    feed.finish();
    await expect.poll(waiting).toEqual([]);
    feed.finish();
    await expect.poll(() => chat.turns.viewOf(shown)).toBeNull();
    expect(await asked()).toEqual(['Cart', 'Asked there', 'First', 'Second', 'Third']);
  });

  it('is kept once however often it is handed over', async () => {
    await answerElsewhere();
    const mine = message('Mine');
    for (let count = 0; count < 3; count += 1) {
      expect(await chat.controller.queue.submit(shown, mine)).toEqual({ turnId: null });
    }
    await endElsewhere();
    await expect.poll(waiting).toEqual([]);
    await chat.controller.queue.submit(shown, mine);
    expect((await asked()).filter((text) => text === 'Mine')).toEqual(['Mine']);
    feed.finish();
  });

  it('goes to its own session, whatever is shown by then', async () => {
    const other = await chat.addSession('Other');
    await chat.controller.showSession(shown);
    await answerElsewhere();
    await submit('Mine');
    await chat.controller.showSession(other);
    await expect.poll(() => chat.view.data.sessionId).toBe(other);
    expect(waiting()).toEqual([]);
    await endElsewhere();
    await expect.poll(asked).toEqual(['Cart', 'Asked there', 'Mine']);
    expect(await asked(other)).toEqual(['Other']);
    feed.finish();
  });

  it('comes back into the draft after a reload, in order, and is not sent by itself', async () => {
    await answerElsewhere();
    await chat.controller.saveMemory(shown, { draft: 'Half a thought', scroll: null });
    await submit('First');
    await chat.controller.queue.submit(shown, { clientMessageId: uuid(), text: 'src/a.ts', skill: 'review' });
    const next = await chat.reloaded();
    const snapshot = await next.show();
    expect(snapshot.memory.draft).toBe('Half a thought\n\nFirst\n\n/review src/a.ts');
    expect(snapshot.queued).toEqual([]);
    expect(JSON.stringify([...next.memento])).not.toContain('clientMessageId');
    await (await next.manager()).refresh();
    await storeEnd();
    await (await next.manager()).refresh();
    await expect.poll(() => next.view.texts.at(-1)).toBe('Answered there');
    expect(await asked()).toEqual(['Cart', 'Asked there']);
  });

  it('is handed back when it cannot be kept', async () => {
    await answerElsewhere();
    vi.spyOn(chat.memento, 'set').mockImplementationOnce(() => {
      throw new Error('The disk is full.');
    });
    await expect(submit('Mine')).rejects.toThrow('The disk is full.');
    expect(waiting()).toEqual([]);
  });

  it('can be taken out as long as it waits', async () => {
    await answerElsewhere();
    await submit('First');
    await submit('Second');
    const [first, second] = chat.view.data.queued;
    expect(await chat.controller.queue.remove(shown, first?.clientMessageId ?? '')).toBe(true);
    expect(waiting()).toEqual(['Second']);
    await endElsewhere();
    await expect.poll(asked).toEqual(['Cart', 'Asked there', 'Second']);
    await expect.poll(waiting).toEqual([]);
    expect(await chat.controller.queue.remove(shown, second?.clientMessageId ?? '')).toBe(false);
    feed.finish();
  });

  it('is not taken out while it is being sent', async () => {
    await answerElsewhere();
    await submit('Mine');
    const [mine] = chat.view.data.queued;
    const model = gate();
    chat.beforeModel = () => model.opened;
    await endElsewhere();
    await expect.poll(() => chat.turns.viewOf(shown)).not.toBeNull();
    expect(await chat.controller.queue.remove(shown, mine?.clientMessageId ?? '')).toBe(false);
    model.open();
    await expect.poll(asked).toEqual(['Cart', 'Asked there', 'Mine']);
    feed.finish();
  });
});

describe('a message sent while this window answers', () => {
  it('waits in the same way, also when the reply is stopped', async () => {
    await chat.send('Long question');
    expect(await submit('And this')).toEqual({ turnId: null });
    expect(waiting()).toEqual(['And this']);
    const turnId = chat.turns.viewOf(shown)?.turnId;
    await chat.turns.stop(turnId ?? toTurnId(''));
    await expect.poll(asked).toEqual(['Cart', 'Long question', 'And this']);
    feed.finish();
  });

  it('is held when that reply fails, until the person says so', async () => {
    await chat.send('Long question');
    await submit('And this');
    feed.fail();
    await expect.poll(() => chat.view.data.queued[0]?.problem).toBe('The reply before it failed.');
    expect(await asked()).toEqual(['Cart', 'Long question']);
    chat.controller.queue.sendNow(shown);
    await expect.poll(asked).toEqual(['Cart', 'Long question', 'And this']);
    await expect.poll(waiting).toEqual([]);
    feed.finish();
  });

  it('goes after a failed reply that was made again', async () => {
    await chat.send('Long question');
    await submit('And this');
    feed.fail();
    await expect.poll(() => chat.view.data.queued[0]?.problem).toBeDefined();
    await chat.turns.retry(shown);
    feed.finish();
    await expect.poll(asked).toEqual(['Cart', 'Long question', 'And this']);
    feed.finish();
  });

  it('is not sent by a window that goes away', async () => {
    await chat.send('Long question');
    await submit('And this');
    await chat.turns.stopAll();
    expect((await elsewhere.get(shown)).turnStatus).toBe('interrupted');
    await expect.poll(() => chat.turns.viewOf(shown)).toBeNull();
    expect(await asked()).toEqual(['Cart', 'Long question']);
    expect((await (await chat.reloaded()).show()).memory.draft).toBe('And this');
  });
});

describe('a waiting message that cannot be sent', () => {
  it('stays in its place with the reason, keeps the others behind it, and goes on demand', async () => {
    await answerElsewhere();
    await submit('First');
    await submit('Second');
    chat.beforeModel = () => Promise.reject(new AppError('model/none'));
    await endElsewhere();
    await expect.poll(() => chat.view.data.queued[0]?.problem).toBeTruthy();
    expect(waiting()).toEqual(['First', 'Second']);
    expect(chat.view.data.queued[1]?.problem).toBeUndefined();
    await look();
    chat.beforeModel = () => Promise.resolve();
    expect(await asked()).toEqual(['Cart', 'Asked there']);
    chat.controller.queue.sendNow(shown);
    await expect.poll(asked).toEqual(['Cart', 'Asked there', 'First']);
    feed.finish();
    await expect.poll(asked).toEqual(['Cart', 'Asked there', 'First', 'Second']);
    feed.finish();
  });

  it('is tried again when another one is sent behind it', async () => {
    await answerElsewhere();
    await submit('First');
    chat.beforeModel = () => Promise.reject(new AppError('model/none'));
    await endElsewhere();
    await expect.poll(() => chat.view.data.queued[0]?.problem).toBeTruthy();
    chat.beforeModel = () => Promise.resolve();
    await submit('Second');
    await expect.poll(asked).toEqual(['Cart', 'Asked there', 'First']);
    feed.finish();
    await expect.poll(asked).toEqual(['Cart', 'Asked there', 'First', 'Second']);
    feed.finish();
  });
});

describe('messages that wait in a session that is thrown away', () => {
  const throwAway = {
    'moved to the trash here': async () => (await chat.manager()).moveToTrash([shown]),
    'moved to the trash elsewhere': () => elsewhere.moveToTrash([shown]).then(look),
    'deleted for good here': async () => (await chat.manager()).deleteForever([shown]),
    'deleted for good elsewhere': () => elsewhere.deleteForever([shown]).then(look),
  };

  it.each(Object.entries(throwAway))('are the draft of the fresh one that takes its place: %s', async (_, remove) => {
    await answerElsewhere();
    await submit('First');
    await submit('Second');
    await remove();
    await expect.poll(() => chat.view.data.sessionId).not.toBe(shown);
    await expect.poll(async () => (await chat.view.ready()).memory.draft).toBe('First\n\nSecond');
    expect(chat.view.data.takesOver).toBe(shown);
    expect(waiting()).toEqual([]);
    expect(chat.memento.get('rejoin.queuedMessages')).toBeUndefined();
  });

  it('come back with the session from the trash when it was not shown', async () => {
    await answerElsewhere();
    await submit('Mine');
    await chat.controller.newSession();
    const manager = await chat.manager();
    await manager.moveToTrash([shown]);
    await manager.restore([shown]);
    await chat.controller.showSession(shown);
    expect((await chat.view.ready()).memory.draft).toBe('Mine');
    expect(waiting()).toEqual([]);
  });

  it('are told of when it was not shown and is gone for good', async () => {
    await answerElsewhere();
    await submit('Mine [link](https://example.com)');
    await chat.controller.newSession();
    await elsewhere.deleteForever([shown]);
    await look();
    await expect.poll(() => stubMessages.at(-1)).toContain('Mine [link] (https://example.com)');
    expect(JSON.stringify([...chat.memento])).not.toContain('Mine');
  });
});

it('sends at once what is asked while nothing runs', async () => {
  expect(await submit('Now')).toEqual({ turnId: chat.turns.viewOf(shown)?.turnId });
  expect(waiting()).toEqual([]);
  feed.finish();
});
