import type { Backup } from '../../core/session/storeFile';
import { createBackup, type BackupTools } from './backups';
import type { SqliteConnection } from './sqliteConnection';
import { readFigures } from './storeFigures';

/**
 * Copies a store before its schema is brought to version `schema` (the number of migrations). `source` has a file open
 * that passed `pendingMigrations`, and stands outside a transaction. Does nothing for a file without sessions, or when
 * another window was faster. Rejects with `store/backup-failed`; then no migration may run.
 */
export async function backUpBeforeMigration(
  tools: BackupTools,
  source: SqliteConnection,
  schema: number,
): Promise<Backup | undefined> {
  const header = await source.first<{ present: number }>('SELECT user_version AS present FROM pragma_user_version');
  if (header === undefined || header.present === 0 || header.present >= schema) {
    return undefined;
  }
  const { sessions } = await readFigures(source);
  return sessions === 0 ? undefined : createBackup(tools, source.path, 'migration', source);
}
