import { AppError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import { Sequencer } from '../../core/base/sequencer';
import { chooseJournalMode, type JournalMode } from './journalMode';
import { retryWhileLocked } from './retryWhileLocked';
import type { SqliteBinding } from './sqliteBinding';
import { SqliteConnection } from './sqliteConnection';

export const memoryPath = ':memory:';

/** Per connection, in this order; SQLite keeps none of them in the file. */
const everyConnection = ['PRAGMA trusted_schema = OFF', 'PRAGMA cell_size_check = ON', 'PRAGMA mmap_size = 0'];
const writerOnly = ['PRAGMA synchronous = FULL', 'PRAGMA foreign_keys = ON', 'PRAGMA secure_delete = ON'];

/**
 * The store's file: one connection that writes, one that reads, each with a queue of its own. A task has its
 * connection to itself until it settles, so that no statement of another caller slips into its transaction.
 * A database in memory has a single connection and a single queue.
 */
export class Database {
  private readonly writes = new Sequencer();
  private readonly reads: Sequencer;
  private reader: SqliteConnection | undefined;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly binding: SqliteBinding,
    private readonly writer: SqliteConnection,
    readonly journalMode: JournalMode,
  ) {
    const inMemory = writer.path === memoryPath;
    this.reads = inMemory ? this.writes : new Sequencer();
    this.reader = inMemory ? writer : undefined;
  }

  /** Opens a file that is there (or `:memory:`) and sets up the connection. Rejects with `store/*`. */
  static async open(binding: SqliteBinding, path: string, logger: Logger): Promise<Database> {
    const { writer, journalMode } = await retryWhileLocked(() => openWriter(binding, path));
    if (journalMode === 'delete') {
      logger.warn('The file system offers no shared memory: writing with a rollback journal instead of a WAL.');
    }
    return new Database(binding, writer, journalMode);
  }

  get path(): string {
    return this.writer.path;
  }

  /** Runs reads. Sees every write that was acknowledged before. */
  read<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    return this.enqueue(this.reads, async () => task(await this.openReader()));
  }

  /** Runs several reads that all see the same state. */
  snapshot<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    return this.read((connection) => connection.transaction('read', () => task(connection)));
  }

  /** Runs a write transaction: all of it becomes durable before this resolves, or nothing happened. */
  write<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    return this.maintain((connection) => connection.transaction('write', () => task(connection)));
  }

  /** Runs what cannot stand inside a transaction, such as a checkpoint, in the order of the writes. */
  maintain<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    return this.enqueue(this.writes, () => task(this.writer));
  }

  /** Waits for everything that was asked for, then closes. Calls after this reject with `store/closed`. */
  close(): Promise<void> {
    this.closing ??= this.closeConnections();
    return this.closing;
  }

  private enqueue<T>(queue: Sequencer, task: () => Promise<T>): Promise<T> {
    if (this.closing !== undefined) {
      return Promise.reject(new AppError('store/closed', { args: { path: this.path } }));
    }
    return queue.run(task);
  }

  private async openReader(): Promise<SqliteConnection> {
    if (this.reader === undefined) {
      const reader = await SqliteConnection.open(this.binding, this.path, 'readonly');
      await applyAll(reader, everyConnection);
      this.reader = reader;
    }
    return this.reader;
  }

  private async closeConnections(): Promise<void> {
    await Promise.all([this.reads.idle(), this.writes.idle()]);
    if (this.reader !== undefined && this.reader !== this.writer) {
      await this.reader.close();
    }
    // Only gathers statistics: a database that is read-only or busy closes all the same.
    await this.writer.all('PRAGMA optimize').catch(() => undefined);
    // Last, because the connection that closes last also folds the WAL into the file.
    await this.writer.close();
  }
}

async function openWriter(
  binding: SqliteBinding,
  path: string,
): Promise<{ writer: SqliteConnection; journalMode: JournalMode }> {
  const writer = await SqliteConnection.open(binding, path, 'readwrite');
  try {
    // Has an effect only while the file is empty, and the journal mode is what fills its first page.
    await writer.all('PRAGMA auto_vacuum = INCREMENTAL');
    const journalMode = await chooseJournalMode(writer);
    await applyAll(writer, [...writerOnly, ...everyConnection]);
    return { writer, journalMode };
  } catch (error) {
    await writer.close().catch(() => undefined);
    throw error;
  }
}

async function applyAll(connection: SqliteConnection, pragmas: readonly string[]): Promise<void> {
  for (const pragma of pragmas) {
    await connection.all(pragma);
  }
}
