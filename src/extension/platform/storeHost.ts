import { AppError, isAppError, toError } from '../../core/base/errors';
import type { Disposable } from '../../core/base/disposable';
import { Emitter, type Event } from '../../core/base/event';
import type { Logger, Timers } from '../../core/base/ports';
import { Sequencer } from '../../core/base/sequencer';
import type { StopRequest } from '../../core/session/otherWindows';
import type { SessionId } from '../../core/session/session';
import type { AppendedEvents, SessionsChange } from '../../core/session/sessionChanges';
import type { SessionManager } from '../../core/session/sessionManager';
import type { StoreHealth } from '../../core/session/storeHealth';
import { RetryTimer } from './retryTimer';
import { StoreRelay } from './storeRelay';
import { isSameTrouble, isTriedAgain, stateOfOpen, unavailable, type StoreState } from './storeState';

/** `writable` is the store on disk, but not one that could only be read. */
export type StorePlace = 'disk' | 'writable' | 'memory';

export interface StoreHostDeps {
  /** Opens the store on disk, or one in memory. Rejects with `store/*`. */
  readonly open: (where: StorePlace) => Promise<SessionManager>;
  /** Folder of the store on disk. */
  readonly folder: () => string;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Milliseconds before the first try to open again; doubled up to fifteen times as much. */
  readonly retryMs?: number;
}

const defaultRetryMs = 2000;

/**
 * Opens the store on first use, behind one shared promise, and stands in for it where others subscribe before it is
 * open. What cannot be opened for a cause that may pass is tried again by itself. A store that cannot be opened is
 * never replaced without the person's word.
 */
export class StoreHost implements Disposable {
  private opening: Promise<SessionManager> | undefined;
  private current: StoreState = { kind: 'closed' };
  private live: SessionManager | undefined;
  private loss = 0;
  private hasOpened = false;
  private closed = false;
  /** Number of the newest try to open: whatever an earlier one still brings is closed again. */
  private attempt = 0;
  private readonly retrying: RetryTimer;
  /** What closes one store and opens another goes one after the other. */
  private readonly exchanges = new Sequencer();
  private readonly relay = new StoreRelay();
  private readonly stateChanged = new Emitter<StoreState>();
  private readonly reopened = new Emitter<void>();
  private readonly wasReplaced = new Emitter<AppError>();

  readonly onDidChangeState: Event<StoreState> = this.stateChanged.event;
  readonly onDidChangeSessions: Event<SessionsChange> = this.relay.onDidChangeSessions;
  readonly onDidAppendEvents: Event<AppendedEvents> = this.relay.onDidAppendEvents;
  /** Replies of these sessions grew in other windows. */
  readonly onDidGrowReplies: Event<readonly SessionId[]> = this.relay.onDidGrowReplies;
  /** Another window asked a turn of this one to stop. */
  readonly onDidAskToStop: Event<StopRequest> = this.relay.onDidAskToStop;
  /** Deleted sessions were removed from the backups; or why they could not be. */
  readonly onDidScrubBackups: Event<AppError | undefined> = this.relay.onDidScrubBackups;
  /** Another store is open than before, or one is open at last: what is shown has to be read again. */
  readonly onDidReopen: Event<void> = this.reopened.event;
  /** The file was removed or replaced while it was open; what this window had of it lies at `args.rescue`. */
  readonly onDidReplaceFile: Event<AppError> = this.wasReplaced.event;

  constructor(private readonly deps: StoreHostDeps) {
    this.retrying = new RetryTimer(deps.timers, deps.retryMs ?? defaultRetryMs);
  }

  get state(): StoreState {
    return this.current;
  }

  /** The manager over the open store. Rejects with the `store/*` error of the failed opening until the next try. */
  manager(): Promise<SessionManager> {
    this.opening ??= this.openAfter(Promise.resolve());
    return this.opening;
  }

  /** The manager when the store is open already; opens nothing. */
  openManager(): Promise<SessionManager | undefined> {
    return this.opening?.catch(() => undefined) ?? Promise.resolve(undefined);
  }

  /**
   * Runs a task on the open store, and once more on the next one when the store was exchanged under its hands. Only for
   * tasks that may run twice.
   */
  async use<T>(task: (manager: SessionManager) => Promise<T>): Promise<T> {
    const manager = await this.manager();
    try {
      return await task(manager);
    } catch (error) {
      const next = isAppError(error, 'store/closed', 'store/replaced') ? await this.manager() : manager;
      if (next === manager) {
        throw error;
      }
      return task(next).catch((cause: unknown) => {
        // What was prepared for the session went with the store before.
        throw isAppError(cause, 'session/not-found') ? error : cause;
      });
    }
  }

  /** Tries the disk again, or whether it can be written by now. Keeps an open store as it is. */
  async retry(): Promise<void> {
    this.retrying.cancel();
    await this.tryAgain();
  }

  /** Goes on in memory: everything works and nothing outlives the window. */
  async useMemory(): Promise<void> {
    if (this.current.kind === 'unavailable') {
      this.retrying.cancel();
      this.opening = this.openAfter(Promise.resolve(), 'memory');
    }
    await this.openManager();
  }

  /** Takes the file as it is for the truth from here on. */
  async acceptLoss(): Promise<void> {
    await (await this.manager()).file.acceptLoss();
    this.loss = 0;
    this.showOpen();
  }

  /**
   * Closes the store, runs a task that may put another file in its place, and opens what lies there then, also when the
   * task failed. Whoever asks for the store meanwhile waits. A chat in memory goes on in memory.
   */
  replaceFile<T>(task: (folder: string) => Promise<T>): Promise<T> {
    return this.exchanges.run(async () => {
      if (this.current.kind === 'memory') {
        return task(this.deps.folder());
      }
      const old = await this.openManager();
      const replaced = this.closeQuietly(old).then(() => task(this.deps.folder()));
      this.opening = this.openAfter(replaced);
      await this.openManager();
      return replaced;
    });
  }

  /** Waits for the last write and closes the store. */
  async close(): Promise<void> {
    this.closed = true;
    this.retrying.cancel();
    const manager = await this.openManager();
    this.opening = rejected(new AppError('store/closed'));
    await manager?.close();
  }

  dispose(): void {
    this.closed = true;
    this.retrying.cancel();
    this.relay.dispose();
    this.stateChanged.dispose();
    this.reopened.dispose();
    this.wasReplaced.dispose();
  }

  private async tryAgain(): Promise<void> {
    // In turn: nothing may be opened while a task exchanges the file.
    await this.exchanges.run(async () => {
      if (this.current.kind === 'unavailable') {
        this.opening = this.openAfter(Promise.resolve());
      } else if (this.current.kind === 'readOnly') {
        await this.tryToWrite();
      }
      await this.openManager();
    });
  }

  /** History stays readable meanwhile. */
  private async tryToWrite(): Promise<void> {
    const old = this.live;
    const attempt = ++this.attempt;
    try {
      const manager = await this.deps.open('writable');
      await this.adopt(manager, 'writable', attempt);
      await this.closeQuietly(old);
    } catch (error) {
      this.deps.logger.debug('The store can still not be written', error);
      this.retryLater();
    }
  }

  private openAfter(before: Promise<unknown>, where: StorePlace = 'disk'): Promise<SessionManager> {
    this.retrying.cancel();
    const attempt = ++this.attempt;
    const start = (): Promise<SessionManager> => this.openAndAdopt(where, attempt);
    const opening = before.then(start, start);
    opening.catch(() => undefined);
    return opening;
  }

  private async openAndAdopt(where: StorePlace, attempt: number): Promise<SessionManager> {
    try {
      const manager = await this.deps.open(where);
      await this.adopt(manager, where, attempt);
      return manager;
    } catch (cause) {
      const error = isAppError(cause) ? cause : new AppError('store/cannot-open', { cause: toError(cause) });
      if (attempt === this.attempt) {
        this.deps.logger.error('The store could not be opened', error);
        this.live = undefined;
        this.setState(unavailable(error));
        this.retryLater();
      }
      throw error;
    }
  }

  private async adopt(manager: SessionManager, where: StorePlace, attempt: number): Promise<void> {
    const loss = await this.lossOf(manager, where, attempt).catch(async (error: unknown) => {
      await this.closeQuietly(manager);
      throw error;
    });
    const isAnother = this.hasOpened || this.current.kind === 'unavailable';
    this.hasOpened = true;
    this.loss = loss;
    this.live = manager;
    this.opening = Promise.resolve(manager);
    this.relay.follow(manager, (health) => this.onHealth(manager, health));
    if (where === 'memory') {
      this.setState({ kind: 'memory' });
    } else {
      this.showOpen();
    }
    if (isAnother) {
      this.relay.reset();
      this.reopened.fire();
    }
  }

  /** Rejects when nobody waits for this store any more. */
  private async lossOf(manager: SessionManager, where: StorePlace, attempt: number): Promise<number> {
    const loss = where === 'memory' ? 0 : await manager.file.missingEvents();
    if (this.closed || attempt !== this.attempt) {
      throw new AppError('store/closed');
    }
    return loss;
  }

  private onHealth(manager: SessionManager, health: StoreHealth): void {
    if (health.kind !== 'broken') {
      this.showOpen();
      return;
    }
    this.deps.logger.error('The open store can be used no more', health.error);
    this.live = undefined;
    const closing = this.closeQuietly(manager);
    if (health.error.code === 'store/replaced') {
      this.opening = this.openAfter(closing);
      this.wasReplaced.fire(health.error);
    } else {
      this.opening = rejected(health.error);
      this.setState(unavailable(health.error));
    }
  }

  /** The state of the open store on disk as it stands now. */
  private showOpen(): void {
    if (this.live !== undefined) {
      this.setState(stateOfOpen(this.live.file.health, this.loss));
      this.retryLater();
    }
  }

  private retryLater(): void {
    if (this.current.kind === 'ok') {
      this.retrying.reset();
    } else if (isTriedAgain(this.current) && !this.closed) {
      this.retrying.schedule(() => void this.tryAgain());
    }
  }

  private async closeQuietly(manager: SessionManager | undefined): Promise<void> {
    await manager?.close().catch((error: unknown) => this.deps.logger.warn('The store was not closed cleanly', error));
  }

  /** Says nothing anew of a trouble that is known: the person is told once. */
  private setState(state: StoreState): void {
    const isKnown = isSameTrouble(state, this.current);
    this.current = state;
    if (!isKnown) {
      this.stateChanged.fire(state);
    }
  }
}

function rejected(error: AppError): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}
