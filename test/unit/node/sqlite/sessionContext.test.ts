import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import { appendRequest, contextItem, newSession, newSessionId, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('what is attached to a session', () => {
  let store: TempStore;
  let id: SessionId;
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
    await store.service.append(appendRequest(id, [userMessage()]));
  });
  afterEach(async () => {
    await store.dispose();
  });

  const keysOf = async () => (await store.service.listContext(id)).map(({ key }) => key);

  it('is listed oldest first, whole, for that session alone', async () => {
    expect(await store.service.listContext(id)).toEqual([]);
    const items = [
      contextItem('src/cart.ts'),
      contextItem('bash', { type: 'terminal', uri: null, value: 'a\u0000b\r\n"x" 👩‍💻', createdAt: 7 }),
      contextItem('editor.tabSize', { type: 'setting', uri: null, value: '' }),
    ];
    await store.service.putContext(id, items.slice(0, 1));
    await store.service.putContext(id, items.slice(1));
    const other = newSessionId();
    await store.service.append(appendRequest(other, [userMessage()]));
    await store.service.putContext(other, [contextItem('other.ts')]);
    const service = await store.reopen();
    expect(await service.listContext(id)).toEqual(items);
    expect(await service.listContext(other)).toHaveLength(1);
  });

  it('is replaced in its place when the same thing is attached again', async () => {
    await store.service.putContext(id, [contextItem('a'), contextItem('b'), contextItem('c')]);
    const again = contextItem('b', { value: 'new text', createdAt: 9 });
    await store.service.putContext(id, [again, contextItem('b', { type: 'folder' })]);
    expect(await keysOf()).toEqual(['a', 'b', 'c', 'b']);
    expect((await store.service.listContext(id))[1]).toEqual(again);
  });

  it('keeps its order when one is removed and another comes', async () => {
    await store.service.putContext(id, [contextItem('a'), contextItem('b'), contextItem('c')]);
    await store.service.removeContext(id, [{ type: 'file', key: 'c' }]);
    await store.service.putContext(id, [contextItem('d')]);
    await store.service.removeContext(id, [
      { type: 'file', key: 'a' },
      { type: 'folder', key: 'b' },
      { type: 'file', key: 'never attached' },
    ]);
    expect(await keysOf()).toEqual(['b', 'd']);
    await store.service.removeContext(id, []);
    expect(await keysOf()).toEqual(['b', 'd']);
  });

  it('needs a session', async () => {
    const unknown = newSessionId();
    await expect(store.service.putContext(unknown, [contextItem('a')])).rejects.toMatchObject({
      code: 'session/not-found',
      args: { id: unknown },
    });
    await store.service.removeContext(unknown, [{ type: 'file', key: 'a' }]);
    expect(await store.service.get(unknown)).toBeUndefined();
  });

  it('comes with the first event of a session that had no row, and never again', async () => {
    const fresh = newSessionId();
    const question = userMessage();
    const create = newSession({ context: [contextItem('a'), contextItem('b')] });
    await store.service.append(appendRequest(fresh, [question], null, { create }));
    expect(await store.service.listContext(fresh)).toEqual(create.context);
    await store.service.removeContext(fresh, [{ type: 'file', key: 'a' }]);
    await store.service.append(appendRequest(fresh, [userMessage()], question.id, { create }));
    await store.service.setServerSessionId(fresh, 'server-7', create);
    expect((await store.service.listContext(fresh)).map(({ key }) => key)).toEqual(['b']);
  });

  it('does not count as activity', async () => {
    const before = await store.service.get(id);
    store.clock.advance(60_000);
    await store.service.putContext(id, [contextItem('a')]);
    expect(await store.service.get(id)).toEqual(before);
  });

  it('goes with its session', async () => {
    await store.service.putContext(id, [contextItem('a')]);
    await store.service.deleteForever([id]);
    expect(await rawSql(store.path, 'SELECT * FROM session_context')).toEqual([]);
  });

  it('leaves out a kind that it does not know, and keeps it', async () => {
    await store.service.putContext(id, [contextItem('a')]);
    await rawSql(store.path, "UPDATE session_context SET type = 'hologram'");
    await store.service.putContext(id, [contextItem('b')]);
    expect(await keysOf()).toEqual(['b']);
    expect(await rawSql(store.path, 'SELECT type FROM session_context ORDER BY position')).toEqual([
      { type: 'hologram' },
      { type: 'file' },
    ]);
  });
});
