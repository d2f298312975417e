import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import { withBackupLock } from '../../../../src/node/sqlite/backupLock';
import { createBackup } from '../../../../src/node/sqlite/backups';
import type { SalvageTools } from '../../../../src/node/sqlite/salvage';
import { noteDeleted, scrubBackups } from '../../../../src/node/sqlite/scrubBackups';
import { SqliteConnection } from '../../../../src/node/sqlite/sqliteConnection';
import { openTempStore, type TempStore } from '../../../support/storeFixture';
import { addSession, backupTools, filesWith } from './backupFixture';

const canary = 'canary-51e7aa';
const run = promisify(execFile);

describe('deleted text in backups', () => {
  let store: TempStore;
  let tools: SalvageTools;
  let folder: string;
  let secret: SessionId;
  beforeEach(async () => {
    store = await openTempStore();
    tools = await backupTools(store.clock);
    folder = join(store.folder, 'backups');
    secret = await addSession(store.service, canary, 2, canary);
    await createBackup(tools, store.path, 'daily');
  });
  afterEach(() => store.dispose());

  it('goes although a process that was killed left an empty file under the name of a backup', async () => {
    await writeFile(join(folder, 'sessions-20291120T090000000-daily.db'), '');
    await store.service.deleteForever([secret]);
    expect(await filesWith(store.folder, canary)).toEqual([]);
    await expect(scrubBackups(tools, store.path)).resolves.toBeUndefined();
  });

  it('goes from all others where one cannot be cleaned, and that is told', async () => {
    const odd = await SqliteConnection.open(
      tools.binding,
      join(folder, 'sessions-20291120T090000000-daily.db'),
      'readwrite',
    ).catch(() => undefined);
    expect(odd).toBeUndefined();
    await writeFile(join(folder, 'sessions-20291120T090000000-daily.db'), '');
    const foreign = await SqliteConnection.open(
      tools.binding,
      join(folder, 'sessions-20291120T090000000-daily.db'),
      'readwrite',
    );
    await foreign.exec('CREATE TABLE sessions (name TEXT)');
    await foreign.close();
    await noteDeleted(store.path, [secret]);
    await store.service.deleteForever([secret]);
    expect(await filesWith(store.folder, canary)).toEqual([]);
    await expect(scrubBackups(tools, store.path)).rejects.toMatchObject({ name: 'AppError' });
  });

  it.skipIf(process.platform === 'win32')(
    'is locked by one window, also when the same one asks once more',
    async () => {
      const path = join(folder, '.lock');
      const program = `const { Database, OPEN_READWRITE } = require('@vscode/sqlite3');
      const database = new Database(${JSON.stringify(path)}, OPEN_READWRITE, () =>
        database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE', (error) => console.log(error?.code ?? 'free')));`;
      const order: string[] = [];
      let second: Promise<unknown> = Promise.resolve();
      await withBackupLock(tools, folder, async () => {
        second = withBackupLock(tools, folder, () => Promise.resolve(order.push('second')));
        const { stdout } = await run(process.execPath, ['-e', program]);
        expect(stdout.trim()).toBe('SQLITE_BUSY');
        order.push('first');
      });
      await second;
      expect(order).toEqual(['first', 'second']);
    },
  );
});
