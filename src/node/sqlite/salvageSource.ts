import { copyFile, open, writeFile } from 'node:fs/promises';
import { AppError, isAppError } from '../../core/base/errors';
import { makeTemporaryBackup, removeTemporaryBackup } from './backupFiles';
import type { SqliteBinding } from './sqliteBinding';
import { SqliteConnection } from './sqliteConnection';
import { toStoreError } from './sqliteErrors';
import { sizeOf } from './storeFile';

/** A damaged database that can be read as far as it goes. */
export interface SalvageSource {
  readonly connection: SqliteConnection;
  close(): Promise<void>;
}

/**
 * Opens a damaged database without changing a byte of it: where it lies, or, where it cannot be read without being
 * written, as a private copy together with its log. Rejects with `store/*` when not even its tables can be found.
 */
export async function openDamaged(binding: SqliteBinding, path: string): Promise<SalvageSource> {
  try {
    const mainSize = await sizeOf(path);
    if (mainSize > 0) {
      return await openInPlace(binding, path);
    }
    if ((await sizeOf(`${path}-wal`)) === 0) {
      throw new AppError('store/missing-data', { args: { path } });
    }
  } catch (error) {
    if (isAppError(error, 'store/corrupt', 'store/not-a-database', 'store/missing-data', 'store/locked')) {
      throw error;
    }
  }
  return openCopy(binding, path);
}

async function openInPlace(binding: SqliteBinding, path: string): Promise<SalvageSource> {
  const connection = await openAndLook(binding, path, 'readonly');
  return { connection, close: () => connection.close() };
}

/** Only where SQLite could not open the file itself: copying it past a connection of this process would drop its locks. */
async function openCopy(binding: SqliteBinding, path: string): Promise<SalvageSource> {
  const copy = await makeTemporaryBackup(path);
  try {
    await copyWithLogs(path, copy);
    const connection = await openAndLook(binding, copy, 'readwrite');
    const close = async (): Promise<void> => {
      await connection.close();
      await removeTemporaryBackup(copy);
    };
    return { connection, close };
  } catch (error) {
    await removeTemporaryBackup(copy);
    throw toStoreError(error, path);
  }
}

async function copyWithLogs(path: string, copy: string): Promise<void> {
  if ((await sizeOf(path)) > 0) {
    await copyFile(path, copy);
  } else {
    // SQLite deletes a log beside an empty file. Beside one page of any content it reads the log, which holds the rest.
    await writeFile(copy, new Uint8Array(await pageSizeOf(`${path}-wal`)));
  }
  for (const suffix of ['-wal', '-journal']) {
    if ((await sizeOf(`${path}${suffix}`)) > 0) {
      await copyFile(`${path}${suffix}`, `${copy}${suffix}`);
    }
  }
}

async function pageSizeOf(logPath: string): Promise<number> {
  const file = await open(logPath, 'r');
  try {
    const { buffer } = await file.read(new Uint8Array(12), 0, 12, 0);
    const size = new DataView(buffer.buffer).getUint32(8);
    return size >= 512 && size <= 65_536 ? size : 4096;
  } finally {
    await file.close();
  }
}

async function openAndLook(
  binding: SqliteBinding,
  path: string,
  mode: 'readonly' | 'readwrite',
): Promise<SqliteConnection> {
  const connection = await SqliteConnection.open(binding, path, mode);
  try {
    await connection.all('PRAGMA trusted_schema = OFF');
    await connection.all('PRAGMA cell_size_check = ON');
    // Not to write a schema: it is also what lets SQLite open a file that is shorter than its header says.
    await connection.all('PRAGMA writable_schema = ON');
    // Not the whole schema: a part of it may be gone, and with it only the tables that it names.
    if ((await connection.first("SELECT name FROM pragma_table_info('session_events')")) === undefined) {
      throw new AppError('store/corrupt', { args: { path } });
    }
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
