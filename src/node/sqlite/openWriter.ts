import { isAppError } from '../../core/base/errors';
import { chooseJournalMode, leaveWal, type JournalMode } from './journalMode';
import type { SqliteBinding } from './sqliteBinding';
import { busyTimeoutMs, SqliteConnection } from './sqliteConnection';
import { isSharedMemoryFailure } from './sqliteErrors';

/** Per connection, in this order; SQLite keeps none of them in the file. */
const everyConnection = ['PRAGMA trusted_schema = OFF', 'PRAGMA cell_size_check = ON', 'PRAGMA mmap_size = 0'];
const writerOnly = [
  'PRAGMA synchronous = FULL',
  'PRAGMA foreign_keys = ON',
  'PRAGMA secure_delete = ON',
  // A log that grew behind a long reader is cut back to twice of what it has on an ordinary day.
  `PRAGMA journal_size_limit = ${8 * 1024 * 1024}`,
];

/** A connection that may write, set up. */
export interface Writer {
  readonly writer: SqliteConnection;
  readonly journalMode: JournalMode;
}

/** Opens a file that is there, or `:memory:`. Rejects with `store/*`, `store/read-only` when it cannot be written. */
export async function openWriter(binding: SqliteBinding, path: string): Promise<Writer> {
  try {
    return await openWith(layOut, binding, path);
  } catch (error) {
    if (!isSharedMemoryFailure(error)) {
      throw error;
    }
    // A connection that has met the log keeps asking for shared memory; only a new one can do without. Where that is
    // not what was missing, the first error says more than that this one failed as well.
    return openWith(leaveWal, binding, path).catch((second: unknown) => {
      throw isAppError(second, 'store/locked') ? second : error;
    });
  }
}

async function layOut(writer: SqliteConnection): Promise<JournalMode> {
  const row = await writer.first<{ page_count: number }>('PRAGMA page_count');
  if (row?.page_count === 0) {
    // Before the journal mode, which fills the first page. In a file with pages this would only cost a write.
    await writer.all('PRAGMA auto_vacuum = INCREMENTAL');
  }
  return chooseJournalMode(writer);
}

async function openWith(
  setMode: (connection: SqliteConnection) => Promise<JournalMode>,
  binding: SqliteBinding,
  path: string,
): Promise<Writer> {
  const writer = await SqliteConnection.open(binding, path, 'readwrite');
  try {
    const journalMode = await setMode(writer);
    await applyAll(writer, [...writerOnly, ...everyConnection]);
    await requireWritable(writer);
    return { writer, journalMode };
  } catch (error) {
    await writer.close().catch(() => undefined);
    throw error;
  }
}

/** Sets up a connection that only reads. */
export function setUpReader(connection: SqliteConnection): Promise<void> {
  return applyAll(connection, everyConnection);
}

/** SQLite opens a file that may not be written all the same, and says so only here. One that is locked can be. */
async function requireWritable(writer: SqliteConnection): Promise<void> {
  await writer.all('PRAGMA busy_timeout = 0');
  try {
    // To begin a write is not enough: that succeeds with any file.
    await writer.exec('BEGIN IMMEDIATE; CREATE TABLE write_probe (filler)');
  } catch (error) {
    if (!isAppError(error, 'store/locked')) {
      throw error;
    }
  } finally {
    await writer.all('ROLLBACK').catch(() => undefined);
  }
  await writer.all(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
}

async function applyAll(connection: SqliteConnection, pragmas: readonly string[]): Promise<void> {
  for (const pragma of pragmas) {
    await connection.all(pragma);
  }
}
