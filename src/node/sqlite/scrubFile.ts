import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../core/base/errors';
import type { SessionId } from '../../core/session/session';
import { makeTemporaryIn, removeTemporaryBackup } from './backupFiles';
import { syncFile, syncFolder } from './durableFiles';
import type { SqliteBinding } from './sqliteBinding';
import { toStoreError } from './sqliteErrors';
import { requireSound } from './storeFigures';
import { withConnection } from './withConnection';

interface BindingOwner {
  readonly binding: SqliteBinding;
}

/**
 * Removes sessions from a copy of the store so that nothing of their text is left in it. Zeros over what is deleted
 * are not enough: pages that were split keep old bytes in their gaps. So another file is written without the sessions,
 * and takes the place of this one when it is whole. Rejects with `store/*`; then this one is as it was.
 */
export async function scrubFile(tools: BindingOwner, path: string, ids: readonly SessionId[]): Promise<void> {
  if (ids.length === 0 || (await countIn(tools, path, ids)) === 0) {
    return;
  }
  const folder = dirname(path);
  const [reduced, rewritten] = [await makeTemporaryIn(folder), await makeTemporaryIn(folder)];
  try {
    await copy(tools, path, reduced);
    await remove(tools, reduced, ids);
    await copy(tools, reduced, rewritten);
    // A copy of what could just be read of a damaged file is no backup.
    await withConnection(tools, rewritten, 'readonly', requireSound);
    if ((await countIn(tools, rewritten, ids)) > 0) {
      throw new AppError('internal', { message: `${path} still holds deleted sessions` });
    }
    await syncFile(rewritten);
    await rename(rewritten, path);
    await syncFolder(folder);
  } catch (error) {
    throw toStoreError(error, path);
  } finally {
    await Promise.all([reduced, rewritten].map(removeTemporaryBackup));
  }
}

async function countIn(tools: BindingOwner, path: string, ids: readonly SessionId[]): Promise<number> {
  return withConnection(tools, path, 'readonly', async (connection) => {
    const sql = 'SELECT count(*) AS found FROM sessions WHERE id IN (SELECT value FROM json_each(?1))';
    return (await connection.first<{ found: number }>(sql, [JSON.stringify(ids)]))?.found ?? 0;
  });
}

async function copy(tools: BindingOwner, from: string, to: string): Promise<void> {
  await withConnection(tools, from, 'readonly', (connection) => connection.allOnce('VACUUM INTO ?', [to]));
}

async function remove(tools: BindingOwner, path: string, ids: readonly SessionId[]): Promise<void> {
  await withConnection(tools, path, 'readwrite', async (connection) => {
    // Nobody reads this file again, so nothing about it has to outlive a crash.
    await connection.all('PRAGMA journal_mode = OFF');
    await connection.all('PRAGMA synchronous = OFF');
    await connection.all('PRAGMA foreign_keys = ON');
    await connection.all('DELETE FROM sessions WHERE id IN (SELECT value FROM json_each(?1))', [JSON.stringify(ids)]);
  });
}
