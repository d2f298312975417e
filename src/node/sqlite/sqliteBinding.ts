import { AppError } from '../../core/base/errors';
import { isSafeSqliteVersion, lowestSqliteVersion } from './sqliteGate';

export type SqlValue = string | number | null;

type Callback = (error: Error | null) => void;
type RowsCallback = (error: Error | null, rows: unknown[]) => void;

export interface RawStatement {
  all(params: readonly SqlValue[], callback: RowsCallback): unknown;
  finalize(callback: Callback): unknown;
}

export interface RawDatabase {
  all(sql: string, params: readonly SqlValue[], callback: RowsCallback): unknown;
  prepare(sql: string, callback: (error: Error | null) => void): RawStatement;
  exec(sql: string, callback: Callback): unknown;
  configure(option: 'busyTimeout', milliseconds: number): void;
  interrupt(): void;
  close(callback: Callback): void;
}

/** The part of `@vscode/sqlite3` that the store uses. */
export interface SqliteBinding {
  readonly OPEN_READONLY: number;
  readonly OPEN_READWRITE: number;
  readonly OPEN_URI: number;
  readonly Database: new (path: string, mode: number, callback: Callback) => RawDatabase;
}

export type SqliteImporter = () => Promise<unknown>;

const importSqlite: SqliteImporter = () => import('@vscode/sqlite3');
let shared: Promise<SqliteBinding> | undefined;

/**
 * Loads the native module on first use and checks its SQLite. A failure is not kept: the next call tries again.
 * Rejects with `store/native-module` or `store/sqlite-too-old`.
 */
export function loadSqlite(importer?: SqliteImporter): Promise<SqliteBinding> {
  if (importer !== undefined) {
    return loadChecked(importer);
  }
  shared ??= loadChecked(importSqlite).catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

async function loadChecked(importer: SqliteImporter): Promise<SqliteBinding> {
  const binding = await importBinding(importer);
  const version = await reportedVersion(binding);
  if (!isSafeSqliteVersion(version)) {
    throw new AppError('store/sqlite-too-old', { args: { version, lowest: lowestSqliteVersion } });
  }
  return binding;
}

async function importBinding(importer: SqliteImporter): Promise<SqliteBinding> {
  try {
    const module = (await importer()) as { readonly default?: SqliteBinding };
    // A CommonJS module arrives under `default` or as itself, depending on the loader.
    return module.default ?? (module as unknown as SqliteBinding);
  } catch (error) {
    throw new AppError('store/native-module', { cause: error });
  }
}

/** Asks the library itself: the version that the binding was compiled for may be another one. */
function reportedVersion(binding: SqliteBinding): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(new AppError('store/native-module', { cause: error }));
    const database = new binding.Database(':memory:', binding.OPEN_READWRITE, (openError) => {
      if (openError !== null) {
        fail(openError);
        return;
      }
      database.all('SELECT sqlite_version() AS version', [], (error, rows) => {
        database.close(() => undefined);
        if (error !== null) {
          fail(error);
        } else {
          resolve(String((rows[0] as { version: unknown }).version));
        }
      });
    });
  });
}
