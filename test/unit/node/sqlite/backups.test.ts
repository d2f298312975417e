import {
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackup, listBackups, verifyBackup } from '../../../../src/node/sqlite/backups';
import { backUpBeforeMigration } from '../../../../src/node/sqlite/backUpBeforeMigration';
import type { SalvageTools } from '../../../../src/node/sqlite/salvage';
import { withConnection } from '../../../../src/node/sqlite/withConnection';
import { appendRequest, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, tempFolder, type TempStore } from '../../../support/storeFixture';
import { addSession, backupTools, pageSize, smallDisk, zeroPage } from './backupFixture';

describe('backups', () => {
  let store: TempStore;
  let tools: SalvageTools;
  let folder: string;
  beforeEach(async () => {
    store = await openTempStore();
    tools = await backupTools(store.clock);
    folder = join(store.folder, 'backups');
  });
  afterEach(() => store.dispose());

  it('copies what is in the log too, for its owner alone, under a name that tells when and why', async () => {
    await addSession(store.service, 'Cart', 3);
    const backup = await createBackup(tools, store.path, 'manual');
    expect(backup).toMatchObject({
      kind: 'manual',
      createdAt: store.clock.now(),
      sessions: 1,
      messages: 6,
      written: 6,
    });
    expect(await readdir(folder)).toEqual(['sessions-20261120T090000000-manual.db']);
    expect(backup.bytes).toBe((await stat(backup.path)).size);
    expect(await rawSql(backup.path, 'SELECT count(*) AS events FROM session_events')).toEqual([{ events: 6 }]);
    if (process.platform !== 'win32') {
      expect([(await stat(folder)).mode & 0o777, (await stat(backup.path)).mode & 0o777]).toEqual([0o700, 0o600]);
    }
  });

  it('lists the newest first and gives two of one moment names of their own', async () => {
    await addSession(store.service, 'Cart');
    const first = await createBackup(tools, store.path, 'daily');
    const second = await createBackup(tools, store.path, 'daily');
    store.clock.advance(-7_200_000);
    const earlier = await createBackup(tools, store.path, 'manual');
    expect((await listBackups(tools, store.path)).map(({ path }) => path)).toEqual([
      second.path,
      first.path,
      earlier.path,
    ]);
  });

  it('leaves damaged and foreign files out of the list and alone', async () => {
    await addSession(store.service, 'Cart');
    const good = await createBackup(tools, store.path, 'daily');
    const other = (name: string): string => join(folder, name);
    await writeFile(other('sessions-20261119T090000000-daily.db'), '');
    await writeFile(other('sessions-20261118T090000000-daily.db'), 'no database');
    await writeFile(other('notes.txt'), 'theirs');
    await rawSql(good.path, 'SELECT 1');
    await copyFile(good.path, other('sessions-20261117T090000000-daily.db'));
    await rawSql(other('sessions-20261117T090000000-daily.db'), 'PRAGMA application_id = 7');
    expect((await listBackups(tools, store.path)).map(({ path }) => path)).toEqual([good.path]);
    expect(await readdir(folder)).toHaveLength(5);
  });

  it('removes what a crash left under a temporary name a day later, not before', async () => {
    await mkdir(folder);
    const left = join(folder, '.backup-0190d1d2-0000-7000-8000-000000000000.tmp');
    await writeFile(left, 'half');
    const at = (ms: number): Promise<void> =>
      utimes(left, (store.clock.now() - ms) / 1000, (store.clock.now() - ms) / 1000);
    await at(80_000_000);
    await listBackups(tools, store.path);
    expect(await readdir(folder)).toHaveLength(1);
    await at(90_000_000);
    await listBackups(tools, store.path);
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a damaged file and keeps the good copies', async () => {
    for (let n = 0; n < 20; n++) {
      await addSession(store.service, `Cart ${n}`, 2, 'x'.repeat(3000));
    }
    const good = await createBackup(tools, store.path, 'daily');
    const before = await readFile(good.path);
    await store.service.close();
    await zeroPage(store.path, Math.floor((await stat(store.path)).size / pageSize) - 4);
    await expect(createBackup(tools, store.path, 'daily')).rejects.toMatchObject({
      code: 'store/backup-failed',
      args: { path: folder, detail: expect.stringMatching(/malformed|corrupt|damaged/i) as string },
    });
    expect(await readdir(folder)).toHaveLength(1);
    expect((await readFile(good.path)).equals(before)).toBe(true);
  });

  it('finds a page of a copy that went bad', async () => {
    await addSession(store.service, 'Cart', 30);
    const { path } = await createBackup(tools, store.path, 'daily');
    await verifyBackup(tools, path);
    await zeroPage(path, 8);
    await expect(verifyBackup(tools, path)).rejects.toMatchObject({ code: 'store/corrupt' });
  });

  it('takes no notice of an empty file that a full disk left', async () => {
    await addSession(store.service, 'Cart');
    const { path } = await createBackup(tools, store.path, 'daily');
    await truncate(path, 0);
    expect(await rawSql(path, 'PRAGMA quick_check')).toEqual([{ quick_check: 'ok' }]);
    expect(await listBackups(tools, store.path)).toEqual([]);
  });

  it('fails on a full disk without leaving anything, and works again when there is room', async (context) => {
    const disk = join(await tempFolder(), 'disk');
    const mounted = await smallDisk(disk, 6);
    context.skip(mounted === undefined, 'this process may not mount a small disk');
    const full = await openTempStore({ folder: disk });
    try {
      await addSession(full.service, 'Cart', 8, 'x'.repeat(150_000));
      const good = await createBackup(tools, full.path, 'daily');
      const { bavail, bsize } = await statfs(disk);
      await writeFile(join(disk, 'filler'), new Uint8Array(bavail * bsize - 600_000));
      await expect(createBackup(tools, full.path, 'daily')).rejects.toMatchObject({
        code: 'store/backup-failed',
        args: { path: join(disk, 'backups'), detail: expect.stringMatching(/full|space/i) as string },
      });
      expect((await listBackups(tools, full.path)).map(({ path }) => path)).toEqual([good.path]);
      expect(await readdir(join(disk, 'backups'))).toHaveLength(1);
      await rm(join(disk, 'filler'));
      await createBackup(tools, full.path, 'daily');
      expect(await listBackups(tools, full.path)).toHaveLength(2);
    } finally {
      await full.service.close();
      mounted?.unmount();
    }
  });

  it('lets others write while it copies, and is whole up to where it began', async () => {
    const id = await addSession(store.service, 'Large', 40, 'x'.repeat(100_000));
    let done = false;
    let written = 0;
    const write = async (): Promise<void> => {
      let head = (await store.service.get(id))?.headId ?? null;
      while (!done) {
        const event = userMessage(`while it copies ${written}`);
        await store.service.append(appendRequest(id, [event], head));
        head = event.id;
        written++;
      }
    };
    const writing = write();
    const backup = await createBackup(tools, store.path, 'daily');
    done = true;
    await writing;
    expect(written).toBeGreaterThan(0);
    expect(backup.written).toBeGreaterThanOrEqual(80);
    expect(backup.written).toBeLessThanOrEqual(80 + written);
    const seqs = await rawSql<{ seq: number }>(backup.path, 'SELECT seq FROM session_events ORDER BY seq');
    expect(seqs.map(({ seq }) => seq)).toEqual(Array.from({ length: backup.written }, (_, index) => index + 1));
  });

  it('waits neither for a long reader nor for a window that holds the lock to write', async () => {
    const id = await addSession(store.service, 'Cart', 2);
    await withConnection(tools, store.path, 'readonly', (reader) =>
      reader.transaction('read', async () => {
        await reader.all('SELECT count(*) FROM session_events');
        await store.service.append(
          appendRequest(id, [userMessage('after it began')], (await store.service.get(id))?.headId ?? null),
        );
        await withConnection(tools, store.path, 'readwrite', (writer) =>
          writer.transaction('write', async () => {
            expect(await createBackup(tools, store.path, 'daily')).toMatchObject({ written: 5, messages: 5 });
          }),
        );
      }),
    );
  });

  it('copies a file that was moved away from below an open connection', async () => {
    await addSession(store.service, 'Cart', 2);
    const saved = await withConnection(tools, store.path, 'readwrite', async (connection) => {
      await connection.all('SELECT 1 FROM sessions');
      await rename(store.path, `${store.path}.moved`);
      return createBackup(tools, store.path, 'rescue', connection);
    });
    expect(saved).toMatchObject({ kind: 'rescue', written: 4 });
  });

  describe('before a migration', () => {
    const before = (schema: number) =>
      withConnection(tools, store.path, 'readwrite', (connection) => backUpBeforeMigration(tools, connection, schema));

    it('are made of a file with sessions', async () => {
      await addSession(store.service, 'Cart');
      expect(await before(99)).toMatchObject({ kind: 'migration', sessions: 1, written: 2 });
      expect(await listBackups(tools, store.path)).toHaveLength(1);
    });

    it('are not made of a file without any, nor when nothing is to be done', async () => {
      expect(await before(99)).toBeUndefined();
      await addSession(store.service, 'Cart');
      expect(await before(tools.migrations.length)).toBeUndefined();
      expect(await listBackups(tools, store.path)).toEqual([]);
    });

    it('fail loudly when the copy cannot be made', async () => {
      await addSession(store.service, 'Cart');
      await writeFile(folder, 'a file where the folder should be');
      await expect(before(99)).rejects.toMatchObject({ code: 'store/backup-failed' });
    });
  });
});
