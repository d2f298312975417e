import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session, WorkspaceKey } from '../../../../src/core/session/session';
import { maxTitleLength } from '../../../../src/core/session/sessionTitle';
import {
  appendRequest,
  newEvent,
  newSession,
  newSessionId,
  sessionRecord,
  testKey,
  userMessage,
} from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('titles of one workspace', () => {
  let store: TempStore;
  beforeEach(async () => {
    store = await openTempStore();
  });
  afterEach(async () => {
    await store.dispose();
  });

  /** Makes a session that a person named. */
  async function named(title: string, key: WorkspaceKey = testKey): Promise<Session> {
    store.clock.advance(1000);
    const create = newSession({ key, title });
    return (await store.service.append(appendRequest(newSessionId(), [userMessage()], null, { create }))).session;
  }

  /** Makes a session with a title from its first message. */
  async function derived(title: string, key: WorkspaceKey = testKey): Promise<Session> {
    const request = appendRequest(newSessionId(), [userMessage()], null, {
      create: newSession({ key }),
      derivedTitle: title,
    });
    return (await store.service.append(request)).session;
  }

  const rename = async ({ id }: Session, title: string) => (await store.service.update([id], { title }))[0]?.title;
  const trash = ({ id }: Session) => store.service.update([id], { deletedAt: store.clock.time });
  const restore = async ({ id }: Session) => (await store.service.update([id], { deletedAt: null }))[0]?.title;

  it('get the lowest free number when a session is made with one that is taken', async () => {
    expect(await named('Cart bug')).toMatchObject({ title: 'Cart bug', titleSource: 'user' });
    const second = await named('Cart bug');
    expect(second).toMatchObject({ title: 'Cart bug (2)', titleSource: 'user' });
    expect((await named('Cart bug')).title).toBe('Cart bug (3)');
    await rename(second, 'Other');
    expect((await named('Cart bug')).title).toBe('Cart bug (2)');
  });

  it('are compared without case and by composed letters', async () => {
    await named('Übersicht');
    expect((await named('ÜBERSICHT')).title).toBe('ÜBERSICHT (2)');
    expect((await derived('u\u0308bersicht')).title).toBe('u\u0308bersicht (3)');
    await named('100%_done');
    expect((await named('100x_done')).title).toBe('100x_done');
  });

  it('get a number when they come from the first message', async () => {
    expect(await derived('Hello')).toMatchObject({ title: 'Hello', titleSource: 'derived' });
    expect(await derived('hello')).toMatchObject({ title: 'hello (2)', titleSource: 'derived' });
  });

  it('get a number when a session is renamed to one that is taken, and none when it has that title itself', async () => {
    const a = await named('One');
    const b = await named('Two');
    expect(await rename(b, 'one')).toBe('one (2)');
    expect(await rename(b, 'One (2)')).toBe('One (2)');
    expect(await rename(a, 'ONE')).toBe('ONE');
    const [first, second] = await store.service.update([a.id, b.id], { title: 'Both' });
    expect([first?.title, second?.title].sort()).toEqual(['Both', 'Both (2)']);
  });

  it('may be the same in other folders and repositories', async () => {
    await named('Cart bug');
    const elsewhere = { directory: '/work/shop/cart', gitRoot: '/work/shop' };
    expect((await named('Cart bug', elsewhere)).title).toBe('Cart bug');
    expect((await named('Cart bug', { ...testKey, gitRoot: null })).title).toBe('Cart bug');
    const nowhere = { directory: null, gitRoot: null };
    expect((await named('Cart bug', nowhere)).title).toBe('Cart bug');
    expect((await named('Cart bug', nowhere)).title).toBe('Cart bug (2)');
  });

  it('are given away while their session is in the trash, and get a number when it comes back', async () => {
    const old = await named('Cart bug');
    await trash(old);
    const fresh = await named('Cart bug');
    expect(fresh.title).toBe('Cart bug');
    expect(await restore(old)).toBe('Cart bug (2)');
    expect((await store.service.get(fresh.id))?.title).toBe('Cart bug');
    expect(await restore(old)).toBe('Cart bug (2)');
  });

  it('stay as they were when the session comes back to an unused one, and in the archive', async () => {
    const old = await named('Cart bug');
    await trash(old);
    expect(await restore(old)).toBe('Cart bug');
    await store.service.update([old.id], { archivedAt: 1 });
    expect((await named('Cart bug')).title).toBe('Cart bug (2)');
  });

  it('are told apart when several sessions come back together', async () => {
    const sessions: Session[] = [];
    for (let n = 0; n < 3; n++) {
      const session = await named('Cart bug');
      await trash(session);
      sessions.push(session);
    }
    const restored = await store.service.update(
      sessions.map(({ id }) => id),
      { deletedAt: null },
    );
    expect(restored.map(({ title }) => title).sort()).toEqual(['Cart bug', 'Cart bug (2)', 'Cart bug (3)']);
    expect(restored.map(({ title }) => title).at(-1)).toBe('Cart bug');
  });

  it('get a number when a session is imported, but not into the trash', async () => {
    await named('Cart bug');
    const imported = await store.service.importRecord(sessionRecord(), {});
    expect(imported.title).toBe('Cart bug (2)');
    const trashed = await store.service.importRecord(sessionRecord({ row: { deletedAt: 5 } }), {});
    expect(trashed.title).toBe('Cart bug');
    expect(await restore(trashed)).toBe('Cart bug (3)');
  });

  it('stay within the longest title and stay different', async () => {
    const long = 'ä'.repeat(maxTitleLength);
    const titles: string[] = [];
    for (let n = 0; n < 12; n++) {
      titles.push((await named(long)).title);
    }
    expect(new Set(titles).size).toBe(12);
    expect(titles.at(-1)).toMatch(/… \(12\)$/);
    expect(Math.max(...titles.map((title) => [...title].length))).toBe(maxTitleLength);
  });

  it('that are empty are no titles', async () => {
    const sessions = [await named(''), await named('')];
    expect(sessions.map(({ title, titleSource }) => [title, titleSource])).toEqual([
      ['', 'none'],
      ['', 'none'],
    ]);
    expect(await rename(sessions[0]!, '')).toBe('');
  });

  it('are noted in the log as the session got them', async () => {
    await named('Cart bug');
    const note = newEvent({ type: 'title_changed', from: '', to: 'Cart bug' });
    const create = newSession({ title: 'Cart bug' });
    const { events } = await store.service.append(appendRequest(newSessionId(), [note], null, { create }));
    expect(events).toMatchObject([{ body: { type: 'title_changed', from: '', to: 'Cart bug (2)' } }]);
    expect(await store.service.loadBranch(events[0]!.sessionId)).toEqual(events);
  });

  it('of a session that has a row are left alone by what a new one would start with', async () => {
    const id = newSessionId();
    await store.service.setServerSessionId(id, 'server-7', newSession({ title: 'First' }));
    const { session } = await store.service.append(
      appendRequest(id, [userMessage()], null, { create: newSession({ title: 'Second' }), derivedTitle: 'Third' }),
    );
    expect(session.title).toBe('First');
  });

  it('are found among ten thousand equal ones', async () => {
    await rawSql(
      store.path,
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO sessions (id, directory, git_root, created_at, updated_at, title, title_folded, title_source)
        SELECT i, ?1, ?2, 0, 0, 'Hello (' || i || ')', 'hello (' || i || ')', 'derived' FROM n WHERE i <> 7777`,
      [testKey.directory, testKey.gitRoot],
    );
    expect((await derived('Hello')).title).toBe('Hello');
    expect((await derived('Hello')).title).toBe('Hello (7777)');
    expect((await derived('Hello')).title).toBe('Hello (10001)');
  });
});
