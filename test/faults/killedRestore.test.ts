import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, inject } from 'vitest';
import { isAppError } from '../../src/core/base/errors';
import { silentLogger } from '../../src/core/base/ports';
import { loadMigrations } from '../../src/node/sqlite/migrator';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { listRestoreChoices } from '../../src/node/sqlite/restoreChoices';
import { restoreStore } from '../../src/node/sqlite/restoreStore';
import type { SalvageTools } from '../../src/node/sqlite/salvage';
import { loadSqlite } from '../../src/node/sqlite/sqliteBinding';
import { appendRequest, newSession, newSessionId, userMessage } from '../support/builders';
import { rawSql } from '../support/rawSql';
import { RealWindow } from '../support/realWindow';
import { migrationsDir } from '../support/storeFixture';
import { startStoreProcess } from '../support/storeProcess';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { expectSound } from './support/soundStore';
import { injecting, oneWorker } from './support/strace';

const cleanup = useCleanup();
const needs = ['linux', 'strace'] as const;
const backupName = 'sessions-20260101T000000000-manual.db';

/** What the next opening finds. */
type Found = 'old' | 'chosen' | 'said';

describe('a restore', () => {
  let original: string;
  beforeEach(async () => {
    original = await cleanup.folder();
    const window = new RealWindow(original, migrationsDir);
    const service = await window.service;
    const add = (title: string): Promise<unknown> =>
      service.append(appendRequest(newSessionId(), [userMessage()], null, { create: newSession({ title }) }));
    await add('First');
    const { path } = await service.backUp('manual');
    await cp(path, join(original, 'backups', backupName));
    await add('Second');
    await window.close();
  });

  async function copyOfOriginal(): Promise<string> {
    const folder = join(await cleanup.folder(), 'store');
    await cp(original, folder, { recursive: true });
    return folder;
  }

  const titlesIn = async (path: string): Promise<string> =>
    (await rawSql<{ title: string }>(path, 'SELECT title FROM sessions ORDER BY title'))
      .map(({ title }) => title)
      .join();

  async function open(folder: string, chosen: string): Promise<Found> {
    const window = new RealWindow(folder, migrationsDir);
    try {
      const sessions = await (await window.service).list({ states: ['active'], limit: 10 });
      const titles = sessions
        .map(({ title }) => title)
        .sort()
        .join();
      expect(await (await window.service).missingEvents()).toBe(0);
      expect(['First,Second', chosen]).toContain(titles);
      return titles === chosen ? 'chosen' : 'old';
    } catch (error) {
      expect(isAppError(error, 'store/missing-data'), String(error)).toBe(true);
      return 'said';
    } finally {
      await window.close();
    }
  }

  /** The former sessions are in their place or set aside, whole. */
  async function expectKept(folder: string, found: Found): Promise<void> {
    const aside = join(folder, 'quarantine');
    const folders = await readdir(aside).catch(() => []);
    const kept = await Promise.all(
      folders.map((name) => titlesIn(join(aside, name, storeFileName)).catch(() => 'not there')),
    );
    expect(found === 'old' || kept.includes('First,Second'), `${found}: ${kept.join(' ')}`).toBe(true);
  }

  /** Where nothing is in the place the choices are still there, and one of them helps. */
  async function expectRestorable(folder: string): Promise<void> {
    const tools: SalvageTools = {
      ...{ binding: await loadSqlite(), migrations: await loadMigrations(migrationsDir), logger: silentLogger },
      clock: { now: () => Date.now() },
    };
    const path = join(folder, storeFileName);
    const options = await listRestoreChoices(tools, path);
    expect(options.choices.map(({ kind }) => kind)).toEqual(['backup', 'backup', 'empty']);
    await restoreStore(tools, path, options.choices[0] ?? '');
    expect(await open(folder, 'First')).toBe('chosen');
  }

  const last = byLength({ short: 3, long: 45 });
  const points = Array.from({ length: last }, (_, index) => byLength({ short: 1 + index * 6, long: 1 + index }));

  for (const call of ['rename,link,unlink', 'fsync,fdatasync', 'openat', 'write,pwrite64,ftruncate']) {
    for (const chosen of ['First', '']) {
      faultTest(
        `that is killed at any call leaves the old sessions, the chosen ones, or both set aside and said: ${call}, ${chosen === '' ? 'empty' : 'a backup'}`,
        { needs, timeout: 600_000 },
        async () => {
          const found: Found[] = [];
          for (const n of points) {
            const folder = await copyOfOriginal();
            const backup = join(folder, 'backups', backupName);
            // Only the calls in the folder count: the program opens hundreds of files before.
            const paths = ['', 'backups', 'quarantine', storeFileName, 'sessions.mark', `backups/${backupName}`];
            const under = injecting({
              ...{ call, what: 'signal=KILL', when: String(n) },
              ...(call.startsWith('openat') ? { paths: paths.map((name) => join(folder, name)) } : {}),
            });
            const task = chosen === '' ? { kind: 'restore' as const } : { kind: 'restore' as const, backup };
            const { done } = startStoreProcess(inject('storeProgram'), folder, task, {
              under,
              env: oneWorker,
              quiet: true,
            });
            const wasKilled = (await done) !== 0;
            const outcome = await open(folder, chosen);
            found.push(outcome);
            await expectKept(folder, outcome);
            await (outcome === 'said' ? expectRestorable(folder) : expectSound(folder));
            expect(wasKilled || outcome === 'chosen').toBe(true);
            if (!wasKilled) {
              // It has no more calls of this kind.
              break;
            }
          }
          expect(found).toContain('old');
        },
      );
    }
  }
});
