import { AppError } from '../../core/base/errors';
import type { SqliteConnection } from './sqliteConnection';
import { isSharedMemoryFailure } from './sqliteErrors';

/** `delete` is the fallback for file systems that cannot share memory between processes. */
export type JournalMode = 'wal' | 'delete' | 'memory';

/** Switches to write-ahead logging where the file system can do it, else to a rollback journal. */
export async function chooseJournalMode(connection: SqliteConnection): Promise<JournalMode> {
  try {
    const mode = await setJournalMode(connection, 'WAL');
    if (mode !== 'wal') {
      return knownMode(mode, connection.path);
    }
    // The switch alone can succeed where the first access to the log then fails.
    await connection.all('SELECT count(*) FROM sqlite_schema');
    return 'wal';
  } catch (error) {
    if (!isSharedMemoryFailure(error)) {
      throw error;
    }
    return leaveWal(connection);
  }
}

/**
 * Gives up write-ahead logging. A log can be read without shared memory by one process that has the file to itself, on
 * a connection that has not met it before.
 */
export async function leaveWal(connection: SqliteConnection): Promise<JournalMode> {
  await connection.all('PRAGMA locking_mode = EXCLUSIVE');
  const mode = await setJournalMode(connection, 'DELETE');
  await connection.all('PRAGMA locking_mode = NORMAL');
  // The lock is given back with the next access.
  await connection.all('SELECT count(*) FROM sqlite_schema');
  return knownMode(mode, connection.path);
}

async function setJournalMode(connection: SqliteConnection, wanted: 'WAL' | 'DELETE'): Promise<string> {
  const row = await connection.first<{ journal_mode: string }>(`PRAGMA journal_mode = ${wanted}`);
  return row?.journal_mode ?? '';
}

function knownMode(mode: string, path: string): JournalMode {
  if (mode === 'delete' || mode === 'memory') {
    return mode;
  }
  throw new AppError('store/cannot-open', { args: { path }, message: `journal mode ${mode}` });
}
