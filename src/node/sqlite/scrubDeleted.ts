import type { Logger } from '../../core/base/ports';
import type { Database } from './database';

/**
 * Clears what deleted rows leave behind in the files. Freed pages are overwritten with zeros when rows go
 * (secure_delete), but copies of the old pages stay in the log until it is folded into the file and cut to nothing.
 */
export async function scrubDeleted(database: Database, logger: Logger): Promise<void> {
  const busy = await database.maintain(async (connection) => {
    await connection.all('PRAGMA incremental_vacuum');
    const row = await connection.first<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)');
    return row !== undefined && row.busy !== 0;
  });
  if (busy) {
    // The rows are gone and nothing reads them again; the next checkpoint or the last close cuts the log.
    logger.warn('Deleted text stays in the write-ahead log until other windows stop reading.');
  }
}
