import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../src/core/base/ports';
import { Database } from '../../../../src/node/sqlite/database';
import { applicationId, loadMigrations, migrate } from '../../../../src/node/sqlite/migrator';
import { loadSqlite } from '../../../../src/node/sqlite/sqliteBinding';
import { prepareStoreFile } from '../../../../src/node/sqlite/storeFile';
import { FakeClock } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { migrationsDir, openTempStore, tempFolder } from '../../../support/storeFixture';

describe('migrations', () => {
  const clock = new FakeClock();
  let folder: string;
  let migrations: string;
  let database: Database;
  beforeEach(async () => {
    folder = await tempFolder();
    migrations = join(folder, 'migrations');
    await mkdir(migrations);
    const path = await prepareStoreFile(folder, 'sessions.db');
    database = await Database.open(await loadSqlite(), path, silentLogger);
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  const addMigration = (name: string, sql: string) => writeFile(join(migrations, name), sql);
  const run = async () => migrate(database, await loadMigrations(migrations), clock);
  const query = <Row>(sql: string) => rawSql<Row>(database.path, sql);
  const userVersion = async () => (await query<{ user_version: number }>('PRAGMA user_version'))[0]?.user_version;

  it('run in the order of their names, each once', async () => {
    await addMigration('20260102000000_second.sql', 'ALTER TABLE t ADD COLUMN b; INSERT INTO t VALUES (1, 2);');
    await addMigration('20260101000000_first.sql', 'CREATE TABLE t (a);');
    await run();
    await run();
    expect(await query('SELECT * FROM t')).toEqual([{ a: 1, b: 2 }]);
    expect(await query('SELECT version, name, applied_at FROM schema_migrations ORDER BY version')).toEqual([
      { version: '20260101000000', name: 'first', applied_at: clock.time },
      { version: '20260102000000', name: 'second', applied_at: clock.time },
    ]);
    expect(await userVersion()).toBe(2);
    expect(await query('PRAGMA application_id')).toEqual([{ application_id: applicationId }]);
  });

  it('continue a file of an earlier version and keep its data', async () => {
    await addMigration('20260101000000_first.sql', 'CREATE TABLE t (a);');
    await run();
    await query('INSERT INTO t VALUES (7)');
    await addMigration('20260102000000_second.sql', 'ALTER TABLE t ADD COLUMN b;');
    await run();
    expect(await query('SELECT * FROM t')).toEqual([{ a: 7, b: null }]);
    expect(await userVersion()).toBe(2);
  });

  it('change nothing at all when one of their statements fails', async () => {
    await addMigration('20260101000000_first.sql', 'CREATE TABLE t (a);');
    await addMigration('20260102000000_second.sql', 'INSERT INTO t VALUES (1); CREATE TABLE u (a); NONSENSE;');
    await expect(run()).rejects.toMatchObject({ code: 'store/migration-failed', args: { migration: 'second' } });
    expect(await query("SELECT name FROM sqlite_schema WHERE name IN ('t', 'u')")).toEqual([{ name: 't' }]);
    expect(await query('SELECT * FROM t')).toEqual([]);
    expect(await userVersion()).toBe(1);
    await addMigration('20260102000000_second.sql', 'CREATE TABLE u (a);');
    await run();
    expect(await userVersion()).toBe(2);
  });

  it('refuse to go on when one that ran was edited', async () => {
    await addMigration('20260101000000_first.sql', 'CREATE TABLE t (a);');
    await run();
    await addMigration('20260101000000_first.sql', 'CREATE TABLE t (a, b);');
    await addMigration('20260102000000_second.sql', 'CREATE TABLE u (a);');
    await expect(run()).rejects.toMatchObject({ code: 'store/migration-failed', args: { migration: 'first' } });
    expect(await userVersion()).toBe(1);
  });

  it('are the same with other line ends', async () => {
    await addMigration('20260101000000_first.sql', 'CREATE TABLE t (\n  a\n);\n');
    await run();
    await addMigration('20260101000000_first.sql', 'CREATE TABLE t (\r\n  a\r\n);\r\n');
    await expect(run()).resolves.toBeUndefined();
  });

  it('refuse files with other names and folders that are not there', async () => {
    await addMigration('1_first.sql', 'CREATE TABLE t (a);');
    await expect(loadMigrations(migrations)).rejects.toMatchObject({ code: 'store/migration-failed' });
    await expect(loadMigrations(join(folder, 'none'))).rejects.toMatchObject({ code: 'store/migration-failed' });
  });

  it('run once when two connections start on them together', async () => {
    await addMigration('20260101000000_first.sql', 'CREATE TABLE t (a); INSERT INTO t VALUES (1);');
    await addMigration('20260102000000_second.sql', 'INSERT INTO t VALUES (2);');
    const other = await Database.open(await loadSqlite(), database.path, silentLogger);
    const loaded = await loadMigrations(migrations);
    await Promise.all([migrate(database, loaded, clock), migrate(other, loaded, clock)]);
    expect(await query('SELECT a FROM t')).toEqual([{ a: 1 }, { a: 2 }]);
    await other.close();
  });

  it('of the project give exactly the schema on record', async () => {
    const store = await openTempStore();
    const rows = await rawSql<{ sql: string }>(
      store.path,
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name",
    );
    await store.dispose();
    const schema = rows.map((row) => `${row.sql};\n`).join('\n');
    const golden = join(import.meta.dirname, '..', '..', '..', 'golden', 'schema.sql');
    if (process.env['UPDATE_GOLDEN'] === '1') {
      await writeFile(golden, schema);
    }
    expect(schema).toBe(await readFile(golden, 'utf8'));
  });

  it('of the project leave every list to an index', async () => {
    const store = await openTempStore();
    const plan = (sql: string) => rawSql<{ detail: string }>(store.path, `EXPLAIN QUERY PLAN ${sql}`);
    const order = 'ORDER BY updated_at DESC, id DESC LIMIT 10';
    const details = [
      await plan(`SELECT * FROM sessions WHERE state = 'active' ${order}`),
      await plan(`SELECT * FROM sessions WHERE state = 'active' AND directory IS '/a' ${order}`),
      await plan(`SELECT * FROM sessions WHERE state = 'active' AND git_root = '/a' ${order}`),
    ];
    expect(details.map((rows) => rows.map((row) => row.detail.replace(/ \(.*/, '')))).toEqual([
      ['SEARCH sessions USING INDEX sessions_by_time'],
      ['SEARCH sessions USING INDEX sessions_by_directory'],
      ['SEARCH sessions USING INDEX sessions_by_git_root'],
    ]);
    await store.dispose();
  });

  it('of the project can be read from a copy of their folder', async () => {
    for (const { version, name } of await loadMigrations(migrationsDir)) {
      await copyFile(join(migrationsDir, `${version}_${name}.sql`), join(migrations, `${version}_${name}.sql`));
    }
    expect(await loadMigrations(migrations)).toEqual(await loadMigrations(migrationsDir));
  });
});
