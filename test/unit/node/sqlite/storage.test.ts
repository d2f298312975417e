import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import { answer, appendRequest, contextItem, newSessionId, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('space on the disk', () => {
  let store: TempStore;
  beforeEach(async () => {
    store = await openTempStore();
  });
  afterEach(async () => {
    await store.dispose();
  });

  const sizeOf = async (path: string) => (await stat(path)).size;

  async function addLarge(): Promise<SessionId> {
    const id = newSessionId();
    await store.service.append(appendRequest(id, [answer('x'.repeat(2_000_000))]));
    return id;
  }

  it('is reported as the files take it', async () => {
    await addLarge();
    const report = await store.service.storage();
    expect(report).toEqual({
      path: store.path,
      databaseBytes: await sizeOf(store.path),
      logBytes: (await sizeOf(`${store.path}-wal`)) + (await sizeOf(`${store.path}-shm`)),
      freeBytes: 0,
    });
    expect(report.databaseBytes + report.logBytes).toBeGreaterThan(2_000_000);
    expect(report.logBytes).toBeGreaterThan(0);
  });

  it('counts what lies idle inside the file', async () => {
    const id = await addLarge();
    await rawSql(store.path, 'DELETE FROM session_events WHERE session_id = ?', [id]);
    expect((await store.service.storage()).freeBytes).toBeGreaterThan(1_900_000);
  });

  it('is reported for a store in memory without looking for files', async () => {
    const inMemory = await store.openAnother({ folder: ':memory:' });
    const id = newSessionId();
    await inMemory.append(appendRequest(id, [answer('x'.repeat(500_000))]));
    const report = await inMemory.storage();
    expect(report).toMatchObject({ path: ':memory:', logBytes: 0 });
    expect(report.databaseBytes).toBeGreaterThan(500_000);
  });

  it('comes back when a session is deleted for good, also after the file was opened anew', async () => {
    const kept = newSessionId();
    await store.service.append(appendRequest(kept, [userMessage('stays')]));
    const [a, b] = [await addLarge(), await addLarge()];
    await store.service.putContext(b, [contextItem('large', { value: 'y'.repeat(1_000_000) })]);
    await store.reopen();
    const full = await sizeOf(store.path);
    await store.service.deleteForever([a]);
    const half = await sizeOf(store.path);
    expect(half).toBeLessThan(full - 1_900_000);
    await store.service.deleteForever([b]);
    expect(await sizeOf(store.path)).toBeLessThan(half - 2_900_000);
    expect((await store.service.storage()).freeBytes).toBe(0);
    expect(await store.service.loadBranch(kept)).toHaveLength(1);
    expect(await rawSql(store.path, 'PRAGMA auto_vacuum')).toEqual([{ auto_vacuum: 2 }]);
    expect(await rawSql(store.path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  describe('of the trash', () => {
    const trash = (id: SessionId, deletedAt: number) => store.service.update([id], { deletedAt });

    it('comes back when the trash is emptied, and nothing else goes', async () => {
      const [a, b, kept] = [await addLarge(), await addLarge(), await addLarge()];
      await trash(a, 100);
      await trash(b, 200);
      await store.reopen();
      const full = await sizeOf(store.path);
      expect([...(await store.service.emptyTrash())].sort()).toEqual([a, b].sort());
      expect(await sizeOf(store.path)).toBeLessThan(full - 3_900_000);
      expect(await store.service.get(kept)).toBeDefined();
      expect(await store.service.emptyTrash()).toEqual([]);
    });

    it('comes back only for what went there before a moment', async () => {
      const [a, b, c] = [newSessionId(), newSessionId(), newSessionId()];
      for (const id of [a, b, c]) {
        await store.service.append(appendRequest(id, [userMessage()]));
      }
      await trash(a, 100);
      await trash(b, 200);
      expect(await store.service.emptyTrash(200)).toEqual([a]);
      expect(await store.service.get(a)).toBeUndefined();
      expect(await store.service.get(b)).toMatchObject({ deletedAt: 200 });
      expect(await store.service.get(c)).toMatchObject({ deletedAt: null });
    });
  });
});
