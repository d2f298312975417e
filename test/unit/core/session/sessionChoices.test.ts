import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import type { SessionsChange } from '../../../../src/core/session/sessionChanges';
import type { EventBody, StoredEvent } from '../../../../src/core/session/sessionEvent';
import type { SessionManager } from '../../../../src/core/session/sessionManager';
import type { SessionService } from '../../../../src/core/session/sessionService';
import {
  contextItem,
  newEvent,
  newSession,
  newSessionId,
  testKey,
  testModel,
  userMessage,
} from '../../../support/builders';
import {
  announcedBy,
  launchManager,
  openTempStore,
  startSessionIn,
  type TempStore,
} from '../../../support/storeFixture';

let store: TempStore;
let manager: SessionManager;
let id: SessionId;

beforeEach(async () => {
  store = await openTempStore();
  manager = launch();
  id = newSessionId();
});
afterEach(() => store.dispose());

const launch = (service: SessionService = store.service): SessionManager => launchManager(store, { service });

const changesOf = (task: () => Promise<unknown>): Promise<readonly SessionsChange[]> => announcedBy(manager, task);
const startSession = (message?: string): Promise<SessionId> => startSessionIn(manager, message);

const bodiesOf = (events: readonly StoredEvent[]) => events.map(({ body }) => body);
const typesOf = (events: readonly StoredEvent[]) => events.map(({ body }) => body.type);

describe('creating a session that a person named', () => {
  it('makes its row at once, with title, model, skill and what is attached, each choice a note in the log', async () => {
    const context = [contextItem('src/cart.ts')];
    const changes = await changesOf(async () => {
      const session = newSession({ title: '  Cart\u202e bug ', skill: 'review', context });
      const created = await manager.create(id, session, { model: testModel });
      expect(created).toMatchObject({
        ...{ id, ...testKey, title: 'Cart bug', titleSource: 'user' },
        ...{ ...testModel, skill: 'review', messageCount: 0, preview: '', turnStatus: 'idle' },
      });
    });
    expect(changes).toMatchObject([{ kind: 'changed', ids: [id] }]);
    const after = launch(await store.reopen());
    expect(await after.findByTitle('cart BUG', [testKey])).toEqual(await after.get(id));
    expect(await after.listContext(id)).toEqual(context);
    expect(bodiesOf(await after.loadBranch(id))).toEqual([
      { type: 'title_changed', from: '', to: 'Cart bug' },
      { type: 'model_changed', from: null, to: testModel },
      { type: 'skill_changed', from: null, to: 'review' },
    ]);
  });

  it('gives a number to a title that is taken, in the row and in the log', async () => {
    await manager.create(newSessionId(), newSession({ title: 'Cart bug' }));
    expect((await manager.create(id, newSession({ title: 'cart bug' }))).title).toBe('cart bug (2)');
    expect(bodiesOf(await manager.loadBranch(id))).toEqual([{ type: 'title_changed', from: '', to: 'cart bug (2)' }]);
  });

  it('refuses a title of which nothing is left, and a session about which there is nothing to note', async () => {
    await expect(manager.create(id, newSession({ title: ' \u200b' }))).rejects.toMatchObject({
      code: 'session/invalid-title',
    });
    await expect(manager.create(id, newSession())).rejects.toMatchObject({ code: 'session/invalid-title' });
    await expect(manager.append(id, [userMessage()])).rejects.toMatchObject({ code: 'session/not-found' });
  });

  it('refuses one that has a row, and leaves that one alone', async () => {
    const started = await startSession();
    const before = await manager.get(started);
    await expect(manager.create(started, newSession({ title: 'Other' }))).rejects.toMatchObject({
      code: 'argument/invalid',
    });
    expect(await manager.get(started)).toEqual(before);
  });

  it('puts no mark of a new invocation before the first message, and keeps the title', async () => {
    await manager.create(id, newSession({ title: 'Cart bug' }));
    store.clock.advance(5 * 3_600_000);
    const later = launch(await store.reopen());
    await later.appendUserMessage(id, userMessage('Hello'));
    expect(typesOf(await later.loadBranch(id))).toEqual(['title_changed', 'user_message']);
    expect(await later.get(id)).toMatchObject({ title: 'Cart bug', messageCount: 1 });
  });

  it('writes nothing, and leaves nothing prepared, when the store fails', async () => {
    const failing: SessionService = Object.create(store.service, {
      append: { value: () => Promise.reject(new Error('disk')) },
    }) as SessionService;
    const broken = launch(failing);
    await expect(broken.create(id, newSession({ title: 'Cart bug' }))).rejects.toThrow('disk');
    await expect(manager.get(id)).rejects.toMatchObject({ code: 'session/not-found' });
    await expect(broken.setServerSessionId(id, 'x')).rejects.toMatchObject({ code: 'session/not-found' });
  });
});

describe('a session prepared with a title', () => {
  it('has it, clean and with a number where it is taken, from its first message on', async () => {
    await manager.create(newSessionId(), newSession({ title: 'Cart bug' }));
    manager.prepareSession(id, newSession({ title: ' Cart \n bug' }));
    await manager.appendUserMessage(id, userMessage('Something else'));
    expect(await manager.get(id)).toMatchObject({ title: 'Cart bug (2)', titleSource: 'user' });
  });

  it('is titled by its first message when nothing is left of it', async () => {
    manager.prepareSession(id, newSession({ title: '\u200b' }));
    await manager.appendUserMessage(id, userMessage('Hello'));
    expect(await manager.get(id)).toMatchObject({ title: 'Hello', titleSource: 'derived' });
  });
});

describe('the first message', () => {
  it('gives the title also when it calls a skill', async () => {
    const body: EventBody = { type: 'skill_invocation', name: 'review', arguments: 'the diff', content: 'Long text' };
    manager.prepareSession(id, newSession());
    await manager.appendUserMessage(id, newEvent(body));
    expect(await manager.get(id)).toMatchObject({ title: '/review the diff', preview: '/review the diff' });
  });

  it('gives each session of a workspace a title of its own', async () => {
    const titles = [];
    for (let n = 0; n < 3; n++) {
      titles.push((await manager.get(await startSession('Hello'))).title);
    }
    expect(titles).toEqual(['Hello', 'Hello (2)', 'Hello (3)']);
  });
});

describe('changing the skill', () => {
  it('is an event in the log, holds for the session, and is nothing when it is the same one', async () => {
    const started = await startSession();
    expect(await manager.setSkill(started, null)).toMatchObject({ skill: null, lastSeq: 1 });
    expect((await manager.setSkill(started, 'review')).skill).toBe('review');
    await manager.setSkill(started, 'review');
    expect((await manager.setSkill(started, null)).skill).toBeNull();
    const after = launch(await store.reopen());
    expect(bodiesOf(await after.loadBranch(started)).slice(1)).toEqual([
      { type: 'skill_changed', from: null, to: 'review' },
      { type: 'skill_changed', from: 'review', to: null },
    ]);
    expect((await after.get(started)).skill).toBeNull();
  });

  it('needs a session', async () => {
    await expect(manager.setSkill(id, 'review')).rejects.toMatchObject({ code: 'session/not-found' });
  });
});

describe('renaming', () => {
  it('gives a number to a title that is taken, and announces it', async () => {
    await manager.create(newSessionId(), newSession({ title: 'Cart bug' }));
    const started = await startSession();
    const changes = await changesOf(() => manager.rename(started, 'Cart bug'));
    expect(changes).toMatchObject([{ kind: 'changed', sessions: [{ id: started, title: 'Cart bug (2)' }] }]);
  });
});
