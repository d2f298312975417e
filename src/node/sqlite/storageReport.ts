import { toSessionId, type SessionId } from '../../core/session/session';
import type { StorageReport, StoreDescription } from '../../core/session/sessionService';
import { memoryPath, type Database } from './database';
import * as queries from './recordQueries';
import { selectStoreDescription } from './sessionQueries';
import type { SqliteConnection } from './sqliteConnection';
import { toStoreError } from './sqliteErrors';
import { sizeOf } from './storeFile';

const logSuffixes = ['-wal', '-shm', '-journal'];

/** What the files of the store take, as the file system has it. */
export async function reportStorage(database: Database): Promise<StorageReport> {
  const { path } = database;
  const { pageSize, pages, freePages } = await database.read(async (connection) => {
    const found = await connection.first<{ pageSize: number; pages: number; freePages: number }>(queries.selectPages);
    return found ?? { pageSize: 0, pages: 0, freePages: 0 };
  });
  const freeBytes = freePages * pageSize;
  if (path === memoryPath) {
    return { path, databaseBytes: pages * pageSize, logBytes: 0, freeBytes };
  }
  try {
    const [databaseBytes = 0, ...logs] = await Promise.all(
      ['', ...logSuffixes].map((suffix) => sizeOf(`${path}${suffix}`)),
    );
    return { path, databaseBytes, logBytes: logs.reduce((sum, bytes) => sum + bytes, 0), freeBytes };
  } catch (error) {
    throw toStoreError(error, path);
  }
}

/** See `SessionService.describe`. */
export async function describeStore(database: Database): Promise<StoreDescription> {
  const row = await database.read((connection) =>
    connection.first<{ version: string; schema: number }>(selectStoreDescription),
  );
  return {
    path: database.path,
    journalMode: database.journalMode,
    sqliteVersion: row?.version ?? '',
    schemaVersion: row?.schema ?? 0,
  };
}

/** Bytes of the event data of sessions, of all where no ids are given. Unknown ids are left out. */
export async function readSizes(
  connection: SqliteConnection,
  ids: readonly SessionId[] | undefined,
): Promise<ReadonlyMap<SessionId, number>> {
  const rows =
    ids === undefined
      ? await connection.all<{ id: string; bytes: number }>(queries.selectSizes)
      : await connection.all<{ id: string; bytes: number }>(queries.selectSizesOf, [JSON.stringify(ids)]);
  return new Map(rows.map(({ id, bytes }) => [toSessionId(id), bytes]));
}
