import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, readdir, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../../../src/core/base/ports';
import { silentLogger } from '../../../../src/core/base/ports';
import { Database } from '../../../../src/node/sqlite/database';
import { chooseJournalMode } from '../../../../src/node/sqlite/journalMode';
import { openLocalSessionService } from '../../../../src/node/sqlite/openLocalSessionService';
import { loadSqlite } from '../../../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../../../src/node/sqlite/sqliteConnection';
import { prepareStoreFile } from '../../../../src/node/sqlite/storeFile';
import { answer, appendRequest, FakeClock, newSessionId, userMessage } from '../../../support/builders';
import { openTempStore, storeOptions, tempFolder } from '../../../support/storeFixture';

describe('opening the store', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await realpath(await tempFolder());
    path = join(folder, 'sessions.db');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const open = (where = folder) => openLocalSessionService(storeOptions(where, new FakeClock()));

  /** Runs SQL on the file as another program would. */
  async function runSql(sql: string): Promise<void> {
    const connection = await SqliteConnection.open(await loadSqlite(), path, 'readwrite');
    await connection.exec(sql);
    await connection.close();
  }

  async function createFile(content: Uint8Array | string = ''): Promise<void> {
    await writeFile(path, content);
  }

  async function makeStoreWithEvents(): Promise<void> {
    const store = await openTempStore({ folder });
    await store.service.append(appendRequest(newSessionId(), [userMessage(), answer('x'.repeat(60_000))]));
    await store.service.close();
  }

  /** Contents of every file of the database. */
  async function fingerprint(): Promise<Record<string, string>> {
    const names = (await readdir(folder)).filter((name) => !name.endsWith('-shm')).sort();
    const hashes = names.map(async (name) => {
      const content = await readFile(join(folder, name));
      return [name, createHash('sha256').update(content).digest('hex')] as const;
    });
    const entries = await Promise.all(hashes);
    const empty = createHash('sha256').digest('hex');
    // SQLite may leave an empty log beside a file that it only read.
    return Object.fromEntries(entries.filter(([name, hash]) => !(name.endsWith('-wal') && hash === empty)));
  }

  async function expectRefusal(code: string): Promise<void> {
    const before = await fingerprint();
    await expect(open()).rejects.toMatchObject({ name: 'AppError', code });
    expect(await fingerprint()).toEqual(before);
  }

  it('makes missing folders and the file, and finds them again', async () => {
    const deep = join(folder, 'a b', 'ünïcode #?%', 'c');
    const service = await open(deep);
    const id = newSessionId();
    await service.append(appendRequest(id, [userMessage()]));
    await service.close();
    const again = await open(deep);
    expect(await again.get(id)).toMatchObject({ id, messageCount: 1 });
    await again.close();
    expect(await readdir(deep)).toEqual(['sessions.db', 'sessions.mark']);
  });

  it.skipIf(process.platform === 'win32')('leaves the mode of a folder that was there alone', async () => {
    const theirs = join(folder, 'theirs');
    await mkdir(theirs, { mode: 0o750 });
    const before = (await stat(theirs)).mode;
    await (await open(theirs)).close();
    expect((await stat(theirs)).mode).toBe(before);
  });

  it.skipIf(process.platform === 'win32')('reaches the same file through a link', async () => {
    await makeStoreWithEvents();
    const link = join(await tempFolder(), 'link');
    await symlink(folder, link);
    const service = await open(link);
    expect(await service.list({ states: ['active'], limit: 10 })).toHaveLength(1);
    await service.close();
    await rm(join(link, '..'), { recursive: true });
  });

  it('refuses a folder that is a file', async () => {
    await createFile('not a folder');
    await expect(open(path)).rejects.toMatchObject({ code: 'store/cannot-open' });
    await expect(open(join(path, 'below'))).rejects.toMatchObject({ code: 'store/cannot-open' });
    expect(await readFile(path, 'utf8')).toBe('not a folder');
  });

  it('refuses a folder in the place of the file', async () => {
    await mkdir(path);
    await expect(open()).rejects.toMatchObject({ code: 'store/cannot-open', args: { path } });
  });

  it('leaves a file alone that is no database', async () => {
    await createFile('These are my notes. '.repeat(400));
    await expectRefusal('store/not-a-database');
  });

  it('leaves the database of another program alone', async () => {
    await createFile();
    await runSql('CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL)');
    await expectRefusal('store/not-a-database');
  });

  /** Opens the store, which can then be read and not written, and leaves every byte as it was. */
  async function expectOnlyRead(code: string): Promise<void> {
    const before = await fingerprint();
    const service = await open();
    expect(service.health).toMatchObject({ kind: 'readOnly', error: { code, args: { path } } });
    const [session] = await service.list({ states: ['active'], limit: 10 });
    expect((await service.loadPage(session?.id ?? newSessionId(), 10)).events).toHaveLength(2);
    await expect(service.append(appendRequest(newSessionId(), [userMessage()]))).rejects.toMatchObject({ code });
    await expect(service.claim('backup', 0)).rejects.toMatchObject({ code });
    await service.close();
    expect(await fingerprint()).toEqual(before);
  }

  it('only reads a file of a later version', async () => {
    await makeStoreWithEvents();
    await runSql('PRAGMA user_version = 999');
    await expectOnlyRead('store/newer-schema');
  });

  it('only reads a file in which a migration ran that it does not know', async () => {
    await makeStoreWithEvents();
    await runSql("INSERT INTO schema_migrations VALUES ('29991231000000', 'later', 'x', 0)");
    await expectOnlyRead('store/newer-schema');
  });

  it('leaves a file of a later version alone that it cannot read', async () => {
    await makeStoreWithEvents();
    await runSql('PRAGMA user_version = 999; ALTER TABLE session_events RENAME TO later_events');
    await expectRefusal('store/newer-schema');
  });

  it('only reads a file of a later version whose change is still in the log', async () => {
    await makeStoreWithEvents();
    const other = await SqliteConnection.open(await loadSqlite(), path, 'readwrite');
    await other.exec('PRAGMA user_version = 999');
    expect((await stat(`${path}-wal`)).size).toBeGreaterThan(0);
    await expectOnlyRead('store/newer-schema');
    await other.close();
  });

  it('reports a damaged file and keeps its bytes', async () => {
    await makeStoreWithEvents();
    const content = await readFile(path);
    content.fill(0xff, 100, 4096);
    await createFile(content);
    await expectRefusal('store/corrupt');
  });

  it('reports a file whose header is gone and keeps its bytes', async () => {
    await makeStoreWithEvents();
    const content = await readFile(path);
    content.fill(0, 0, 100);
    await createFile(content);
    await expectRefusal('store/not-a-database');
  });

  it.each(['empty', 'missing'])('keeps a log that still holds data when the file is %s', async (state) => {
    const store = await openTempStore({ folder });
    await store.service.append(appendRequest(newSessionId(), [userMessage()]));
    const elsewhere = await tempFolder();
    await copyFile(`${path}-wal`, join(elsewhere, 'sessions.db-wal'));
    await store.service.close();
    await rm(path);
    await copyFile(join(elsewhere, 'sessions.db-wal'), `${path}-wal`);
    await rm(elsewhere, { recursive: true });
    if (state === 'empty') {
      await createFile();
    }
    await expectRefusal('store/missing-data');
  });

  it('says that the file is locked, and works once it is free', { timeout: 40_000 }, async () => {
    await makeStoreWithEvents();
    const service = await open();
    const other = await SqliteConnection.open(await loadSqlite(), path, 'readwrite');
    await other.all('BEGIN IMMEDIATE');
    const id = newSessionId();
    await expect(service.append(appendRequest(id, [userMessage()]))).rejects.toMatchObject({
      code: 'store/locked',
      args: { path },
    });
    expect(await service.get(id)).toBeUndefined();
    expect(await service.list({ states: ['active'], limit: 10 })).toHaveLength(1);
    await other.all('ROLLBACK');
    await service.append(appendRequest(id, [userMessage()]));
    expect(await service.get(id)).toMatchObject({ messageCount: 1 });
    await other.close();
    await service.close();
  });

  it('waits for a lock that is given back soon', async () => {
    await makeStoreWithEvents();
    const service = await open();
    const other = await SqliteConnection.open(await loadSqlite(), path, 'readwrite');
    await other.all('BEGIN IMMEDIATE');
    const appended = service.append(appendRequest(newSessionId(), [userMessage()]));
    setTimeout(() => void other.all('ROLLBACK'), 300);
    await expect(appended).resolves.toMatchObject({ session: { lastSeq: 1 } });
    await other.close();
    await service.close();
  });

  it('finishes what was asked for before it closes, and refuses what comes after', async () => {
    const service = await open();
    const id = newSessionId();
    const appended = service.append(appendRequest(id, [userMessage()]));
    const closed = service.close();
    await expect(service.get(id)).rejects.toMatchObject({ code: 'store/closed' });
    await expect(appended).resolves.toMatchObject({ session: { id } });
    await closed;
    await expect(service.append(appendRequest(id, [userMessage()]))).rejects.toMatchObject({ code: 'store/closed' });
    const again = await open();
    expect(await again.get(id)).toMatchObject({ messageCount: 1 });
    await again.close();
  });

  it('keeps everything in memory when asked to, and writes no file', async () => {
    const before = await readdir(process.cwd());
    const service = await open(':memory:');
    const id = newSessionId();
    const { events } = await service.append(appendRequest(id, [userMessage(), answer()]));
    expect(await service.loadBranch(id)).toEqual(events);
    expect(await service.list({ states: ['active'], limit: 10 })).toHaveLength(1);
    await service.close();
    expect(await readdir(process.cwd())).toEqual(before);
  });
});

describe('loading SQLite', () => {
  it('says that the native module is missing, and tries again the next time', async () => {
    const missing = () => Promise.reject(new Error('Cannot find module vscode-sqlite3.node'));
    await expect(loadSqlite(missing)).rejects.toMatchObject({ code: 'store/native-module' });
    await expect(loadSqlite()).resolves.toHaveProperty('Database');
  });

  it('refuses an affected SQLite before it touches any file', async () => {
    const folder = await tempFolder();
    class OldDatabase {
      constructor(_path: string, _mode: number, opened: (error: null) => void) {
        queueMicrotask(() => opened(null));
      }
      all(_sql: string, _params: unknown, done: (error: null, rows: unknown[]) => void): void {
        done(null, [{ version: '3.39.4' }]);
      }
      close(): void {}
    }
    const importer = () =>
      Promise.resolve({ OPEN_READONLY: 1, OPEN_READWRITE: 2, OPEN_URI: 64, Database: OldDatabase });
    const options = { ...storeOptions(folder, new FakeClock()), importer };
    await expect(openLocalSessionService(options)).rejects.toMatchObject({
      code: 'store/sqlite-too-old',
      args: { version: '3.39.4', lowest: '3.51.3' },
    });
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

describe('Database', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await tempFolder();
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function openDatabase(logger: Logger = silentLogger): Promise<Database> {
    const path = await prepareStoreFile(folder, 'sessions.db');
    return Database.open(await loadSqlite(), path, logger);
  }

  async function readPragma(connection: SqliteConnection, name: string): Promise<unknown> {
    const row = await connection.first<Record<string, unknown>>(`PRAGMA ${name}`);
    return Object.values(row ?? {})[0];
  }

  it('sets the connection that writes up for durable, private data', async () => {
    const database = await openDatabase();
    const expected = {
      busy_timeout: 5000,
      journal_mode: 'wal',
      synchronous: 2,
      foreign_keys: 1,
      secure_delete: 1,
      trusted_schema: 0,
      cell_size_check: 1,
      mmap_size: 0,
      auto_vacuum: 2,
    };
    const found = await database.maintain(async (connection) => {
      const values: Record<string, unknown> = {};
      for (const name of Object.keys(expected)) {
        values[name] = await readPragma(connection, name);
      }
      return values;
    });
    // Where memory mapping is compiled out there is nothing to read.
    expect({ mmap_size: 0, ...found, ...(found['mmap_size'] === undefined ? { mmap_size: 0 } : {}) }).toEqual(expected);
    await database.close();
  });

  it('reads through a connection that cannot write', async () => {
    const database = await openDatabase();
    await expect(database.read((connection) => connection.exec('CREATE TABLE t (x)'))).rejects.toMatchObject({
      code: 'store/read-only',
    });
    expect(await database.read((connection) => readPragma(connection, 'trusted_schema'))).toBe(0);
    await database.close();
  });

  it('undoes a write that fails half-way and goes on with the next', async () => {
    const database = await openDatabase();
    await database.write((connection) => connection.exec('CREATE TABLE t (x)'));
    const failing = database.write(async (connection) => {
      await connection.all('INSERT INTO t VALUES (1)');
      throw new Error('stop');
    });
    const next = database.write((connection) => connection.all('INSERT INTO t VALUES (2)'));
    await expect(failing).rejects.toThrow('stop');
    await next;
    expect(await database.read((connection) => connection.all('SELECT x FROM t'))).toEqual([{ x: 2 }]);
    await database.close();
  });

  it('shows one state to reads that belong together', async () => {
    const database = await openDatabase();
    await database.write((connection) => connection.exec('CREATE TABLE t (x)'));
    const counts = await database.snapshot(async (connection) => {
      const count = async () => (await connection.first<{ n: number }>('SELECT count(*) AS n FROM t'))?.n;
      const before = await count();
      await database.write((writer) => writer.all('INSERT INTO t VALUES (1)'));
      return [before, await count()];
    });
    expect(counts).toEqual([0, 0]);
    expect(await database.read((connection) => connection.all('SELECT x FROM t'))).toEqual([{ x: 1 }]);
    await database.close();
  });

  it('keeps working when more kinds of statements come than it keeps prepared', async () => {
    const database = await openDatabase();
    for (let n = 0; n < 300; n++) {
      expect(await database.read((connection) => connection.first(`SELECT ${n} AS n`))).toEqual({ n });
    }
    await database.close();
  });

  describe.skipIf(process.platform === 'win32')('without shared memory', () => {
    // Dot-file locks come without it, as network file systems do.
    async function openWithout(path: string): Promise<SqliteConnection> {
      const binding = await loadSqlite();
      return SqliteConnection.open(binding, `file:${path}?vfs=unix-dotfile`, 'readwrite', binding.OPEN_URI);
    }

    it('writes a new file with a rollback journal', async () => {
      const connection = await openWithout(await prepareStoreFile(folder, 'sessions.db'));
      expect(await chooseJournalMode(connection)).toBe('delete');
      await connection.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
      expect(await connection.all('SELECT x FROM t')).toEqual([{ x: 1 }]);
      await connection.close();
    });

    it('takes over what an older log holds', async () => {
      const database = await openDatabase();
      await database.write((connection) => connection.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)'));
      const copy = join(folder, 'copy.db');
      await copyFile(database.path, copy);
      await copyFile(`${database.path}-wal`, `${copy}-wal`);
      await database.close();
      const connection = await openWithout(copy);
      expect(await chooseJournalMode(connection)).toBe('delete');
      expect(await connection.all('SELECT x FROM t')).toEqual([{ x: 1 }]);
      await connection.close();
      expect(await readdir(folder)).toEqual(['copy.db', 'sessions.db']);
    });
  });
});
