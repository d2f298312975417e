import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session, SessionId, WorkspaceKey } from '../../../src/core/session/session';
import { listSessions } from '../../../src/extension/sessions/listSessions';
import { SessionListModel, sessionsPerPage } from '../../../src/extension/sessions/sessionListModel';
import { appendRequest, newSession, newSessionId, testKey, userMessage } from '../../support/builders';
import { openTempStore, type TempStore } from '../../support/storeFixture';

const elsewhere: WorkspaceKey = { directory: '/work/other', gitRoot: null };
const day = 24 * 3_600_000;

describe('the sessions tree over a real store', () => {
  let store: TempStore;
  let reads = 0;

  beforeEach(async () => {
    store = await openTempStore();
    reads = 0;
  });
  afterEach(() => store.dispose());

  async function addSession(title: string, key: WorkspaceKey = testKey): Promise<SessionId> {
    const id = newSessionId();
    store.clock.advance(1000);
    await store.service.append(
      appendRequest(id, [userMessage(title)], null, { create: newSession({ key }), derivedTitle: title }),
    );
    return id;
  }

  function openModel(): SessionListModel {
    return new SessionListModel(
      (filter) => {
        reads++;
        return store.service.list(filter);
      },
      [testKey],
    );
  }

  const titles = (sessions: readonly Session[]): readonly string[] => sessions.map((session) => session.title);
  const now = (): number => store.clock.now();

  async function update(
    model: SessionListModel,
    id: SessionId,
    patch: Parameters<TempStore['service']['update']>[1],
  ): Promise<void> {
    const sessions = await store.service.update([id], patch);
    model.apply({ kind: 'changed', ids: [id], sessions });
  }

  it('shows no group where there is no session', async () => {
    expect(await openModel().visibleGroups(now())).toEqual([]);
  });

  it('shows each session under one heading, newest first', async () => {
    await addSession('old');
    store.clock.advance(day);
    const [pinned, archived, deleted] = [
      await addSession('pinned'),
      await addSession('archived'),
      await addSession('deleted'),
    ];
    await addSession('else', elsewhere);
    await addSession('first');
    await addSession('second');
    await store.service.update([pinned], { pinned: true });
    await store.service.update([archived], { archivedAt: now() });
    await store.service.update([deleted], { deletedAt: now() });

    const model = openModel();
    expect(await model.visibleGroups(now())).toEqual(['pinned', 'today', 'yesterday', 'others', 'archived', 'trash']);
    expect(titles(await model.sessionsOf('pinned', now()))).toEqual(['pinned']);
    expect(titles(await model.sessionsOf('today', now()))).toEqual(['second', 'first']);
    expect(titles(await model.sessionsOf('yesterday', now()))).toEqual(['old']);
    expect(titles(await model.sessionsOf('others', now()))).toEqual(['else']);
    expect(titles(await model.sessionsOf('archived', now()))).toEqual(['archived']);
    expect(titles(await model.sessionsOf('trash', now()))).toEqual(['deleted']);
  });

  it('follows changes without reading the store again', async () => {
    const id = await addSession('one');
    await addSession('two');
    const model = openModel();
    await model.visibleGroups(now());
    const before = reads;

    await update(model, id, { pinned: true, title: 'renamed', titleSource: 'user' });
    expect(titles(await model.sessionsOf('pinned', now()))).toEqual(['renamed']);
    expect(titles(await model.sessionsOf('today', now()))).toEqual(['two']);
    await update(model, id, { pinned: false, archivedAt: now() });
    expect(await model.visibleGroups(now())).toEqual(['today', 'archived']);
    model.apply({ kind: 'deleted', ids: [id], sessions: [] });
    expect(await model.visibleGroups(now())).toEqual(['today']);
    expect(model.find(id)).toBeUndefined();
    expect(reads).toBe(before);
  });

  it('takes in a session that did not exist when the list was read', async () => {
    const model = openModel();
    await model.visibleGroups(now());
    const id = await addSession('new');
    const session = await store.service.get(id);
    model.apply({ kind: 'changed', ids: [id], sessions: session === undefined ? [] : [session] });
    expect(titles(await model.sessionsOf('today', now()))).toEqual(['new']);
  });

  it('moves a session to yesterday once midnight has passed', async () => {
    await addSession('one');
    const model = openModel();
    expect(await model.visibleGroups(now())).toEqual(['today']);
    expect(await model.visibleGroups(now() + day)).toEqual(['yesterday']);
  });

  it('shows more than a page only when asked, and every session once', async () => {
    const count = sessionsPerPage + 30;
    for (let index = 0; index < count; index++) {
      await addSession(`s${index}`);
    }
    const model = openModel();
    await model.visibleGroups(now());
    expect(await model.sessionsOf('today', now())).toHaveLength(sessionsPerPage);
    expect(model.continuationOf('today', now())).toBe('workspace');
    expect(model.continuationOf('yesterday', now())).toBeUndefined();

    model.showMore('workspace');
    const all = titles(await model.sessionsOf('today', now()));
    expect(all).toEqual([...Array(count).keys()].map((index) => `s${count - 1 - index}`));
    expect(model.continuationOf('today', now())).toBeUndefined();
  });

  it('finds the sessions of other folders behind many of this one', async () => {
    await addSession('else', elsewhere);
    for (let index = 0; index < sessionsPerPage + 5; index++) {
      await addSession(`s${index}`);
    }
    const model = openModel();
    expect(await model.visibleGroups(now())).toEqual(['today', 'others']);
    expect(titles(await model.sessionsOf('others', now()))).toEqual(['else']);
  });

  it('leaves no hole when a session below the page that was read is renamed', async () => {
    const last = await addSession('last');
    for (let index = 0; index < sessionsPerPage + 10; index++) {
      await addSession(`s${index}`);
    }
    const model = openModel();
    await model.visibleGroups(now());
    await update(model, last, { title: 'renamed', titleSource: 'user' });
    expect(titles(await model.sessionsOf('today', now())).at(-1)).toBe('s10');
    model.showMore('workspace');
    expect(titles(await model.sessionsOf('today', now())).at(-1)).toBe('renamed');
  });

  it('does not let a page that was read meanwhile undo a change', async () => {
    const id = await addSession('before');
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    const model = new SessionListModel(
      async (filter) => {
        const page = await store.service.list(filter);
        await gate;
        return page;
      },
      [testKey],
    );
    const groups = model.visibleGroups(now());
    await store.service.list({ states: ['active'], limit: 1 });
    await update(model, id, { pinned: true, title: 'after', titleSource: 'user' });
    letGo();
    await groups;
    const shown = (
      await Promise.all((await model.visibleGroups(now())).map((group) => model.sessionsOf(group, now())))
    ).flat();
    expect(titles(shown)).toEqual(['after']);
  });

  it('lists sessions for commands by scope, archive and words of the title', async () => {
    const archived = await addSession('archived cart');
    await store.service.update([archived], { archivedAt: now() });
    await addSession('Cart total');
    await addSession('else', elsewhere);
    const list = async (options?: unknown): Promise<readonly string[]> =>
      (await listSessions(store.service, [testKey], options)).map((session) => session.title);

    expect(await list()).toEqual(['Cart total']);
    expect(await list({ scope: 'all' })).toEqual(['else', 'Cart total']);
    expect(await list({ scope: 'all', archived: true })).toEqual(['archived cart']);
    expect(await list({ scope: 'all', query: 'cart' })).toEqual(['Cart total']);
    await expect(list({ scope: 'everything' })).rejects.toMatchObject({
      code: 'argument/invalid',
      args: { name: 'scope' },
    });
  });
});
