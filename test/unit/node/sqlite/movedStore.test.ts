import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import type { StoreHealth } from '../../../../src/core/session/storeHealth';
import type { LocalSessionService } from '../../../../src/node/sqlite/localSessionService';
import { quarantineStore } from '../../../../src/node/sqlite/quarantine';
import { loadSqlite } from '../../../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../../../src/node/sqlite/sqliteConnection';
import { appendRequest, newSessionId, userMessage } from '../../../support/builders';
import { mountDisk, named, noMounts } from '../../../support/hostConditions';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

let store: TempStore;
beforeEach(async () => {
  store = await openTempStore({ probeMs: 30 });
});
afterEach(() => store.dispose());

async function say(service: LocalSessionService, text: string): Promise<SessionId> {
  const id = newSessionId();
  await service.append(appendRequest(id, [userMessage(text)]));
  return id;
}

/** What a window does from time to time. */
const look = (service: LocalSessionService): Promise<unknown> => service.version();

const everything = { states: ['active'], limit: 100 } as const;
const titlesIn = (path: string): Promise<{ preview: string }[]> =>
  rawSql(path, 'SELECT preview FROM sessions ORDER BY created_at, id');

describe.skipIf(process.platform === 'win32')('a database that is removed while it is open', () => {
  it('is put back with everything at the next look, and says so', async () => {
    const first = await say(store.service, 'Before');
    const seen: StoreHealth[] = [];
    store.service.onDidChangeHealth((health) => seen.push(health));
    await rm(store.path);
    await look(store.service);
    expect(seen).toMatchObject([
      { kind: 'broken', error: { code: 'store/replaced', args: { path: store.path, rescue: store.path } } },
    ]);
    expect((await stat(store.path)).mode & 0o777).toBe(0o600);
    const again = await store.reopen();
    expect(await again.get(first)).toMatchObject({ preview: 'Before' });
    expect(await again.missingEvents()).toBe(0);
    expect(await again.check()).toEqual({ problems: [], altered: [], incomplete: [], missingEvents: 0 });
  });

  it('takes nothing more that it could not keep', async () => {
    await say(store.service, 'Before');
    await rm(store.path);
    const refused = say(store.service, 'After');
    await expect(refused).rejects.toMatchObject({ code: 'store/replaced' });
    const again = await store.reopen();
    expect((await again.list(everything)).map(({ preview }) => preview)).toEqual(['Before']);
    await say(again, 'After');
  });

  it('comes back with what another program wrote to it after it was removed', async () => {
    const id = await say(store.service, 'Before');
    const other = await SqliteConnection.open(await loadSqlite(), store.path, 'readwrite');
    await other.all('SELECT count(*) FROM sessions');
    await rm(store.path);
    await other.all("UPDATE sessions SET preview = 'Late'");
    await look(store.service);
    await other.close();
    const again = await store.reopen();
    expect(await again.get(id)).toMatchObject({ preview: 'Late' });
  });

  it('is put back although its whole folder is gone', async () => {
    const id = await say(store.service, 'Before');
    await rm(store.folder, { recursive: true });
    await look(store.service);
    const again = await store.reopen();
    expect(await again.get(id)).toMatchObject({ preview: 'Before' });
  });

  it('is put back by one of several windows only, and the others have nothing to add', async () => {
    await say(store.service, 'One');
    const other = await store.openAnother();
    await say(other, 'Two');
    const third = await store.openAnother();
    await rm(store.path);
    await Promise.all([store.service, other, third].map(look));
    const healths = [store.service, other, third].map(({ health }) =>
      health.kind === 'broken' ? health.error.args['rescue'] : health.kind,
    );
    expect(healths.toSorted()).toEqual(['', '', store.path]);
    const again = await store.reopen();
    expect((await again.list(everything)).map(({ preview }) => preview).toSorted()).toEqual(['One', 'Two']);
    expect(await again.listBackups()).toEqual([]);
  });

  it('leaves the log of the next file alone when the one before is closed after it', async () => {
    await say(store.service, 'Before');
    await rm(store.path);
    await look(store.service);
    const next = await store.openAnother();
    await say(next, 'After');
    await store.service.close();
    await say(next, 'Later');
    await next.close();
    expect((await titlesIn(store.path)).map(({ preview }) => preview)).toEqual(['Before', 'After', 'Later']);
    const again = await store.reopen();
    expect((await again.check()).problems).toEqual([]);
  });

  it('is not played back into another file that lies in its place by then', async () => {
    await say(store.service, 'Ours');
    const foreign = await openTempStore();
    await say(foreign.service, 'Theirs');
    await foreign.service.close();
    await rename(foreign.path, store.path);
    await look(store.service);
    const { health } = store.service;
    expect(health).toMatchObject({ kind: 'broken', error: { code: 'store/replaced' } });
    const again = await store.reopen();
    expect((await again.list(everything)).map(({ preview }) => preview)).toEqual(['Theirs']);
    expect((await again.check()).problems).toEqual([]);
    const [rescue] = await again.listBackups();
    expect(rescue).toMatchObject({ kind: 'rescue', sessions: 1 });
    expect((await titlesIn(rescue?.path ?? '')).map(({ preview }) => preview)).toEqual(['Ours']);
    expect(health).toMatchObject({ error: { args: { rescue: rescue?.path } } });
    await foreign.dispose();
  });

  it('needs no saving when a restore in another window has set it aside', async () => {
    await say(store.service, 'Old');
    await quarantineStore(store.path, { why: 'a test', now: 1 });
    await look(store.service);
    expect(store.service.health).toMatchObject({ kind: 'broken', error: { args: { rescue: '' } } });
    expect(await readdir(store.folder)).not.toContain('backups');
  });

  it.skipIf(noMounts !== undefined)(
    named('stays open until what it has can be saved, when the disk is full', noMounts),
    async () => {
      const disk = mountDisk(6);
      const full = await openTempStore({ folder: join(disk.folder, 'store'), probeMs: 30 });
      const id = await say(full.service, 'x'.repeat(500_000));
      disk.fill();
      await rm(full.path);
      disk.fill();
      await look(full.service);
      expect(full.service.health).toMatchObject({ kind: 'trouble', error: { code: 'store/full' } });
      await expect(say(full.service, 'After')).rejects.toMatchObject({ code: 'store/replaced' });
      expect(await full.service.get(id)).toMatchObject({ messageCount: 1 });
      disk.free();
      await expect.poll(() => full.service.health.kind, { timeout: 10_000 }).toBe('broken');
      const again = await full.reopen();
      expect(await again.get(id)).toMatchObject({ messageCount: 1 });
      await full.dispose();
      disk.dispose();
    },
  );

  it('stays as it is when something else in the folder changes', async () => {
    await mkdir(join(store.folder, 'other'));
    await look(store.service);
    expect(store.service.health).toEqual({ kind: 'ok' });
  });
});
