import { isAppError } from '../../core/base/errors';
import { retryWhileLocked } from './retryWhileLocked';
import type { SqliteBinding } from './sqliteBinding';
import { SqliteConnection } from './sqliteConnection';
import { isDamage } from './sqliteErrors';
import { sizeOf } from './storeFile';

/**
 * Runs a task that moves a database away while no other window writes to it: what one of them stores at that moment
 * would be answered for and be in the moved file only. Whoever comes after finds that the file is not in its place.
 * A file with which something is wrong is left alone, because to lock it could write to it. Rejects with `store/locked`
 * when another window does not come to its end.
 */
export async function withoutWriters<T>(
  tools: { readonly binding: SqliteBinding },
  path: string,
  problem: unknown,
  task: () => Promise<T>,
): Promise<T> {
  const lock = isDamage(problem) || isAppError(problem, 'store/missing-data') ? undefined : await lockOf(tools, path);
  try {
    return await task();
  } finally {
    // SQLite sees that the file was moved, and leaves alone what lies in its place.
    await lock?.close().catch(() => undefined);
  }
}

async function lockOf(
  { binding }: { readonly binding: SqliteBinding },
  path: string,
): Promise<SqliteConnection | undefined> {
  // Windows lets nobody move a file that is open. Beside an empty one SQLite would delete a log.
  if (process.platform === 'win32' || (await sizeOf(path).catch(() => 0)) === 0) {
    return undefined;
  }
  const connection = await SqliteConnection.open(binding, path, 'readwrite').catch(() => undefined);
  try {
    await retryWhileLocked(async () => connection?.all('BEGIN IMMEDIATE'));
    return connection;
  } catch (error) {
    await connection?.close().catch(() => undefined);
    if (isAppError(error, 'store/locked')) {
      throw error;
    }
    return undefined;
  }
}
