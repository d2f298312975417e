import { mkdir, open, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../core/base/errors';
import { readMark } from './highWaterMark';
import { toStoreError } from './sqliteErrors';

/**
 * Gets a database file ready for SQLite without ever touching what is in one. Creates missing folders (0700) and a
 * missing file (0600, so that WAL and shared memory inherit it). Returns the real path of the file.
 *
 * Rejects with `store/missing-data` when the file is empty or gone though something was stored in it. A log beside it
 * that is not empty says so: SQLite would drop it, and with it everything that was not yet copied into the file. And
 * the mark says so, without which a lost file would look like a first start.
 */
export async function prepareStoreFile(folder: string, name: string): Promise<string> {
  const wanted = join(folder, name);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Resolved once: two spellings of one path would give SQLite two logs.
    const path = join(await realpath(folder), name);
    await refuseLostData(path);
    await createEmptyFile(path);
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
  const hadEvents = mark !== undefined && mark.written + mark.missing > 0;
  if (mainSize === 0 && (logSize > 0 || hadEvents)) {
    throw new AppError('store/missing-data', { args: { path, folder: dirname(path) } });
  }
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
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return 0;
    }
    throw error;
  }
}

async function createEmptyFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error;
    }
  }
}
