import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseResumable, resumeWindow } from '../../../../src/core/session/resumePolicy';
import type { Session, SessionId, WorkspaceKey } from '../../../../src/core/session/session';
import type { SessionFilter } from '../../../../src/core/session/sessionService';
import { appendRequest, newSession, newSessionId, userMessage } from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('lists of sessions', () => {
  let store: TempStore;
  beforeEach(async () => {
    store = await openTempStore();
  });
  afterEach(async () => {
    await store.dispose();
  });

  const shop: WorkspaceKey = { directory: '/work/shop', gitRoot: '/work/shop' };
  const cart: WorkspaceKey = { directory: '/work/shop/cart', gitRoot: '/work/shop' };
  const notes: WorkspaceKey = { directory: '/home/notes', gitRoot: null };
  const nowhere: WorkspaceKey = { directory: null, gitRoot: null };

  /** Adds a session a second after the one before. */
  async function add(key: WorkspaceKey, title = ''): Promise<Session> {
    store.clock.advance(1000);
    const request = appendRequest(newSessionId(), [userMessage()], null, {
      create: newSession({ key }),
      derivedTitle: title,
    });
    return (await store.service.append(request)).session;
  }

  const idsOf = (sessions: readonly Session[]): SessionId[] => sessions.map((session) => session.id);

  describe('list', () => {
    const list = async (filter: Partial<SessionFilter> = {}) =>
      idsOf(await store.service.list({ states: ['active'], limit: 100, ...filter }));

    it('shows the newest first, whole, with the count of messages', async () => {
      const a = await add(shop);
      const b = await add(notes);
      expect(await store.service.list({ states: ['active'], limit: 100 })).toEqual([b, a]);
    });

    it('shows the states asked for', async () => {
      const [a, b, c, d] = [await add(shop), await add(shop), await add(shop), await add(shop)];
      await store.service.update([b.id], { archivedAt: 1 });
      await store.service.update([c.id], { deletedAt: 1 });
      await store.service.update([d.id], { archivedAt: 1, deletedAt: 1 });
      expect(await list()).toEqual([a.id]);
      expect(await list({ states: ['archived'] })).toEqual([b.id]);
      expect(await list({ states: ['deleted'] })).toEqual([d.id, c.id]);
      expect(await list({ states: ['active', 'archived', 'deleted'] })).toEqual([d.id, c.id, b.id, a.id]);
      expect(await list({ states: [] })).toEqual([]);
    });

    it('shows those of some folders and repositories, each once', async () => {
      const [a, b, c, d] = [await add(shop), await add(cart), await add(notes), await add(nowhere)];
      expect(await list({ keys: [shop] })).toEqual([b.id, a.id]);
      expect(await list({ keys: [cart] })).toEqual([b.id, a.id]);
      expect(await list({ keys: [notes] })).toEqual([c.id]);
      expect(await list({ keys: [notes, cart] })).toEqual([c.id, b.id, a.id]);
      expect(await list({ keys: [nowhere] })).toEqual([d.id]);
      expect(await list({ keys: [] })).toEqual([]);
    });

    it('pages without gaps or repeats, also through sessions of the same moment', async () => {
      for (let n = 0; n < 25; n++) {
        await add(n % 2 === 0 ? shop : cart);
        store.clock.advance(n % 3 === 0 ? 0 : -1000);
      }
      for (const keys of [undefined, [shop]]) {
        const filter = keys === undefined ? {} : { keys };
        const all = await store.service.list({ states: ['active'], limit: 100, ...filter });
        expect(all).toHaveLength(25);
        const paged: Session[] = [];
        for (;;) {
          const last = paged.at(-1);
          const after = last === undefined ? {} : { after: { updatedAt: last.updatedAt, id: last.id } };
          const page = await store.service.list({ states: ['active'], limit: 4, ...filter, ...after });
          paged.push(...page);
          if (page.length < 4) {
            break;
          }
        }
        expect(paged).toEqual(all);
      }
    });

    it('filters by pin, provider and part of the title in any case', async () => {
      const a = await add(shop, 'Stale TOTALS');
      const b = await add(shop, 'Übersicht der 100%_Tabellen');
      await store.service.update([a.id], { pinned: true });
      const model = { provider: 'ollama', model: 'qwen' };
      await store.service.append(appendRequest(b.id, [userMessage()], b.headId, { model }));
      expect(await list({ pinned: true })).toEqual([a.id]);
      expect(await list({ pinned: false })).toEqual([b.id]);
      expect(await list({ provider: 'ollama' })).toEqual([b.id]);
      expect(await list({ titlePart: 'totals' })).toEqual([a.id]);
      expect(await list({ titlePart: 'üBERSICHT' })).toEqual([b.id]);
      expect(await list({ titlePart: '0%_t' })).toEqual([b.id]);
      expect(await list({ titlePart: '%' })).toEqual([b.id]);
      await store.service.update([a.id], { title: 'Other' });
      expect(await list({ titlePart: 'totals' })).toEqual([]);
      expect(await list({ keys: [shop], pinned: true, titlePart: 'OTHER' })).toEqual([a.id]);
    });

    it('filters by the time of the last event, page by page', async () => {
      const [a, b, c] = [await add(shop), await add(cart), await add(notes)];
      expect(await list({ updatedBefore: c.updatedAt })).toEqual([b.id, a.id]);
      expect(await list({ updatedBefore: a.updatedAt })).toEqual([]);
      expect(await list({ updatedBefore: c.updatedAt, keys: [shop], limit: 1 })).toEqual([b.id]);
      const after = { updatedAt: b.updatedAt, id: b.id };
      expect(await list({ updatedBefore: c.updatedAt, after })).toEqual([a.id]);
    });

    it('filters the trash by the time at which a session went there', async () => {
      const [a, b, c] = [await add(shop), await add(shop), await add(shop)];
      await store.service.update([a.id], { deletedAt: 100 });
      await store.service.update([b.id], { deletedAt: 50 });
      expect(await list({ states: ['deleted'], deletedBefore: 100 })).toEqual([b.id]);
      expect(await list({ states: ['deleted'], deletedBefore: 101 })).toEqual([b.id, a.id]);
      expect(await list({ states: ['active', 'deleted'], deletedBefore: 101 })).not.toContain(c.id);
    });

    it('moves a session up when something is written into it, and not when it is renamed', async () => {
      const [a, b] = [await add(shop), await add(shop)];
      store.clock.advance(1000);
      await store.service.update([a.id], { title: 'x' });
      expect(await list()).toEqual([b.id, a.id]);
      await store.service.append(appendRequest(a.id, [userMessage()], a.headId));
      expect(await list()).toEqual([a.id, b.id]);
    });
  });

  describe('findByTitle', () => {
    const find = async (title: string, keys: readonly WorkspaceKey[]) =>
      (await store.service.findByTitle(title, keys))?.id;

    it('finds a session by its whole title in any case, also an archived one', async () => {
      const a = await add(shop, 'Übersicht der Tabellen');
      expect(await find('ÜBERSICHT der tabellen', [shop])).toBe(a.id);
      expect(await find('Übersicht', [shop])).toBeUndefined();
      expect(await find('%', [shop])).toBeUndefined();
      await store.service.update([a.id], { archivedAt: 1 });
      expect(await find('übersicht der tabellen', [shop])).toBe(a.id);
    });

    it('does not find a session in the trash, one of another place, or one without a title', async () => {
      const a = await add(shop, 'Gone');
      await store.service.update([a.id], { deletedAt: 1 });
      await add(notes, 'Elsewhere');
      await add(shop);
      expect(await find('Gone', [shop])).toBeUndefined();
      expect(await find('Elsewhere', [shop])).toBeUndefined();
      expect(await find('', [shop])).toBeUndefined();
      expect(await find('Elsewhere', [])).toBeUndefined();
    });

    it('prefers the folder to another folder of the repository, then the newest', async () => {
      const inShop = await add(shop, 'Cart bug');
      const inCart = await add(cart, 'Cart bug');
      expect([inShop.title, inCart.title]).toEqual(['Cart bug', 'Cart bug']);
      expect(await find('cart bug', [shop])).toBe(inShop.id);
      expect(await find('cart bug', [cart])).toBe(inCart.id);
      expect(await find('cart bug', [shop, cart])).toBe(inCart.id);
      expect(await find('cart bug', [{ directory: '/work/shop/docs', gitRoot: '/work/shop' }])).toBe(inCart.id);
    });

    it('finds a session without a folder in a window without one', async () => {
      const a = await add(nowhere, 'Loose');
      expect(await find('loose', [nowhere])).toBe(a.id);
      expect(await find('loose', [notes])).toBeUndefined();
    });
  });

  describe('findResumable', () => {
    const find = async (keys: readonly WorkspaceKey[], since = 0, until = store.clock.time) =>
      idsOf(await store.service.findResumable(keys, since, until));

    it('finds a session of the same folder', async () => {
      const a = await add(notes);
      expect(await find([notes])).toEqual([a.id]);
    });

    it('finds a session of another folder through the repository they share', async () => {
      const a = await add(cart);
      expect(await find([shop])).toEqual([a.id]);
      expect(await find([{ directory: '/work/shop-worktree', gitRoot: '/work/shop' }])).toEqual([a.id]);
    });

    it('finds a session by its folder though the repository is another now', async () => {
      const a = await add(shop);
      expect(await find([{ directory: '/work/shop', gitRoot: null }])).toEqual([a.id]);
      expect(await find([{ directory: '/work/shop', gitRoot: '/work' }])).toEqual([a.id]);
    });

    it('does not find those of other folders and other repositories', async () => {
      await add(shop);
      await add(notes);
      await add(nowhere);
      expect(await find([{ directory: '/work', gitRoot: null }])).toEqual([]);
      expect(await find([{ directory: '/work/shop/', gitRoot: '/work/shop/.git' }])).toEqual([]);
    });

    it('finds sessions without a folder in a window without one, and never through a missing git root', async () => {
      await add(notes);
      const a = await add(nowhere);
      expect(await find([nowhere])).toEqual([a.id]);
    });

    it('does not find archived, deleted and ended sessions', async () => {
      const [a, b, c] = [await add(shop), await add(shop), await add(shop)];
      await store.service.update([a.id], { archivedAt: 1 });
      await store.service.update([b.id], { deletedAt: 1 });
      await store.service.update([c.id], { endedAt: 1 });
      expect(await find([shop])).toEqual([]);
      await store.service.append(appendRequest(c.id, [userMessage()], c.headId));
      expect(await find([shop])).toEqual([c.id]);
    });

    it('excludes the start of the window and includes its end', async () => {
      const a = await add(shop);
      expect(await find([shop], a.updatedAt - 1, a.updatedAt)).toEqual([a.id]);
      expect(await find([shop], a.updatedAt, a.updatedAt + 1)).toEqual([]);
      expect(await find([shop], 0, a.updatedAt - 1)).toEqual([]);
    });

    it('finds all folders of a window, newest first, each session once', async () => {
      const [a, b, c] = [await add(shop), await add(notes), await add(cart)];
      expect(await find([shop, cart, notes])).toEqual([c.id, b.id, a.id]);
    });

    it('always has the one that the policy would choose among all', async () => {
      const exact = await add(shop);
      for (let n = 0; n < 60; n++) {
        await add(cart);
      }
      const newestElsewhere = await add(cart);
      const found = await store.service.findResumable([shop], 0, store.clock.time);
      expect(chooseResumable(found, [shop])?.id).toBe(exact.id);
      const other = { directory: '/work/shop/api', gitRoot: '/work/shop' };
      const seenFromOther = await store.service.findResumable([other], 0, store.clock.time);
      expect(chooseResumable(seenFromOther, [other])?.id).toBe(newestElsewhere.id);
    });

    it('takes a slightly fast clock for now and ignores times further ahead', async () => {
      const a = await add(shop);
      const window = (now: number) => resumeWindow(now, 60) ?? { since: 0, until: 0 };
      const findAt = ({ since, until }: { since: number; until: number }) => find([shop], since, until);
      expect(await findAt(window(a.updatedAt - 4 * 60_000))).toEqual([a.id]);
      expect(await findAt(window(a.updatedAt - 6 * 60_000))).toEqual([]);
      expect(await findAt(window(a.updatedAt + 59 * 60_000))).toEqual([a.id]);
      expect(await findAt(window(a.updatedAt + 60 * 60_000))).toEqual([]);
    });

    it('changes nothing', async () => {
      const a = await add(shop);
      store.clock.advance(10_000);
      const other = await store.openAnother();
      const version = await other.version();
      await find([shop]);
      expect(await store.service.get(a.id)).toEqual(a);
      expect(await other.version()).toEqual(version);
    });
  });
});
