import { toStoreError } from './sqliteErrors';
import type { RawDatabase, RawStatement, SqliteBinding, SqlValue } from './sqliteBinding';

/** Prepared statements kept per connection; lists have a few shapes, everything else exactly one. */
const maxStatements = 96;

/** How long a statement waits for a lock of another process. */
export const busyTimeoutMs = 5000;

export type OpenMode = 'readonly' | 'readwrite';

/**
 * One SQLite connection with promises. It does no queueing: whoever holds it runs one statement after the other.
 * Rejects with `store/*` errors that name the file.
 */
export class SqliteConnection {
  private readonly statements = new Map<string, RawStatement>();

  private constructor(
    private readonly raw: RawDatabase,
    readonly path: string,
  ) {}

  /**
   * Opens an existing file (or `:memory:`); it is read with the first statement, not before. `name` is what errors call
   * it where the path is not that of the file.
   */
  static async open(
    binding: SqliteBinding,
    path: string,
    mode: OpenMode,
    extraFlags = 0,
    name = path,
  ): Promise<SqliteConnection> {
    const flags = (mode === 'readonly' ? binding.OPEN_READONLY : binding.OPEN_READWRITE) | extraFlags;
    const raw = await new Promise<RawDatabase>((resolve, reject) => {
      const database: RawDatabase = new binding.Database(path, flags, (error) => {
        if (error === null) {
          resolve(database);
        } else {
          reject(toStoreError(error, name));
        }
      });
    });
    raw.configure('busyTimeout', busyTimeoutMs);
    return new SqliteConnection(raw, name);
  }

  /**
   * Runs one statement to its end and returns its rows. Never leaves a statement half-way, which would keep
   * the transaction around it from committing; so this is also how writes run.
   */
  async all<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    const statement = await this.prepared(sql);
    return new Promise((resolve, reject) => {
      statement.all(params, (error, rows) => {
        if (error === null) {
          resolve(rows as Row[]);
        } else {
          reject(toStoreError(error, this.path));
        }
      });
    });
  }

  async first<Row>(sql: string, params: readonly SqlValue[] = []): Promise<Row | undefined> {
    return (await this.all<Row>(sql, params))[0];
  }

  /** As `all`, for a statement that is too large or too rare to be kept, together with what was bound to it. */
  allOnce<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.raw.all(sql, params, (error, rows) => {
        if (error === null) {
          resolve(rows as Row[]);
        } else {
          reject(toStoreError(error, this.path));
        }
      });
    });
  }

  /** Runs several statements without parameters. */
  exec(sql: string): Promise<void> {
    return this.settle((callback) => this.raw.exec(sql, callback));
  }

  /** Rolls back on any failure; `BEGIN IMMEDIATE`, because a read that turns into a write fails at once when busy. */
  async transaction<T>(kind: 'read' | 'write', task: () => Promise<T>): Promise<T> {
    await this.all(kind === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN');
    try {
      const result = await task();
      await this.all('COMMIT');
      return result;
    } catch (error) {
      // SQLite has already rolled back after some failures; the first error is the one that counts.
      await this.all('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Makes a statement that runs at this moment reject; the connection stays open. */
  interrupt(): void {
    this.raw.interrupt();
  }

  async close(): Promise<void> {
    const statements = [...this.statements.values()];
    this.statements.clear();
    for (const statement of statements) {
      await finalize(statement);
    }
    await this.settle((callback) => this.raw.close(callback));
  }

  private async prepared(sql: string): Promise<RawStatement> {
    const known = this.statements.get(sql);
    if (known !== undefined) {
      // Moved to the end, so that the first one is the one used longest ago.
      this.statements.delete(sql);
      this.statements.set(sql, known);
      return known;
    }
    const statement = await new Promise<RawStatement>((resolve, reject) => {
      const made: RawStatement = this.raw.prepare(sql, (error) => {
        if (error === null) {
          resolve(made);
        } else {
          reject(toStoreError(error, this.path));
        }
      });
    });
    this.statements.set(sql, statement);
    const [oldest] = this.statements;
    if (this.statements.size > maxStatements && oldest !== undefined) {
      this.statements.delete(oldest[0]);
      await finalize(oldest[1]);
    }
    return statement;
  }

  private settle(start: (callback: (error: Error | null) => void) => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      start((error) => {
        if (error === null) {
          resolve();
        } else {
          reject(toStoreError(error, this.path));
        }
      });
    });
  }
}

function finalize(statement: RawStatement): Promise<void> {
  return new Promise((resolve) => {
    statement.finalize(() => resolve());
  });
}
