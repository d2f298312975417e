import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { isAppError } from '../../core/base/errors';
import { backUpBeforeMigration } from './backUpBeforeMigration';
import type { BackupTools } from './backups';
import { Database, memoryPath, type DatabaseOptions } from './database';
import { tellDiskCause } from './diskCause';
import { LocalSessionService, type LocalSessionServiceOptions } from './localSessionService';
import { loadMigrations, migrate, pendingMigrations, requireSchema, type Migration } from './migrator';
import { rescueStore } from './rescueStore';
import { retryWhileLocked } from './retryWhileLocked';
import { loadSqlite, type SqliteImporter } from './sqliteBinding';
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
  /** Reject a file that could only be read. */
  readonly mustWrite?: boolean;
  /** Milliseconds between two tries to write while writes fail. */
  readonly probeMs?: number;
}

interface Opening extends BackupTools {
  readonly migrations: readonly Migration[];
  readonly options: OpenStoreOptions;
}

/**
 * Opens the store, makes it where there is none, and brings its schema up to date. The file is checked through a
 * connection that cannot write before anything may: one that is not ours, newer, or damaged keeps every byte.
 * One that is newer or cannot be written opens for reading where that is possible; its `health` says why.
 * Rejects with a `store/*` error.
 */
export async function openLocalSessionService(options: OpenStoreOptions): Promise<LocalSessionService> {
  const binding = await loadSqlite(options.importer);
  const migrations = await loadMigrations(options.migrationsDir);
  const opening: Opening = { binding, migrations, options, clock: options.clock, logger: options.logger };
  if (options.folder === memoryPath) {
    return openWritable(opening, memoryPath);
  }
  try {
    const path = await prepareStoreFile(options.folder, storeFileName);
    await checkFile(opening, path);
    return await openWritable(opening, path);
  } catch (cause) {
    const error = await tellDiskCause(cause, join(options.folder, storeFileName));
    if (options.mustWrite === true) {
      throw error;
    }
    return openForReading(opening, error);
  }
}

async function openWritable(opening: Opening, path: string): Promise<LocalSessionService> {
  const { binding, migrations, options } = opening;
  const database = await Database.open(binding, path, options.logger, {
    ...probing(options),
    rescue: (connection, moved) => rescueStore(opening, connection, moved),
  });
  try {
    await database.maintain((connection) => backUpBeforeMigration(opening, connection, migrations.length));
    await migrate(database, migrations, options.clock);
    database.guardWrites((connection) => requireSchema(connection, migrations.length));
    const service = new LocalSessionService(database, options, binding);
    await service.start(migrations.length);
    return service;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}

/** Rejects with the error given when the file cannot even be read, or has no tables that this version can read. */
async function openForReading({ binding, options }: Opening, error: unknown): Promise<LocalSessionService> {
  if (!isAppError(error, 'store/read-only', 'store/newer-schema', 'store/full', 'store/io', 'store/cannot-open')) {
    throw error;
  }
  const { logger } = options;
  const path = join(await realpath(options.folder).catch(() => options.folder), storeFileName);
  const database = await Database.openReadOnly(binding, path, error, logger, probing(options)).catch(() => {
    throw error;
  });
  const service = new LocalSessionService(database, options, binding);
  try {
    const [newest] = await service.list({ states: ['active', 'archived', 'deleted'], limit: 1 });
    if (newest !== undefined) {
      await service.loadPage(newest.id, 1);
    }
    return service;
  } catch (cause) {
    logger.warn('The store can be opened but not read', cause);
    await service.close().catch(() => undefined);
    throw error;
  }
}

function probing({ probeMs }: OpenStoreOptions): Pick<DatabaseOptions, 'probeMs'> {
  return probeMs === undefined ? {} : { probeMs };
}

async function checkFile(opening: Opening, path: string): Promise<void> {
  try {
    await checkAs('readonly', opening, path);
  } catch (error) {
    if (isSharedMemoryFailure(error)) {
      // Such a log opens only for one process that may write; the migrator then looks again before it changes anything.
      return;
    }
    if (!isAppError(error, 'store/read-only')) {
      throw error;
    }
    // A rollback journal left by a crash can only be played back by a connection that may write.
    await checkAs('readwrite', opening, path);
  }
}

function checkAs(mode: OpenMode, { binding, migrations }: Opening, path: string): Promise<void> {
  return retryWhileLocked(async () => {
    const connection = await SqliteConnection.open(binding, path, mode);
    try {
      await pendingMigrations(connection, migrations);
    } finally {
      await connection.close();
    }
  });
}
