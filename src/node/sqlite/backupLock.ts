import { join } from 'node:path';
import { reserveName } from './durableFiles';
import { retryWhileLocked } from './retryWhileLocked';
import type { SqliteBinding } from './sqliteBinding';
import { withConnection } from './withConnection';

/**
 * Runs a task while no other window puts another file in the place of a backup: two that did it at once would take back
 * what the other removed. The lock goes with the process that holds it. Rejects with `store/locked` when another one
 * does not come to its end. `.exchange` keeps windows apart that put a file in the place of the database itself.
 */
export async function withBackupLock<T>(
  tools: { readonly binding: SqliteBinding },
  folder: string,
  task: () => Promise<T>,
  name: '.lock' | '.exchange' = '.lock',
): Promise<T> {
  const path = join(folder, name);
  // One that is there is not opened: to close it would drop the lock that this process may have on it.
  await reserveName(path);
  return withConnection(tools, path, 'readwrite', async (connection) => {
    // Waiting inside SQLite would take up a thread that whoever has the lock may need.
    await connection.all('PRAGMA busy_timeout = 0');
    await retryWhileLocked(() => connection.all('BEGIN EXCLUSIVE'));
    return task();
  });
}
