import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError } from '../../core/base/errors';
import type { Clock } from '../../core/base/ports';
import type { Database } from './database';
import { retryWhileLocked } from './retryWhileLocked';
import type { SqliteConnection } from './sqliteConnection';

export interface Migration {
  /** The time stamp at the start of the file name, as text because it is only compared. */
  readonly version: string;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file with line feeds only, so that a checkout with CRLF counts as the same. */
  readonly checksum: string;
}

/** What the header of our files says: `Rjon` as a number. */
export const applicationId = 0x526a6f6e;

const fileName = /^(\d{14})_([a-z0-9_]+)\.sql$/;

const createTable = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT`;

/** Reads the migrations of a folder, oldest first. A file with another kind of name is an error, not skipped. */
export async function loadMigrations(folder: string): Promise<readonly Migration[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
    return await Promise.all(names.map((name) => loadMigration(folder, name)));
  } catch (error) {
    throw isAppError(error)
      ? error
      : new AppError('store/migration-failed', { args: { path: folder, migration: '' }, cause: error });
  }
}

async function loadMigration(folder: string, name: string): Promise<Migration> {
  const match = fileName.exec(name);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw migrationFailed(folder, name, 'the file name is not YYYYMMDDhhmmss_name.sql');
  }
  const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n');
  const checksum = createHash('sha256').update(sql).digest('hex');
  return { version: match[1], name: match[2], sql, checksum };
}

/**
 * Compares a file with the migrations this version knows and returns those still to apply. Only reads.
 * Rejects with `store/newer-schema`, `store/not-a-database` (another program's file) or `store/migration-failed`
 * (a migration was edited after it ran).
 */
export async function pendingMigrations(
  connection: SqliteConnection,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const path = connection.path;
  const header = await readHeader(connection);
  if (header.tables > 0 && (header.ledger === 0 || header.applicationId !== applicationId)) {
    throw new AppError('store/not-a-database', { args: { path } });
  }
  const applied = header.ledger === 0 ? [] : await readLedger(connection);
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  if (header.userVersion > migrations.length || applied.some((row) => !known.has(row.version))) {
    throw new AppError('store/newer-schema', { args: { path } });
  }
  for (const row of applied) {
    if (known.get(row.version)?.checksum !== row.checksum) {
      throw migrationFailed(path, row.name, 'its file was changed after it ran');
    }
  }
  const done = new Set(applied.map((row) => row.version));
  return migrations.filter((migration) => !done.has(migration.version));
}

/**
 * Rejects with `store/newer-schema` when another process has migrated the file since this one did. To be run behind
 * the lock of a write, so that nothing of this version is written into the tables of a later one.
 */
export async function requireSchema(connection: SqliteConnection, known: number): Promise<void> {
  const row = await connection.first<{ user_version: number }>('PRAGMA user_version');
  refuseNewerSchema(connection, row?.user_version ?? 0, known);
}

/** As `requireSchema`, for whoever has read the version together with something else. */
export function refuseNewerSchema(connection: SqliteConnection, found: number, known: number): void {
  if (found > known) {
    throw new AppError('store/newer-schema', { args: { path: connection.path } });
  }
}

/** Applies what is missing, each migration in one transaction with its version. Safe when several processes do it. */
export async function migrate(database: Database, migrations: readonly Migration[], clock: Clock): Promise<void> {
  const pending = await retryWhileLocked(() =>
    database.maintain((connection) => pendingMigrations(connection, migrations)),
  );
  for (const migration of pending) {
    await retryWhileLocked(() =>
      database.write(async (connection) => {
        // Another process may have come first while this one waited for the lock.
        const missing = await pendingMigrations(connection, migrations);
        if (missing.includes(migration)) {
          await apply(connection, migration, migrations.length - missing.length + 1, clock);
        }
      }),
    );
  }
}

async function apply(
  connection: SqliteConnection,
  migration: Migration,
  userVersion: number,
  clock: Clock,
): Promise<void> {
  try {
    await connection.exec(createTable);
    await connection.exec(migration.sql);
    await connection.all('INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)', [
      migration.version,
      migration.name,
      migration.checksum,
      clock.now(),
    ]);
    await connection.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${userVersion}`);
  } catch (error) {
    // A full disk or a lost lock says more about what to do than "the migration failed".
    if (isAppError(error) && error.code !== 'internal') {
      throw error;
    }
    throw migrationFailed(connection.path, migration.name, 'its statements failed', error);
  }
}

interface Header {
  readonly tables: number;
  readonly ledger: number;
  readonly userVersion: number;
  readonly applicationId: number;
}

async function readHeader(connection: SqliteConnection): Promise<Header> {
  const header = await connection.first<Header>(`
    SELECT
      (SELECT count(*) FROM sqlite_schema) AS tables,
      (SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations') AS ledger,
      (SELECT user_version FROM pragma_user_version) AS userVersion,
      (SELECT application_id FROM pragma_application_id) AS applicationId`);
  if (header === undefined) {
    throw new AppError('store/corrupt', { args: { path: connection.path } });
  }
  return header;
}

function readLedger(connection: SqliteConnection): Promise<{ version: string; name: string; checksum: string }[]> {
  return connection.all('SELECT version, name, checksum FROM schema_migrations ORDER BY version');
}

function migrationFailed(path: string, migration: string, reason: string, cause?: unknown): AppError {
  return new AppError('store/migration-failed', {
    args: { path, migration },
    message: `Migration ${migration}: ${reason}`,
    cause,
  });
}
