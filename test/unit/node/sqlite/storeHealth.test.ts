import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/base/errors';
import { silentLogger } from '../../../../src/core/base/ports';
import type { StoreHealth } from '../../../../src/core/session/storeHealth';
import { Database } from '../../../../src/node/sqlite/database';
import { loadSqlite } from '../../../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../../../src/node/sqlite/sqliteConnection';
import { prepareStoreFile } from '../../../../src/node/sqlite/storeFile';
import { mountDisk, named, noMounts, type MountedDisk } from '../../../support/hostConditions';
import { tempFolder } from '../../../support/storeFixture';

const probeMs = 30;
const insert = (bytes: number) => (connection: SqliteConnection) =>
  connection.all('INSERT INTO t VALUES (zeroblob(?))', [bytes]);

async function openTable(folder: string): Promise<{ database: Database; seen: StoreHealth[] }> {
  const path = await prepareStoreFile(folder, 'sessions.db');
  const database = await Database.open(await loadSqlite(), path, silentLogger, { probeMs });
  await database.write((connection) => connection.exec('CREATE TABLE t (x UNIQUE)'));
  const seen: StoreHealth[] = [];
  database.onDidChangeHealth((health) => seen.push(health));
  return { database, seen };
}

const kindsOf = (seen: readonly StoreHealth[]): readonly string[] =>
  seen.map((health) => (health.kind === 'ok' ? 'ok' : `${health.kind} ${health.error.code}`));

async function countOf(database: Database): Promise<number | undefined> {
  return (await database.read((connection) => connection.first<{ n: number }>('SELECT count(*) AS n FROM t')))?.n;
}

describe.skipIf(noMounts !== undefined)(named('on a disk that fills up', noMounts), () => {
  let disk: MountedDisk;
  beforeEach(() => {
    disk = mountDisk(4);
  });
  afterEach(() => disk.dispose());

  it('tells once that it is full, keeps what there is, and goes on by itself when there is room again', async () => {
    const { database, seen } = await openTable(disk.folder);
    await database.write(insert(1000));
    disk.fill();
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(database.write(insert(300_000 + attempt))).rejects.toMatchObject({ code: 'store/full' });
    }
    expect(database.health).toMatchObject({ kind: 'trouble', error: { code: 'store/full' } });
    expect(await countOf(database)).toBe(1);
    expect(kindsOf(seen)).toEqual(['trouble store/full']);
    disk.free();
    await expect.poll(() => database.health.kind).toBe('ok');
    await database.write(insert(300_000));
    expect(await countOf(database)).toBe(2);
    expect(kindsOf(seen)).toEqual(['trouble store/full', 'ok']);
    await database.close();
  });

  it('cannot delete either while it is full, and says so', async () => {
    const { database } = await openTable(disk.folder);
    await database.write(insert(500_000));
    disk.fill();
    const remove = () => database.write((connection) => connection.all('DELETE FROM t'));
    await expect(remove()).rejects.toMatchObject({ code: 'store/full' });
    expect(await countOf(database)).toBe(1);
    disk.free();
    await remove();
    expect(await countOf(database)).toBe(0);
    await database.close();
  });

  it('does not take a few free bytes for room', async () => {
    const { database, seen } = await openTable(disk.folder);
    disk.fill();
    await expect(database.write(insert(300_000))).rejects.toMatchObject({ code: 'store/full' });
    const probed = new Promise((resolve) => setTimeout(resolve, probeMs * 5));
    await probed;
    expect(kindsOf(seen)).toEqual(['trouble store/full']);
    await database.close();
  });
});

describe('how a store stands', () => {
  let folder: string;
  let database: Database;
  let seen: StoreHealth[];
  beforeEach(async () => {
    folder = await tempFolder();
    ({ database, seen } = await openTable(folder));
  });
  afterEach(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is not changed by what says nothing of the disk', async () => {
    await database.write(insert(1));
    await expect(database.write(insert(1))).rejects.toMatchObject({ code: 'internal' });
    const refused = database.write(() => Promise.reject(new AppError('session/head-moved')));
    await expect(refused).rejects.toMatchObject({ code: 'session/head-moved' });
    expect(seen).toEqual([]);
  });

  it('is trouble while another program keeps it locked, and fine as soon as that lets go', async () => {
    const other = await SqliteConnection.open(await loadSqlite(), database.path, 'readwrite');
    await other.all('BEGIN EXCLUSIVE');
    await expect(database.write(insert(1))).rejects.toMatchObject({ code: 'store/locked' });
    expect(kindsOf(seen)).toEqual(['trouble store/locked']);
    expect(await countOf(database)).toBe(0);
    await other.all('ROLLBACK');
    await expect.poll(() => database.health.kind, { timeout: 10_000 }).toBe('ok');
    await other.close();
  });

  it('is not noticed when a lock is given back within three seconds', async () => {
    const other = await SqliteConnection.open(await loadSqlite(), database.path, 'readwrite');
    await other.all('BEGIN EXCLUSIVE');
    const written = database.write(insert(1));
    setTimeout(() => void other.all('ROLLBACK'), 3000);
    await written;
    expect(seen).toEqual([]);
    await other.close();
  });

  it('is broken from the first access on that finds the file damaged, and nothing more is written', async () => {
    await expect(database.read(() => Promise.reject(new AppError('store/corrupt')))).rejects.toThrow();
    expect(kindsOf(seen)).toEqual(['broken store/corrupt']);
    let ran = false;
    const writing = database.write(() => {
      ran = true;
      return Promise.resolve();
    });
    await expect(writing).rejects.toMatchObject({ code: 'store/corrupt' });
    expect(ran).toBe(false);
  });

  it('is read-only once another version has changed the schema', async () => {
    database.guardWrites(() => Promise.reject(new AppError('store/newer-schema')));
    await expect(database.write(insert(1))).rejects.toMatchObject({ code: 'store/newer-schema' });
    expect(kindsOf(seen)).toEqual(['readOnly store/newer-schema']);
    expect(await countOf(database)).toBe(0);
  });
});
