import { isAppError } from '../../core/base/errors';
import type { Clock } from '../../core/base/ports';
import { Database, memoryPath } from './database';
import { LocalSessionService, type LocalSessionServiceOptions } from './localSessionService';
import { loadMigrations, migrate, pendingMigrations, type Migration } from './migrator';
import { retryWhileLocked } from './retryWhileLocked';
import { loadSqlite, type SqliteBinding, type SqliteImporter } from './sqliteBinding';
import { SqliteConnection, type OpenMode } from './sqliteConnection';
import { isSharedMemoryFailure } from './sqliteErrors';
import { prepareStoreFile } from './storeFile';

export const storeFileName = 'sessions.db';

export interface OpenStoreOptions extends LocalSessionServiceOptions {
  /** Absolute path of the folder that holds `sessions.db`, or `:memory:` for a chat that is not saved. */
  readonly folder: string;
  /** Folder of the migrations that this version brings. */
  readonly migrationsDir: string;
  /** How the native module is loaded; only tests and packagings that move it give one. */
  readonly importer?: SqliteImporter;
}

/**
 * Opens the store, makes it where there is none, and brings its schema up to date. The file is checked through a
 * connection that cannot write before anything may: one that is not ours, newer, or damaged keeps every byte.
 * Rejects with a `store/*` error.
 */
export async function openLocalSessionService(options: OpenStoreOptions): Promise<LocalSessionService> {
  const binding = await loadSqlite(options.importer);
  const migrations = await loadMigrations(options.migrationsDir);
  const path = await prepare(binding, options.folder, migrations);
  const database = await Database.open(binding, path, options.logger);
  return migrateOrClose(database, migrations, options.clock, () => new LocalSessionService(database, options));
}

async function prepare(binding: SqliteBinding, folder: string, migrations: readonly Migration[]): Promise<string> {
  if (folder === memoryPath) {
    return memoryPath;
  }
  const path = await prepareStoreFile(folder, storeFileName);
  await checkFile(binding, path, migrations);
  return path;
}

async function checkFile(binding: SqliteBinding, path: string, migrations: readonly Migration[]): Promise<void> {
  try {
    await checkAs('readonly', binding, path, migrations);
  } catch (error) {
    if (isSharedMemoryFailure(error)) {
      // Such a log opens only for one process that may write; the migrator then looks again before it changes anything.
      return;
    }
    if (!isAppError(error, 'store/read-only')) {
      throw error;
    }
    // A rollback journal left by a crash can only be played back by a connection that may write.
    await checkAs('readwrite', binding, path, migrations);
  }
}

function checkAs(
  mode: OpenMode,
  binding: SqliteBinding,
  path: string,
  migrations: readonly Migration[],
): Promise<void> {
  return retryWhileLocked(async () => {
    const connection = await SqliteConnection.open(binding, path, mode);
    try {
      await pendingMigrations(connection, migrations);
    } finally {
      await connection.close();
    }
  });
}

async function migrateOrClose<T>(
  database: Database,
  migrations: readonly Migration[],
  clock: Clock,
  make: () => T,
): Promise<T> {
  try {
    await migrate(database, migrations, clock);
    return make();
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}
