import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/base/errors';
import { findBackupFiles } from './backupFiles';
import { reserveName } from './durableFiles';
import { readMark } from './highWaterMark';
import { listQuarantined } from './quarantine';
import { toStoreError } from './sqliteErrors';

/** Whether anything says that a database is or was there. Where that cannot be told it is; makes nothing. */
export async function isStoreAt(path: string): Promise<boolean> {
  try {
    const sizes = await Promise.all([path, `${path}-wal`].map(sizeOf));
    return sizes.some((size) => size > 0) || (await readMark(path)) !== undefined || (await hasTraces(path));
  } catch {
    return true;
  }
}

/**
 * Gets a database file ready for SQLite without ever touching what is in one. Creates missing folders (0700) and a
 * missing file (0600, so that WAL and shared memory inherit it). Returns the real path of the file.
 *
 * Rejects with `store/missing-data` when the file is empty or gone though something was stored in it. A log beside it
 * that is not empty says so: SQLite would drop it, and with it everything that was not yet copied into the file. And
 * the mark says so, without which a lost file would look like a first start; where there is no mark, backups of it and
 * files of it that were set aside do.
 */
export async function prepareStoreFile(folder: string, name: string): Promise<string> {
  const wanted = join(folder, name);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Resolved once: two spellings of one path would give SQLite two logs.
    const path = join(await realpath(folder), name);
    await refuseLostData(path);
    await reserveName(path);
    return path;
  } catch (error) {
    throw toStoreError(error, wanted);
  }
}

async function refuseLostData(path: string): Promise<void> {
  // The file is looked at last: whoever creates the database right now writes the file before the log and the mark.
  const logSize = await sizeOf(`${path}-wal`);
  const mark = await readMark(path);
  const mainSize = await sizeOf(path);
  if (
    mainSize === 0 &&
    (logSize > 0 || (mark === undefined ? await hasTraces(path) : mark.written + mark.missing > 0))
  ) {
    throw new AppError('store/missing-data', { args: { path, folder: dirname(path) } });
  }
}

async function hasTraces(path: string): Promise<boolean> {
  const [backups, quarantined] = await Promise.all([findBackupFiles(path), listQuarantined(path)]);
  // Not even sound ones have to be there: what is left of a store says that one was.
  return backups.length > 0 || quarantined.length > 0;
}

/** Bytes of a file, 0 when there is none. Never opens it: closing it would drop SQLite's locks of this process. */
export async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isFile()) {
      throw new AppError('store/cannot-open', { args: { path } });
    }
    return found.size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return 0;
    }
    throw error;
  }
}
