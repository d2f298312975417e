import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, inject } from 'vitest';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { rawSql } from '../support/rawSql';
import { RealWindow } from '../support/realWindow';
import { migrationsDir } from '../support/storeFixture';
import { startStoreProcess } from '../support/storeProcess';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { expectSound, sessionOf, storedIds } from './support/soundStore';
import { startWindow } from './support/storeWindow';
import { injecting, oneWorker, type Injection } from './support/strace';
import { makeOldStore, olderMigrations, schemaOf } from './support/versions';

const cleanup = useCleanup();
const needs = ['linux', 'strace'] as const;

describe('an update of the schema', () => {
  let original: string;
  let ids: readonly string[];
  let oldSchema: number;
  beforeEach(async () => {
    original = await cleanup.folder();
    const older = await olderMigrations(join(await cleanup.folder(), 'migrations'), 1);
    ids = await makeOldStore(original, older, 40);
    oldSchema = await schemaOf(original);
  });

  async function copyOfOriginal(): Promise<string> {
    const folder = join(await cleanup.folder(), 'store');
    await cp(original, folder, { recursive: true });
    return folder;
  }

  /** Opens a copy while the system interferes; false when nothing of it was felt. */
  async function openUnder(folder: string, injection: Omit<Injection, 'paths'>): Promise<boolean> {
    const paths = ['', '-wal', '-shm', '-journal'].map((suffix) => join(folder, storeFileName + suffix));
    const under = injecting({ ...injection, paths });
    const { done } = startStoreProcess(
      inject('storeProgram'),
      folder,
      { kind: 'open' },
      { under, env: oneWorker, quiet: true },
    );
    return (await done) !== 0;
  }

  /** The file is of the old schema or of the new one, with everything in it, and the next start brings it to the new one. */
  async function expectOldOrNew(folder: string): Promise<number> {
    const schema = await schemaOf(folder);
    expect([oldSchema, oldSchema + 1]).toContain(schema);
    const applied = await rawSql<{ n: number }>(
      join(folder, storeFileName),
      'SELECT count(*) AS n FROM schema_migrations',
    );
    expect(applied).toEqual([{ n: schema }]);
    expect(await storedIds(folder)).toEqual(new Set(ids));
    await expectUpdates(folder);
    return schema;
  }

  async function expectUpdates(folder: string): Promise<void> {
    const window = new RealWindow(folder, migrationsDir);
    try {
      const events = await (await window.service).loadBranch(sessionOf('old'));
      expect(events.map(({ id }) => id)).toEqual(ids);
    } finally {
      await window.close();
    }
    expect(await schemaOf(folder)).toBe(oldSchema + 1);
    await expectSound(folder);
  }

  const last = byLength({ short: 3, long: 60 });
  const points = Array.from({ length: last }, (_, index) => byLength({ short: 1 + index * 9, long: 1 + index }));

  for (const call of ['pwrite64', 'fsync,fdatasync']) {
    faultTest(
      `that is killed at any call leaves the old schema or the new one: ${call}`,
      { needs, timeout: 600_000 },
      async () => {
        const found: number[] = [];
        for (const n of points) {
          const folder = await copyOfOriginal();
          if (await openUnder(folder, { call, what: 'signal=KILL', when: String(n) })) {
            found.push(await expectOldOrNew(folder));
          }
        }
        expect(found).toContain(oldSchema);
      },
    );
  }

  for (const error of ['ENOSPC', 'EIO'] as const) {
    faultTest(
      `that fails at any write (${error}) leaves the old schema or the new one`,
      { needs, timeout: 600_000 },
      async () => {
        const found: number[] = [];
        for (const n of points) {
          const folder = await copyOfOriginal();
          if (await openUnder(folder, { call: 'pwrite64', what: `error=${error}`, when: `${n}+` })) {
            found.push(await expectOldOrNew(folder));
          }
        }
        expect(found).toContain(oldSchema);
      },
    );
  }

  faultTest('copies the file first, and is not begun where that fails', {}, async () => {
    const folder = await copyOfOriginal();
    // Nothing can be put into a folder that is a file.
    await writeFile(join(folder, 'backups'), '');
    const window = await startWindow(cleanup, folder);
    await expect(window.window.open()).rejects.toMatchObject({ code: 'store/backup-failed' });
    await window.close();
    expect(await storedIds(folder)).toEqual(new Set(ids));
    expect(await schemaOf(folder)).toBe(oldSchema);

    const free = await copyOfOriginal();
    await expectUpdates(free);
    const copies = new RealWindow(free, migrationsDir);
    const backups = await (await copies.service).listBackups();
    await copies.close();
    expect(backups).toMatchObject([{ kind: 'migration', sessions: 1, written: ids.length }]);
    const [copy] = backups;
    expect(await rawSql(copy?.path ?? '', 'PRAGMA user_version')).toEqual([{ user_version: oldSchema }]);
  });
});
