import { readdir, readFile, rm, stat, statfs, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import { createBackup } from '../../../../src/node/sqlite/backups';
import { readMark } from '../../../../src/node/sqlite/highWaterMark';
import { listQuarantined } from '../../../../src/node/sqlite/quarantine';
import { listRestoreChoices, type RestoreOptions } from '../../../../src/node/sqlite/restoreChoices';
import { restoreStore } from '../../../../src/node/sqlite/restoreStore';
import type { SalvageTools } from '../../../../src/node/sqlite/salvage';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';
import { addSession, backupTools, overwrite, smallDisk, zeroPage } from './backupFixture';

describe('restoring', () => {
  let store: TempStore;
  let tools: SalvageTools;
  let first: SessionId;
  beforeEach(async () => {
    store = await openTempStore();
    tools = await backupTools(store.clock);
    first = await addSession(store.service, 'First', 20, 'x'.repeat(500));
  });
  afterEach(() => store.dispose());

  /** A backup, and then another session of two messages. */
  async function backUpAndGoOn(): Promise<string> {
    const { path } = await createBackup(tools, store.path, 'daily');
    store.clock.advance(3_600_000);
    await addSession(store.service, 'Second', 1);
    return path;
  }

  const choices = async (): Promise<RestoreOptions> => listRestoreChoices(tools, store.path);
  const titles = async (): Promise<readonly string[]> =>
    (await store.service.list({ states: ['active'], limit: 100 })).map(({ title }) => title).sort();
  const temporaryFiles = async (): Promise<readonly string[]> =>
    (await readdir(join(store.folder, 'backups'))).filter((name) => name.startsWith('.backup-'));

  it('offers the backups of a sound file, each with what would be missing, and to start empty', async () => {
    const path = await backUpAndGoOn();
    expect(await choices()).toMatchObject({
      present: 'sound',
      choices: [
        { kind: 'backup', backup: { path }, sessions: 1, messages: 40, missing: 2 },
        { kind: 'empty', sessions: 0, missing: 42 },
      ],
    });
  });

  it('puts a backup in the place of a sound file, which is kept', async () => {
    const path = await backUpAndGoOn();
    await store.service.close();
    const before = await readFile(store.path);
    const { quarantine } = await restoreStore(tools, store.path, (await choices()).choices[0] ?? '');
    expect((await readFile(join(quarantine ?? '', 'sessions.db'))).equals(before)).toBe(true);
    expect(await listQuarantined(store.path)).toHaveLength(1);
    expect((await stat(store.path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path)).length).toBeGreaterThan(0);
    await store.reopen();
    expect(await titles()).toEqual(['First']);
    expect(await store.service.loadBranch(first)).toHaveLength(40);
    expect(await store.service.missingEvents()).toBe(0);
    expect(await temporaryFiles()).toEqual([]);
  });

  it('begins a generation of its own, so that nothing that was written later counts as missing', async () => {
    await backUpAndGoOn();
    const before = await readMark(store.path);
    await store.service.close();
    await restoreStore(tools, store.path, (await choices()).choices[0] ?? '');
    const [state] = await rawSql<{ generation: string; written: number }>(
      store.path,
      'SELECT generation, written FROM store_state',
    );
    expect(state?.generation).not.toBe(before?.generation);
    expect(await readMark(store.path)).toEqual({ generation: state?.generation, written: 40, missing: 0 });
  });

  it('says of a damaged file what each choice would lose, and puts what was salvaged in its place', async () => {
    await backUpAndGoOn();
    await store.service.close();
    const pages = await rawSql<{ pageno: number }>(
      store.path,
      "SELECT pageno FROM dbstat WHERE name = 'session_events' AND pagetype = 'leaf' ORDER BY pageno",
    );
    await zeroPage(store.path, pages[3]?.pageno ?? 0);
    const options = await choices();
    expect(options).toMatchObject({
      present: 'damaged',
      choices: [
        { kind: 'backup', missing: 2 },
        { kind: 'salvage', sessions: 2, messages: 42, missing: 0, salvaged: { lost: 0 } },
        { kind: 'empty', missing: 42 },
      ],
    });
    await restoreStore(tools, store.path, options.choices[1] ?? '', new Error('damaged'));
    await options.dispose();
    await store.reopen();
    expect(await titles()).toEqual(['First', 'Second']);
    expect(await store.service.check()).toMatchObject({ problems: [], altered: [], incomplete: [], missingEvents: 0 });
    expect(await temporaryFiles()).toEqual([]);
  });

  it('counts as missing what came after the newest backup where no row of the file can be read', async () => {
    await backUpAndGoOn();
    await store.service.close();
    const pages = await rawSql<{ pageno: number }>(
      store.path,
      "SELECT pageno FROM dbstat WHERE name IN ('sessions', 'session_events')",
    );
    for (const { pageno } of pages) {
      await zeroPage(store.path, pageno);
    }
    const options = await choices();
    expect(options.choices).toMatchObject([
      { kind: 'backup', missing: 2 },
      { kind: 'salvage', messages: 40, missing: 2 },
      { kind: 'empty' },
    ]);
    await options.dispose();
  });

  it('reads a damaged file again when another window wrote to it after the choice was shown', async () => {
    await store.service.close();
    const pages = await rawSql<{ pageno: number }>(
      store.path,
      "SELECT pageno FROM dbstat WHERE name = 'session_events' AND pagetype = 'leaf' ORDER BY pageno",
    );
    await zeroPage(store.path, pages[3]?.pageno ?? 0);
    const options = await choices();
    await store.reopen();
    await addSession(store.service, 'Meanwhile');
    await store.service.close();
    const salvaged = options.choices.find(({ kind }) => kind === 'salvage');
    await restoreStore(tools, store.path, salvaged ?? '');
    await store.reopen();
    expect(await titles()).toEqual(['First', 'Meanwhile']);
    expect(await temporaryFiles()).toEqual([]);
  });

  it('has only the backups for a file whose header is gone, with what the mark knows to be missing', async () => {
    await backUpAndGoOn();
    await store.service.close();
    await overwrite(store.path, 0, new Uint8Array(100));
    const options = await choices();
    expect(options).toMatchObject({
      present: 'unreadable',
      choices: [
        { kind: 'backup', missing: 2 },
        { kind: 'empty', missing: 42 },
      ],
    });
    await restoreStore(tools, store.path, options.choices[0] ?? '');
    await store.reopen();
    expect(await titles()).toEqual(['First']);
  });

  it('has the backups for a file that is empty or gone, too', async () => {
    await backUpAndGoOn();
    await store.service.close();
    await truncate(store.path, 0);
    expect(await choices()).toMatchObject({ present: 'missing', choices: [{ kind: 'backup', missing: 2 }, {}] });
    await rm(store.path);
    expect(await choices()).toMatchObject({ present: 'missing', choices: [{ kind: 'backup', missing: 2 }, {}] });
    await restoreStore(tools, store.path, (await choices()).choices[0] ?? '');
    await store.reopen();
    expect(await titles()).toEqual(['First']);
  });

  it('offers to bring back from a backup what is missing from a file that SQLite finds nothing wrong with', async () => {
    await createBackup(tools, store.path, 'daily');
    const written = 40;
    await store.service.close();
    await rawSql(store.path, 'DELETE FROM session_events WHERE seq > 30');
    await rawSql(store.path, `UPDATE store_state SET written = ${written - 10}`);
    expect(await choices()).toMatchObject({
      present: 'sound',
      choices: [
        { kind: 'backup', missing: 0 },
        { kind: 'salvage', missing: 0, salvaged: { events: 40, fromBackup: 10 } },
        { kind: 'empty' },
      ],
    });
  });

  it('leaves out a backup that went bad', async () => {
    await zeroPage(await backUpAndGoOn(), 8);
    expect((await choices()).choices.map(({ kind }) => kind)).toEqual(['empty']);
  });

  it('starts empty and keeps the files, when nothing else is left', async () => {
    await zeroPage(await backUpAndGoOn(), 8);
    await store.service.close();
    await overwrite(store.path, 0, new Uint8Array(100));
    const before = await readFile(store.path);
    const options = await choices();
    const { quarantine } = await restoreStore(tools, store.path, options.choices.at(-1) ?? '', 'header gone');
    expect((await readFile(join(quarantine ?? '', 'sessions.db'))).equals(before)).toBe(true);
    await store.reopen();
    expect(await titles()).toEqual([]);
    expect(await store.service.missingEvents()).toBe(0);
  });

  it('takes any sound database of ours by its path, its log included', async () => {
    const other = await openTempStore();
    await addSession(other.service, 'Elsewhere');
    await store.service.close();
    await restoreStore(tools, store.path, other.path);
    await store.reopen();
    expect(await titles()).toEqual(['Elsewhere']);
    await other.dispose();
  });

  it('leaves everything as it was when a choice cannot be read', async () => {
    const path = await backUpAndGoOn();
    await store.service.close();
    const before = await readFile(store.path);
    const notOurs = join(store.folder, 'other.db');
    await writeFile(notOurs, 'no database');
    await zeroPage(path, 8);
    await expect(restoreStore(tools, store.path, notOurs)).rejects.toMatchObject({ code: 'store/not-a-database' });
    await expect(restoreStore(tools, store.path, path)).rejects.toMatchObject({ name: 'AppError' });
    await expect(restoreStore(tools, store.path, join(store.folder, 'none.db'))).rejects.toMatchObject({
      code: 'store/no-backup',
    });
    expect((await readFile(store.path)).equals(before)).toBe(true);
    expect(await listQuarantined(store.path)).toEqual([]);
    expect(await temporaryFiles()).toEqual([]);
  });

  it('leaves everything as it was when the file cannot be set aside', async () => {
    const path = await backUpAndGoOn();
    await store.service.close();
    const before = await readFile(store.path);
    const mark = await readMark(store.path);
    await writeFile(join(dirname(store.path), 'quarantine'), 'a file where the folder should be');
    await expect(restoreStore(tools, store.path, path)).rejects.toMatchObject({ name: 'AppError' });
    expect((await readFile(store.path)).equals(before)).toBe(true);
    expect(await readMark(store.path)).toEqual(mark);
  });

  it('leaves everything as it was when the disk is full', async (context) => {
    const disk = join(store.folder, 'disk');
    const mounted = await smallDisk(disk, 8);
    context.skip(mounted === undefined, 'this process may not mount a small disk');
    const full = await openTempStore({ folder: disk });
    await addSession(full.service, 'Large', 8, 'x'.repeat(150_000));
    const { path } = await createBackup(tools, full.path, 'daily');
    await addSession(full.service, 'Later');
    await full.service.close();
    const before = await readFile(full.path);
    const { bavail, bsize } = await statfs(disk);
    await writeFile(join(disk, 'filler'), new Uint8Array(bavail * bsize - 500_000));
    try {
      await expect(restoreStore(tools, full.path, path)).rejects.toMatchObject({ code: 'store/full' });
      expect((await readFile(full.path)).equals(before)).toBe(true);
      expect(await listQuarantined(full.path)).toEqual([]);
      expect(await readdir(join(disk, 'backups'))).toHaveLength(1);
    } finally {
      mounted?.unmount();
    }
  });

  it('keeps other windows from writing to the file that was set aside', async () => {
    const path = await backUpAndGoOn();
    const other = await store.openAnother();
    await store.service.close();
    await restoreStore(tools, store.path, path);
    await expect(addSession(other, 'Into the void')).rejects.toMatchObject({ code: 'store/replaced' });
    await store.reopen();
    expect(await titles()).toEqual(['First']);
    expect(await store.service.missingEvents()).toBe(0);
  });

  it('offers nothing over a file of a newer version', async () => {
    await store.service.close();
    await rawSql(store.path, 'PRAGMA user_version = 999');
    await expect(choices()).rejects.toMatchObject({ code: 'store/newer-schema' });
  });
});
