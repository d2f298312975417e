import type { Logger } from '../../core/base/ports';
import { toSessionId, type SessionId } from '../../core/session/session';
import type { Database } from './database';
import { scrubDeleted } from './scrubDeleted';
import type { SqlValue } from './sqliteBinding';
import type { StoreBackups } from './storeBackups';

/** Deletes sessions by a statement that returns their ids, and clears what they leave behind in files and backups. */
export async function deleteForGood(
  database: Database,
  backups: StoreBackups,
  logger: Logger,
  { sql, which }: { readonly sql: string; readonly which: SqlValue },
): Promise<readonly SessionId[]> {
  const ids = await database.write(async (connection) => {
    const rows = await connection.all<{ id: string }>(sql, [which]);
    const deleted = rows.map((row) => toSessionId(row.id));
    await backups.noteDeleted(deleted);
    return deleted;
  });
  if (ids.length > 0) {
    await scrubDeleted(database, logger);
    await backups.scrub();
  }
  return ids;
}
