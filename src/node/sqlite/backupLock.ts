import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { retryWhileLocked } from './retryWhileLocked';
import type { SqliteBinding } from './sqliteBinding';
import { withConnection } from './withConnection';

/**
 * Runs a task while no other window puts another file in the place of a backup: two that did it at once would take back
 * what the other removed. The lock goes with the process that holds it. Rejects with `store/locked` when another one
 * does not come to its end.
 */
export async function withBackupLock<T>(
  tools: { readonly binding: SqliteBinding },
  folder: string,
  task: () => Promise<T>,
): Promise<T> {
  const path = join(folder, '.lock');
  const file = await open(path, 'a', 0o600);
  await file.close();
  return withConnection(tools, path, 'readwrite', async (connection) => {
    // Waiting inside SQLite would take up a thread that whoever has the lock may need.
    await connection.all('PRAGMA busy_timeout = 0');
    await retryWhileLocked(() => connection.all('BEGIN EXCLUSIVE'));
    return task();
  });
}
