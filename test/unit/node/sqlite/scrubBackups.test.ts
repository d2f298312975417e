import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import { createBackup, listBackups, verifyBackup } from '../../../../src/node/sqlite/backups';
import { listQuarantined } from '../../../../src/node/sqlite/quarantine';
import type { SalvageTools } from '../../../../src/node/sqlite/salvage';
import { noteDeleted, scrubBackups } from '../../../../src/node/sqlite/scrubBackups';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';
import { addSession, backupTools, filesWith, zeroPage } from './backupFixture';

const canary = 'canary-7d21b4';

describe('sessions that are deleted forever', () => {
  let store: TempStore;
  let tools: SalvageTools;
  let folder: string;
  let secret: SessionId;
  beforeEach(async () => {
    store = await openTempStore();
    tools = await backupTools(store.clock);
    folder = join(store.folder, 'backups');
    await addSession(store.service, 'Before', 20, 'x'.repeat(700));
    secret = await addSession(store.service, canary, 20, `${canary} ${'y'.repeat(700)}`);
    await addSession(store.service, 'After', 20, 'z'.repeat(700));
  });
  afterEach(() => store.dispose());

  /** What lies there but for the lock. */
  const backupNames = async (): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => name !== '.lock');

  it('are found nowhere in the folder afterwards, backups of any age included', async () => {
    await createBackup(tools, store.path, 'daily');
    store.clock.advance(3_600_000);
    await createBackup(tools, store.path, 'manual');
    expect(await filesWith(store.folder, canary)).toHaveLength(3);
    expect(await store.service.deleteForever([secret])).toEqual([secret]);
    expect(await filesWith(store.folder, canary)).toEqual([]);
    expect(await backupNames()).toHaveLength(2);
    for (const backup of await listBackups(tools, store.path)) {
      expect(backup).toMatchObject({ sessions: 2, messages: 80, written: 120 });
      await verifyBackup(tools, backup.path);
      expect((await stat(backup.path)).mode & 0o777).toBe(0o600);
    }
  });

  it('also when they go with the trash', async () => {
    await createBackup(tools, store.path, 'daily');
    await store.service.update([secret], { deletedAt: store.clock.now() });
    await store.service.emptyTrash();
    expect(await filesWith(store.folder, canary)).toEqual([]);
  });

  it('are removed by the next call when a crash came between the deletion and the cleaning', async () => {
    await createBackup(tools, store.path, 'daily');
    await noteDeleted(store.path, [secret]);
    await rawSql(store.path, 'PRAGMA foreign_keys = ON');
    await rawSql(store.path, `DELETE FROM session_events WHERE session_id = '${secret}'`);
    await rawSql(store.path, `DELETE FROM sessions WHERE id = '${secret}'`);
    expect(await filesWith(folder, canary)).toHaveLength(1);
    await store.service.listBackups();
    expect(await filesWith(folder, canary)).toEqual([]);
    expect(await backupNames()).toHaveLength(1);
  });

  it('stay in the backups while their deletion is not written, and for good when it never is', async () => {
    await createBackup(tools, store.path, 'daily');
    await noteDeleted(store.path, [secret]);
    store.clock.time = Date.now();
    await scrubBackups(tools, store.path);
    expect(await listBackups(tools, store.path)).toMatchObject([{ sessions: 3 }]);
    expect(await backupNames()).toHaveLength(2);
    store.clock.advance(3_600_000);
    await scrubBackups(tools, store.path);
    expect(await listBackups(tools, store.path)).toMatchObject([{ sessions: 3 }]);
    expect(await backupNames()).toHaveLength(1);
  });

  it('go from a copy that was being made meanwhile', async () => {
    const copying = createBackup(tools, store.path, 'daily');
    await store.service.deleteForever([secret]);
    await copying;
    expect(await filesWith(store.folder, canary)).toEqual([]);
    expect(await listBackups(tools, store.path)).toMatchObject([{ sessions: 2 }]);
  });

  it('all go when several windows delete at once', async () => {
    const more = [secret];
    for (let index = 0; index < 5; index++) {
      more.push(await addSession(store.service, `${canary} ${index}`, 3));
    }
    for (let index = 0; index < 3; index++) {
      await createBackup(tools, store.path, 'daily');
    }
    const other = await store.openAnother();
    await Promise.all(more.map((id, index) => (index % 2 === 0 ? store.service : other).deleteForever([id])));
    expect(await filesWith(store.folder, canary)).toEqual([]);
    expect(await backupNames()).toHaveLength(3);
  });

  it('leave a backup that cannot be read set aside, where it is listed', async () => {
    const { path } = await createBackup(tools, store.path, 'daily');
    await zeroPage(path, 1);
    await store.service.deleteForever([secret]);
    expect(await backupNames()).toEqual([]);
    const [set] = await listQuarantined(store.path);
    expect(await filesWith(set?.path ?? '', canary)).toHaveLength(1);
  });

  it('take what a dead process left half-way with them', async () => {
    await mkdir(folder);
    const left = join(folder, '.backup-0190d1d2-0000-7000-8000-000000000000.tmp');
    await writeFile(left, canary);
    store.clock.time = (await stat(left)).mtimeMs + 700_000;
    await store.service.deleteForever([secret]);
    expect(await filesWith(store.folder, canary)).toEqual([]);
  });
});
