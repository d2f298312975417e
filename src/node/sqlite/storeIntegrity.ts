import { AppError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { StoreCheck } from '../../core/session/storeFile';
import { memoryPath, type Database } from './database';
import { MarkWriter, missingFrom, readMark, writeMark, type StoreState } from './highWaterMark';
import { setUpReader } from './openWriter';
import { sealEarlier } from './sealEarlier';
import type { SqliteBinding } from './sqliteBinding';
import { SqliteConnection } from './sqliteConnection';
import { toStoreError } from './sqliteErrors';
import { readState } from './storeState';
import { verifyStore } from './verifyStore';

/** Keeps what tells whether a store still has all that was written to it, and tells it. */
export class StoreIntegrity {
  private readonly stopping = new AbortController();
  private readonly checks = new Set<Promise<unknown>>();
  private mark: MarkWriter | undefined;
  private sealing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly binding: SqliteBinding,
    private readonly logger: Logger,
  ) {}

  /** Compares the mark with the database, and begins to seal what earlier versions wrote. */
  async start(): Promise<void> {
    if (!this.inMemory) {
      this.mark = new MarkWriter(this.path, await this.compareMark(), this.logger);
      await this.raiseToStored();
    }
    this.sealing = this.seal();
  }

  /** To be called after a commit that wrote events, with the number that it left; see `MarkWriter.raise`. */
  raise(written: number | undefined): void {
    if (written !== undefined && this.mark?.raise(written) === true) {
      void this.raiseToStored().catch((error: unknown) => this.logger.debug('The mark was not raised anew', error));
    }
  }

  /** As `raise`, for commits that did not learn the number. */
  async raiseToStored(): Promise<void> {
    if (this.mark !== undefined) {
      this.raise((await this.database.read(readState)).written);
    }
  }

  /** See `SessionService.missingEvents`. */
  async missingEvents(): Promise<number> {
    // Before the database, see `missingFrom`.
    const mark = this.inMemory ? undefined : await readMark(this.path);
    return mark === undefined ? 0 : missingFrom(mark, await this.database.read(readState));
  }

  /** See `SessionService.acceptLoss`. */
  async acceptLoss(): Promise<void> {
    if (this.inMemory) {
      return;
    }
    const state = await this.database.read(readState);
    try {
      await writeMark(this.path, state);
    } catch (error) {
      throw toStoreError(error, this.path);
    }
  }

  /** See `SessionService.check`. */
  async check(): Promise<StoreCheck> {
    const missingEvents = await this.missingEvents();
    // Events that an earlier version in another window wrote since are taken along.
    this.sealing = this.sealing.then(() => this.seal());
    await this.sealing;
    const { signal } = this.stopping;
    const checking = this.readApart((connection) => verifyStore(connection, signal));
    this.checks.add(checking);
    try {
      return { ...(await checking), missingEvents };
    } catch (error) {
      throw signal.aborted ? new AppError('store/closed', { args: { path: this.path } }) : error;
    } finally {
      this.checks.delete(checking);
    }
  }

  /** Breaks off what runs beside the calls, and resolves when none of it has the file open any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled([this.sealing, ...this.checks]);
  }

  /** To be called when nothing is written any more. */
  close(): void {
    this.mark?.close();
  }

  private get path(): string {
    return this.database.path;
  }

  private get inMemory(): boolean {
    return this.path === memoryPath;
  }

  /** Puts down what is missing before new events could make up the number. Returns the generation of the database. */
  private async compareMark(): Promise<string> {
    const mark = await readMark(this.path);
    const state = await this.database.read(readState);
    const missing = mark === undefined ? 0 : missingFrom(mark, state);
    if (missing > (mark?.missing ?? 0)) {
      this.logger.warn(`${missing} events that were stored once are missing from ${this.path}`);
    }
    if (missing !== mark?.missing || state.generation !== mark.generation) {
      await this.note(state, missing);
    }
    return state.generation;
  }

  private async note(state: StoreState, missing: number): Promise<void> {
    // A store that nobody has written to leaves no trace.
    if (state.written > 0 || missing > 0) {
      await writeMark(this.path, state, missing).catch((error: unknown) =>
        this.logger.warn('The mark of the stored events could not be written', error),
      );
    }
  }

  private async seal(): Promise<void> {
    try {
      await sealEarlier(this.database, this.stopping.signal);
    } catch (error) {
      if (!this.stopping.signal.aborted) {
        this.logger.warn('Events of an earlier version were not sealed; this goes on with the next start', error);
      }
    }
  }

  /** Reads on a connection of its own, so that no other call waits, where the file can be opened once more. */
  private async readApart<T>(task: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    if (this.inMemory || this.database.health.kind === 'readOnly') {
      return this.database.read(task);
    }
    const connection = await SqliteConnection.open(this.binding, this.path, 'readonly');
    const interrupt = (): void => connection.interrupt();
    this.stopping.signal.addEventListener('abort', interrupt, { once: true });
    try {
      await setUpReader(connection);
      return await task(connection);
    } finally {
      this.stopping.signal.removeEventListener('abort', interrupt);
      await connection.close();
    }
  }
}
