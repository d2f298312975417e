import { AppError } from '../../core/base/errors';
import type { Event } from '../../core/base/event';
import type { Logger } from '../../core/base/ports';
import { Sequencer } from '../../core/base/sequencer';
import type { StoreHealth } from '../../core/session/storeHealth';
import { tellDiskCause } from './diskCause';
import { isInPlace, openIdentified, requireInPlace, type StoreIdentity } from './fileIdentity';
import { defaultProbeMs, HealthMonitor } from './healthMonitor';
import type { JournalMode } from './journalMode';
import { openWriter, setUpReader, type Writer } from './openWriter';
import { openReadable } from './readOnlyStore';
import { retryWhileLocked } from './retryWhileLocked';
import type { SqliteBinding } from './sqliteBinding';
import { SqliteConnection } from './sqliteConnection';
import { isDamage, mayPass, toStoreError } from './sqliteErrors';
import { refusalBehind, type WriteGuard } from './writeGuard';
import { probeWrite } from './writeProbe';

export const memoryPath = ':memory:';

export interface DatabaseOptions {
  /** Milliseconds between two tries to write while writes fail. */
  readonly probeMs?: number;
  /**
   * Saves what the connection has of a file that does not lie in its place any more; resolves with where it lies now.
   * While this rejects, the file stays open.
   */
  readonly rescue?: (
    connection: SqliteConnection,
    moved: { readonly path: string; readonly identity: StoreIdentity },
  ) => Promise<string>;
}

/** What was opened: a file without a writer can only be read. */
interface OpenedFile {
  readonly path: string;
  readonly journalMode: JournalMode;
  readonly writer?: SqliteConnection;
  readonly reader?: SqliteConnection;
  readonly identity?: StoreIdentity;
  readonly health: StoreHealth;
  /** Removes what was made for reading only. */
  readonly cleanUp?: () => Promise<void>;
}

/**
 * The store's file: one connection that writes, one that reads, each with a queue of its own. A task has its
 * connection to itself until it settles, so that no statement of another caller slips into its transaction.
 * A database in memory has a single connection and a single queue.
 */
export class Database {
  private readonly writes = new Sequencer();
  private readonly reads: Sequencer;
  private readonly monitor: HealthMonitor;
  private reader: SqliteConnection | undefined;
  private guard: WriteGuard | undefined;
  private closing: Promise<void> | undefined;

  readonly onDidChangeHealth: Event<StoreHealth>;

  private constructor(
    private readonly binding: SqliteBinding,
    private readonly file: OpenedFile,
    private readonly logger: Logger,
    private readonly options: DatabaseOptions,
  ) {
    const inMemory = file.path === memoryPath;
    this.reads = inMemory ? this.writes : new Sequencer();
    this.reader = inMemory ? file.writer : file.reader;
    const { probeMs = defaultProbeMs } = options;
    this.monitor = new HealthMonitor(file.health, { probe: () => this.write(probeWrite), probeMs, logger });
    this.onDidChangeHealth = this.monitor.onDidChange;
  }

  /** Opens a file that is there (or `:memory:`) and sets up the connection. Rejects with `store/*`. */
  static async open(
    binding: SqliteBinding,
    path: string,
    logger: Logger,
    options: DatabaseOptions = {},
  ): Promise<Database> {
    const open = (): Promise<Writer> => retryWhileLocked(() => openWriter(binding, path));
    const { opened, identity } =
      path === memoryPath
        ? { opened: await open(), identity: undefined }
        : await openIdentified(path, open, ({ writer }) => writer.close());
    if (opened.journalMode === 'delete') {
      logger.warn('The file system offers no shared memory: writing with a rollback journal instead of a WAL.');
    }
    const file = { path, ...opened, ...(identity === undefined ? {} : { identity }), health: { kind: 'ok' } as const };
    return new Database(binding, file, logger, options);
  }

  /** Opens a file that cannot or must not be written, for the reason given; every write is refused with it. */
  static async openReadOnly(
    binding: SqliteBinding,
    path: string,
    reason: AppError,
    logger: Logger,
    options: DatabaseOptions = {},
  ): Promise<Database> {
    const readable = await openReadable(binding, path, logger);
    await setUpReader(readable.reader);
    return new Database(
      binding,
      { path, journalMode: 'wal', ...readable, health: { kind: 'readOnly', error: reason } },
      logger,
      options,
    );
  }

  get path(): string {
    return this.file.path;
  }

  get journalMode(): JournalMode {
    return this.file.journalMode;
  }

  /** How the file stands, as far as the accesses so far showed. */
  get health(): StoreHealth {
    return this.monitor.health;
  }

  /** Runs reads. Sees every write that was acknowledged before. */
  read<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    return this.enqueue(this.reads, async () => {
      try {
        return await task(await this.openReader());
      } catch (error) {
        this.monitor.noteDamage(error);
        throw error;
      }
    });
  }

  /** Runs several reads that all see the same state. */
  snapshot<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    return this.read((connection) => connection.transaction('read', () => task(connection)));
  }

  /**
   * Runs a write transaction: all of it becomes durable before this resolves, or nothing happened. Nothing is written
   * to a file that does not lie in its place any more: that rejects with `store/replaced`. A task that `asksItself`
   * asks what the guard would, together with something else.
   */
  write<T>(task: (connection: SqliteConnection) => Promise<T>, { asksItself = false } = {}): Promise<T> {
    return this.enqueue(this.writes, async () => {
      const writer = this.requireWriter();
      if (this.health.kind === 'broken' || this.health.kind === 'readOnly') {
        throw this.health.error;
      }
      try {
        const result = await writer.transaction('write', () => this.runInPlace(writer, task, asksItself));
        this.monitor.wrote();
        return result;
      } catch (cause) {
        const error = await tellDiskCause(await refusalBehind(cause, writer, this.guard), this.path);
        await this.giveUpMoved();
        this.monitor.failed(error);
        throw error;
      }
    });
  }

  /** Makes every write from here on ask first, inside its transaction; what the guard rejects with refuses it. */
  guardWrites(guard: WriteGuard): void {
    this.guard = guard;
  }

  /** Runs what cannot stand inside a transaction, such as a checkpoint, in the order of the writes. */
  maintain<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    return this.enqueue(this.writes, async () => {
      try {
        return await task(this.requireWriter());
      } catch (error) {
        this.monitor.noteDamage(error);
        throw error;
      }
    });
  }

  /**
   * Reads on the connection that writes, where there is one: what counts the changes of others stands still there for
   * our own.
   */
  observe<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    return this.file.writer === undefined ? this.read(task) : this.maintain(task);
  }

  /**
   * Looks whether the open file still lies in its place. Where it does not, what this connection has is saved first,
   * and then the store is broken. Costs one `stat`. Never rejects.
   */
  async checkIdentity(): Promise<void> {
    if (!(await this.isInPlace()) && this.closing === undefined) {
      await this.writes.run(() => this.giveUpMoved());
    }
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

  /**
   * Looks beside the task, behind the lock where no other window can be putting a file back, whether the file still lies
   * in its place, and waits for the answer before anything is committed. On a disk that hangs the look hangs as well,
   * and must not hold up the process.
   */
  private async runInPlace<T>(
    writer: SqliteConnection,
    task: (connection: SqliteConnection) => Promise<T>,
    asksItself: boolean,
  ): Promise<T> {
    const looking = requireInPlace(this.path, this.file.identity);
    // Awaited below, unless the task fails first.
    looking.catch(() => undefined);
    await (asksItself ? undefined : this.guard?.(writer));
    const result = await task(writer);
    await looking;
    return result;
  }

  private requireWriter(): SqliteConnection {
    const { writer, health } = this.file;
    if (writer === undefined) {
      throw health.kind === 'ok' ? new AppError('store/read-only', { args: { path: this.path } }) : health.error;
    }
    return writer;
  }

  private async isInPlace(): Promise<boolean> {
    const { path, identity } = this.file;
    return identity === undefined || isInPlace(path, identity);
  }

  /** Runs in the queue of the writes. While nothing can be saved the file is kept open, and this is tried again. */
  private async giveUpMoved(): Promise<void> {
    const { path, identity, writer } = this.file;
    if (identity === undefined || this.health.kind === 'broken' || (await this.isInPlace())) {
      return;
    }
    try {
      const rescue = writer === undefined ? '' : ((await this.options.rescue?.(writer, { path, identity })) ?? '');
      this.monitor.break(new AppError('store/replaced', { args: { path, rescue } }));
    } catch (error) {
      this.logger.error('What the open store has could not be saved', error);
      if (isDamage(error)) {
        this.monitor.break(new AppError('store/replaced', { args: { path, rescue: '' }, cause: error }));
      } else {
        const failure = await tellDiskCause(toStoreError(error, path), path);
        this.monitor.failed(mayPass(failure) ? failure : new AppError('store/io', { args: { path }, cause: error }));
      }
    }
  }

  private async openReader(): Promise<SqliteConnection> {
    if (this.reader === undefined) {
      const reader = await SqliteConnection.open(this.binding, this.path, 'readonly');
      try {
        // Another file in this place would be read beside the one that is written.
        await requireInPlace(this.path, this.file.identity);
        await setUpReader(reader);
      } catch (error) {
        await reader.close();
        throw error;
      }
      this.reader = reader;
    }
    return this.reader;
  }

  private async closeConnections(): Promise<void> {
    const { writer, cleanUp } = this.file;
    this.monitor.dispose();
    await Promise.all([this.reads.idle(), this.writes.idle()]);
    if (this.reader !== undefined && this.reader !== writer) {
      await this.reader.close();
    }
    if (this.health.kind === 'ok') {
      // Only gathers statistics: a database that is read-only or busy closes all the same.
      await writer?.all('PRAGMA optimize').catch(() => undefined);
    }
    // Last, because the connection that closes last also folds the WAL into the file.
    await writer?.close();
    await cleanUp?.();
  }
}
