import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../src/node/sqlite/backups';
import { syncFolder } from '../../../../src/node/sqlite/durableFiles';
import { markPathOf, readMark } from '../../../../src/node/sqlite/highWaterMark';
import { listQuarantined, putBack, quarantineFolderOf, quarantineStore } from '../../../../src/node/sqlite/quarantine';
import { listRestoreChoices } from '../../../../src/node/sqlite/restoreChoices';
import { restoreStore } from '../../../../src/node/sqlite/restoreStore';
import type { SalvageTools } from '../../../../src/node/sqlite/salvage';
import { SqliteConnection } from '../../../../src/node/sqlite/sqliteConnection';
import { earlierMessage, makeEarlierStore } from '../../../support/earlierStore';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';
import { addSession, backupTools, zeroPage } from './backupFixture';

describe('restoring beside others', () => {
  let store: TempStore;
  let tools: SalvageTools;
  beforeEach(async () => {
    store = await openTempStore();
    tools = await backupTools(store.clock);
    await addSession(store.service, 'First', 20, 'x'.repeat(500));
  });
  afterEach(() => store.dispose());

  const titles = async (): Promise<readonly string[]> =>
    (await store.service.list({ states: ['active'], limit: 100 })).map(({ title }) => title).sort();
  const quarantined = async (): Promise<readonly string[]> => {
    const folders = await listQuarantined(store.path);
    const names = await Promise.all(folders.map(({ path }) => readdir(path)));
    return names.flat().filter((name) => name === 'sessions.db');
  };

  it('keeps every file when several windows do it at once, and ends with one of them whole', async () => {
    const backups: string[] = [];
    for (const title of ['Second', 'Third', 'Fourth']) {
      backups.push((await createBackup(tools, store.path, 'manual')).path);
      store.clock.advance(1000);
      await addSession(store.service, title, 1);
    }
    await store.service.close();
    await Promise.all(backups.map((backup) => restoreStore(tools, store.path, backup)));
    expect(await quarantined()).toHaveLength(3);
    await store.reopen();
    expect(await store.service.missingEvents()).toBe(0);
    expect(await titles()).toContain('First');
  });

  it.skipIf(process.platform === 'win32')('waits for what another window writes at that moment', async () => {
    const { path } = await createBackup(tools, store.path, 'manual');
    await store.service.close();
    const other = await SqliteConnection.open(tools.binding, store.path, 'readwrite');
    await other.all('BEGIN IMMEDIATE');
    await other.all("UPDATE sessions SET title = 'Written meanwhile'");
    const restoring = restoreStore(tools, store.path, path);
    // Many times what the exchange takes: it must not have happened in the meantime.
    expect(await Promise.race([restoring, sleep(1500)])).toBeUndefined();
    expect(await quarantined()).toEqual([]);
    await other.all('COMMIT');
    const { quarantine } = await restoring;
    await other.close();
    expect(await rawSql(join(quarantine ?? '', 'sessions.db'), 'SELECT title FROM sessions')).toEqual([
      { title: 'Written meanwhile' },
    ]);
  });

  it('puts nothing in place whose pages still lie in a log', async () => {
    await store.service.close();
    const pages = await rawSql<{ pageno: number }>(
      store.path,
      "SELECT pageno FROM dbstat WHERE name = 'session_events' AND pagetype = 'leaf' ORDER BY pageno",
    );
    await zeroPage(store.path, pages[1]?.pageno ?? 0);
    const options = await listRestoreChoices(tools, store.path);
    const choice = options.choices.find(({ kind }) => kind === 'salvage');
    if (choice?.kind !== 'salvage') {
      throw new Error('nothing was salvaged');
    }
    // Keeps what is written to it from being folded into it.
    await rawSql(choice.prepared, 'PRAGMA journal_mode = WAL');
    const reader = await SqliteConnection.open(tools.binding, choice.prepared, 'readonly');
    await reader.all('BEGIN');
    await reader.all('SELECT count(*) FROM sessions');
    const before = await readFile(store.path);
    await expect(restoreStore(tools, store.path, choice)).rejects.toMatchObject({ code: 'store/locked' });
    expect((await readFile(store.path)).equals(before)).toBe(true);
    await reader.close();
    await options.dispose();
  });

  it('brings a backup of an earlier version up to date before it takes the place', async () => {
    const earlier = await makeEarlierStore(join(store.folder, 'earlier'), 1);
    await earlier.addSession('old', 'Earlier', [earlierMessage('Hello'), earlierMessage('Again')]);
    await earlier.close();
    const { path } = earlier;
    await store.service.close();
    await restoreStore(tools, store.path, path);
    const [state] = await rawSql<{ generation: string; written: number }>(
      store.path,
      'SELECT generation, written FROM store_state',
    );
    expect(await readMark(store.path)).toMatchObject({ generation: state?.generation, written: state?.written });
    await store.reopen();
    expect(await store.service.missingEvents()).toBe(0);
  });

  it.each([
    ['files that were set aside', () => quarantineStore(store.path, { why: 'a test', now: 0 })],
    ['a backup', () => rm(store.path)],
  ])('is no first start where the file is gone and only %s tells of it', async (_, remove) => {
    await createBackup(tools, store.path, 'manual');
    await store.service.close();
    await remove();
    await rm(markPathOf(store.path));
    await expect(store.reopen()).rejects.toMatchObject({ code: 'store/missing-data' });
    await restoreStore(tools, store.path, { kind: 'empty', sessions: 0, messages: 0, missing: 0 });
    await store.reopen();
    expect(await titles()).toEqual([]);
    await addSession(store.service, 'New', 1);
    expect(await readMark(store.path)).toMatchObject({ written: 2, missing: 0 });
  });

  it('puts nothing back over what took the place meanwhile', async () => {
    await store.service.close();
    const folder = await quarantineStore(store.path, { why: 'a test', now: 0 });
    await writeFile(store.path, 'of somebody else');
    await putBack(folder ?? '', store.path);
    expect(await readFile(store.path, 'utf8')).toBe('of somebody else');
    expect(await readdir(join(quarantineFolderOf(store.path), '19700101T000000000'))).toContain('sessions.db');
  });

  it('looks for nothing to salvage where nothing is, and makes no folder there', async () => {
    const options = await listRestoreChoices(tools, join(store.folder, 'gone', 'sessions.db'));
    expect(options).toMatchObject({ present: 'missing', choices: [{ kind: 'empty' }] });
    expect(await readdir(store.folder)).not.toContain('gone');
  });

  it.skipIf(process.platform !== 'linux')(
    'does without a flush of folders where the file system has none',
    async () => {
      await expect(syncFolder('/proc')).resolves.toBeUndefined();
    },
  );
});
