import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toTurnId, type Session, type SessionId } from '../../../src/core/session/session';
import type { StoredEvent } from '../../../src/core/session/sessionEvent';
import type { SessionsChange } from '../../../src/core/session/sessionChanges';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import type { SessionService } from '../../../src/core/session/sessionService';
import { contextItem, newEvent, newSession, newSessionId, testKey, testModel } from '../../support/builders';
import { launchManager, openTempStore, type TempStore } from '../../support/storeFixture';

const hour = 3_600_000;
let store: TempStore;
let minutes = 60;

beforeEach(async () => {
  store = await openTempStore();
  minutes = 60;
});
afterEach(() => store.dispose());

const launch = (service: SessionService = store.service): SessionManager =>
  launchManager(store, { service, continueMinutes: () => minutes });

const userMessage = (content: string) => newEvent({ type: 'user_message', content });
const answer = (content: string) => newEvent({ type: 'text', content, finish: 'completed' });
const typesOf = (events: readonly StoredEvent[]): readonly string[] => events.map(({ body }) => body.type);

async function startSession(manager: SessionManager, message = 'First question'): Promise<SessionId> {
  const id = newSessionId();
  manager.prepareSession(id, newSession());
  await manager.appendUserMessage(id, userMessage(message));
  return id;
}

describe('writing', () => {
  it('makes the row with the first message and never for a session that was only prepared', async () => {
    const manager = launch();
    const id = newSessionId();
    manager.prepareSession(id, newSession());
    expect(await manager.getSession(id)).toBeUndefined();

    await manager.appendUserMessage(id, userMessage('Hello'));

    expect(await manager.get(id)).toMatchObject({ ...testKey, title: 'Hello', messageCount: 1, endedAt: null });
  });

  it('writes nothing when the same events are appended again', async () => {
    const manager = launch();
    const id = await startSession(manager);
    const reply = answer('Reply');
    await manager.append(id, [reply]);

    expect(await manager.append(id, [reply])).toEqual([]);
    expect(typesOf(await manager.loadBranch(id))).toEqual(['user_message', 'text']);
  });

  it('writes only what is new of a list that has grown', async () => {
    const manager = launch();
    const id = await startSession(manager);
    const first = answer('One');
    await manager.append(id, [first]);
    const second = answer('Two');

    expect((await manager.append(id, [first, second])).map((event) => event.id)).toEqual([second.id]);
  });

  it('makes no row for archiving, pinning or deleting a session that has none', async () => {
    const manager = launch();
    const id = newSessionId();
    manager.prepareSession(id, newSession());
    expect(await manager.setArchived([id], true)).toEqual([]);
    expect(await manager.setPinned([id], true)).toEqual([]);
    expect(await manager.moveToTrash([id])).toEqual([]);
    expect(await manager.deleteForever([id])).toEqual([]);
    expect(await launch(await store.reopen()).getSession(id)).toBeUndefined();
  });

  it('makes the row for a server id that comes before the first event, and keeps both', async () => {
    const manager = launch();
    const id = newSessionId();
    manager.prepareSession(id, newSession());
    await manager.setServerSessionId(id, 'server-7');
    expect(await manager.get(id)).toMatchObject({ ...testKey, headId: null, serverSessionId: 'server-7' });
    await manager.appendUserMessage(id, userMessage('Hello'));
    const after = launch(await store.reopen());
    expect(await after.get(id)).toMatchObject({ serverSessionId: 'server-7', messageCount: 1, title: 'Hello' });
    expect(typesOf(await after.loadBranch(id))).toEqual(['user_message']);
  });

  it('never brings back what was deleted for good, whatever was still on its way', async () => {
    const manager = launch();
    const id = await startSession(manager);
    const [question] = await manager.loadBranch(id);
    await manager.append(id, [], { turnStatus: 'running' });
    const deleting = manager.deleteForever([id]);
    const late = [
      manager.append(id, [answer('Late')], { turnStatus: 'idle' }),
      manager.rename(id, 'Late'),
      manager.setServerSessionId(id, 'late'),
      manager.savePartialReply({
        ...{ sessionId: id, turnId: toTurnId('turn-x'), parentId: question!.id, model: testModel },
        ...{ content: 'Late', reasoning: '', startedAt: store.clock.now() },
      }),
    ];
    expect(await deleting).toEqual([id]);
    for (const write of await Promise.allSettled(late)) {
      expect(write).toMatchObject({ status: 'rejected', reason: { code: 'session/not-found' } });
    }
    expect(await manager.getSession(id)).toBeUndefined();
  });

  it('tells its listeners only what is on disk', async () => {
    const manager = launch();
    const seen: number[] = [];
    manager.onDidAppendEvents(({ session, events }) => {
      seen.push(session.lastSeq, events.length);
    });
    await startSession(manager);
    expect(seen).toEqual([1, 1]);
  });

  it('forms one unbroken chain over launches', async () => {
    const first = launch();
    const id = await startSession(first);
    await first.append(id, [answer('Reply')]);
    const second = launch(await store.reopen());
    await second.appendUserMessage(id, userMessage('Second question'));

    const events = await second.loadBranch(id);
    expect(events.map(({ parentId }) => parentId)).toEqual([null, ...events.slice(0, -1).map((event) => event.id)]);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});

describe('the mark of a new invocation', () => {
  it('stands once before the first message of another launch and tells how long it was', async () => {
    const first = launch();
    const id = await startSession(first);
    await first.append(id, [answer('Reply')]);
    store.clock.advance(10 * 60_000);
    const second = launch(await store.reopen());
    await second.appendUserMessage(id, userMessage('Back again'));
    await second.append(id, [answer('Hello again')]);
    await second.appendUserMessage(id, userMessage('And on'));

    const events = await second.loadBranch(id);
    expect(typesOf(events)).toEqual(['user_message', 'text', 'system_context', 'user_message', 'text', 'user_message']);
    expect(events[2]?.body).toMatchObject({ content: expect.stringContaining('about 10 minutes') as string });
    expect(new Set(events.map(({ invocationId }) => invocationId)).size).toBe(2);
  });

  it('is not written by looking', async () => {
    const id = await startSession(launch());
    const second = launch(await store.reopen());
    await second.findResumable([testKey]);
    await second.loadPage(id, 100);
    expect((await second.get(id)).lastSeq).toBe(1);
  });

  it('comes again when an open chat was silent for longer than the window', async () => {
    const manager = launch();
    const id = await startSession(manager);
    store.clock.advance(2 * hour);
    await manager.appendUserMessage(id, userMessage('Still there?'));
    expect(typesOf(await manager.loadBranch(id))).toEqual(['user_message', 'system_context', 'user_message']);
  });

  it('does not come for silence when auto-resume is off', async () => {
    minutes = 0;
    const manager = launch();
    const id = await startSession(manager);
    store.clock.advance(2 * hour);
    await manager.appendUserMessage(id, userMessage('Still there?'));
    expect(typesOf(await manager.loadBranch(id))).toEqual(['user_message', 'user_message']);
  });
});

describe('resuming', () => {
  it('gives back every event, the server id, the time of the last event and an invocation of its own', async () => {
    const first = launch();
    const id = await startSession(first);
    await first.setServerSessionId(id, 'server-7');
    const written = await first.loadBranch(id);
    store.clock.advance(5 * 60_000);

    const second = launch(await store.reopen());
    const resumed = await second.findResumable([testKey]);
    expect(resumed).toMatchObject({ id, serverSessionId: 'server-7', updatedAt: written[0]?.createdAt });
    expect(await second.loadBranch(id)).toEqual(written);
    await second.appendUserMessage(id, userMessage('On'));
    expect((await second.get(id)).lastInvocationId).not.toBe(written[0]?.invocationId);
  });

  const resumes = async (change: (session: Session, manager: SessionManager) => Promise<unknown>): Promise<boolean> => {
    const manager = launch();
    const id = await startSession(manager);
    await change(await manager.get(id), manager);
    return (await launch(await store.reopen()).findResumable([testKey]))?.id === id;
  };

  it('passes over an archived, a trashed and an ended session', async () => {
    expect(await resumes(() => Promise.resolve())).toBe(true);
    expect(await resumes(({ id }, manager) => manager.setArchived([id], true))).toBe(false);
    expect(await resumes(({ id }, manager) => manager.moveToTrash([id]))).toBe(false);
    expect(await resumes(({ id }, manager) => manager.end(id))).toBe(false);
  });

  it('is off with 0 minutes, and passes over what is too old or lies too far ahead', async () => {
    expect(await resumes(() => Promise.resolve(void (minutes = 0)))).toBe(false);
    minutes = 60;
    expect(await resumes(() => Promise.resolve(store.clock.advance(hour)))).toBe(false);
    expect(await resumes(() => Promise.resolve(store.clock.advance(hour - 1)))).toBe(true);
    expect(await resumes(() => Promise.resolve(store.clock.advance(-5 * 60_000 - 1)))).toBe(false);
    store.clock.advance(24 * hour);
    expect(await resumes(() => Promise.resolve(store.clock.advance(-5 * 60_000)))).toBe(true);
  });

  it('prefers the exact folder to a newer session of another folder of the repository', async () => {
    const manager = launch();
    const id = await startSession(manager);
    store.clock.advance(60_000);
    const newer = newSessionId();
    const key = { ...testKey, directory: `${testKey.directory}/packages/ui` };
    manager.prepareSession(newer, newSession({ key }));
    await manager.appendUserMessage(newer, userMessage('In a folder below'));
    const reloaded = launch(await store.reopen());
    expect((await reloaded.findResumable([testKey]))?.id).toBe(id);
    expect((await reloaded.findResumable([key]))?.id).toBe(newer);
    expect((await reloaded.findResumable([{ ...testKey, directory: '/work/shop/docs' }]))?.id).toBe(newer);
  });

  it('takes an ended session up again when something is sent in it, not when a running answer ends', async () => {
    expect(
      await resumes(async ({ id }, manager) => {
        await manager.end(id);
        await manager.append(id, [answer('Late reply')]);
      }),
    ).toBe(false);
    expect(
      await resumes(async ({ id }, manager) => {
        await manager.end(id);
        await manager.appendUserMessage(id, userMessage('More'));
      }),
    ).toBe(true);
  });

  it('keeps a question that was asked after leaving a session and coming back', async () => {
    const first = launch();
    const ended = await startSession(first, 'Old question');
    await first.end(ended);
    const second = launch(await store.reopen());
    expect(await second.findResumable([testKey])).toBeUndefined();
    const fresh = await startSession(second, 'New question');

    const third = launch(await store.reopen());
    const resumed = await third.findResumable([testKey]);
    expect(resumed?.id).toBe(fresh);
    expect((await third.loadBranch(fresh))[0]?.body).toMatchObject({ content: 'New question' });
  });
});

describe('titles', () => {
  it('come from the first message at once', async () => {
    const manager = launch();
    const id = await startSession(manager, '\n\n## How do I **sort** a list?\nIt has numbers.');
    expect((await manager.get(id)).title).toBe('How do I sort a list?');
  });

  it('given by a person win over later messages', async () => {
    const manager = launch();
    const id = await startSession(manager);
    await manager.rename(id, '  My\u202e title \n');
    await manager.appendUserMessage(id, userMessage('Something else'));
    expect(await manager.get(id)).toMatchObject({ title: 'My title', titleSource: 'user' });
  });

  it('are refused when nothing visible is left of them', async () => {
    const manager = launch();
    const id = await startSession(manager);
    await expect(manager.rename(id, ' \u200b\n')).rejects.toMatchObject({ code: 'session/invalid-title' });
    expect((await manager.get(id)).title).toBe('First question');
  });

  it('leave the time of the last event alone', async () => {
    const manager = launch();
    const id = await startSession(manager);
    const before = (await manager.get(id)).updatedAt;
    store.clock.advance(hour);
    expect((await manager.rename(id, 'Other')).updatedAt).toBe(before);
    expect((await manager.setArchived([id], true))[0]?.updatedAt).toBe(before);
  });
});

describe('two windows on one session', () => {
  it('puts a message behind what the other window wrote meanwhile', async () => {
    const first = launch();
    const id = await startSession(first);
    const second = launch(await store.openAnother());
    await second.appendUserMessage(id, userMessage('From the second window'));
    const changes: SessionsChange['kind'][] = [];
    first.onDidChangeSessions(({ kind }) => changes.push(kind));
    await first.appendUserMessage(id, userMessage('From the first window'));

    const contents = (await first.loadBranch(id)).flatMap(({ body }) =>
      body.type === 'user_message' ? [body.content] : [],
    );
    expect(contents).toEqual(['First question', 'From the second window', 'From the first window']);
  });

  it('refuses a message while the other window is answering, and takes it when that window is gone', async () => {
    const first = launch();
    const id = await startSession(first);
    const question = await first.loadBranch(id);
    const second = launch(await store.openAnother());
    await second.append(id, [], { turnStatus: 'running' });
    await second.savePartialReply({
      ...{ sessionId: id, turnId: toTurnId('turn-x'), parentId: question[0]!.id, model: testModel },
      ...{ content: 'Half an ans', reasoning: '', startedAt: store.clock.now() },
    });
    await expect(first.appendUserMessage(id, userMessage('Me too'))).rejects.toMatchObject({
      code: 'session/busy-elsewhere',
    });

    const third = launch(await store.openAnother({ findDead: (leases) => leases }));
    await third.appendUserMessage(id, userMessage('Me too'));
    const events = (await third.loadBranch(id)).filter(({ body }) => body.type !== 'system_context');
    expect(events.map(({ body }) => ('content' in body ? body.content : ''))).toEqual([
      'First question',
      'Half an ans',
      'Me too',
    ]);
    expect(events[1]?.body).toMatchObject({ finish: 'interrupted' });
  });
});

describe('a look at what other windows did', () => {
  let here: SessionManager;
  let there: SessionManager;
  let id: SessionId;
  let told: unknown[];
  beforeEach(async () => {
    here = launch();
    there = launch(await store.openAnother());
    id = await startSession(there);
    await here.refresh();
    told = [];
    here.onDidChangeSessions(({ kind }) => told.push(kind));
    here.onDidGrowReplies((ids) => told.push(ids));
  });

  const begin = async (manager: SessionManager): Promise<Parameters<SessionManager['savePartialReply']>[0]> => {
    const turn = { turnId: toTurnId(newSessionId()), model: testModel, startedAt: 0 };
    const question = userMessage('Question');
    await manager.appendUserMessage(id, question, { turnStatus: 'running', lease: turn });
    return { ...turn, sessionId: id, parentId: question.id, content: '', reasoning: '' };
  };

  it('finds nothing where nobody wrote, or only this window', async () => {
    expect(await here.refresh()).toEqual({ replies: 0, wrote: false });
    await here.rename(id, 'Renamed here');
    told = [];
    expect(await here.refresh()).toEqual({ replies: 0, wrote: false });
    expect(told).toEqual([]);
  });

  it('tells everybody to read again what lists and headers show', async () => {
    await there.rename(id, 'Renamed there');
    expect(await here.refresh()).toEqual({ replies: 0, wrote: true });
    expect(told).toEqual(['reset']);
    await there.putContext(id, [contextItem('a.ts')]);
    await here.refresh();
    expect(told).toEqual(['reset', 'reset']);
  });

  it('of a reply that grew tells that alone', async () => {
    const reply = await begin(there);
    expect(await here.refresh()).toEqual({ replies: 1, wrote: true });
    expect(told).toEqual(['reset', [id]]);
    told = [];
    await there.savePartialReply({ ...reply, content: 'Growing' });
    await here.refresh();
    await there.keepAlive(reply);
    await here.refresh();
    expect(told).toEqual([[id], [id]]);
    told = [];
    expect(await here.refresh()).toEqual({ replies: 1, wrote: false });
    expect(told).toEqual([]);
  });

  it('takes no own reply for one of another window', async () => {
    await begin(here);
    told = [];
    expect(await here.refresh()).toEqual({ replies: 0, wrote: false });
    expect(told).toEqual([]);
  });

  it('makes of many asked for at once no more than two', async () => {
    const version = vi.spyOn(store.service, 'version');
    await Promise.all(Array.from({ length: 10 }, () => here.refresh()));
    expect(version).toHaveBeenCalledTimes(2);
  });

  it('ends the reply of a window that is gone, and tells so', async () => {
    const reply = await begin(there);
    await there.savePartialReply({ ...reply, content: 'Half' });
    const watcher = launch(await store.openAnother({ findDead: (leases) => leases }));
    const seen: string[] = [];
    watcher.onDidChangeSessions(({ kind }) => seen.push(kind));
    expect(await watcher.refresh()).toEqual({ replies: 0, wrote: false });
    expect(seen).toEqual(['reset']);
    expect(await watcher.get(id)).toMatchObject({ turnStatus: 'interrupted', preview: 'Half' });
  });
});

describe('changing the model', () => {
  it('is an event in the log and holds for the session', async () => {
    const manager = launch();
    const id = await startSession(manager);
    await manager.setModel(id, testModel);
    await manager.setModel(id, testModel);
    expect(await manager.get(id)).toMatchObject(testModel);
    expect(typesOf(await manager.loadBranch(id))).toEqual(['user_message', 'model_changed']);
  });
});
