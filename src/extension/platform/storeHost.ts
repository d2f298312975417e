import { AppError, isAppError, toError } from '../../core/base/errors';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { Emitter, type Event } from '../../core/base/event';
import type { Logger } from '../../core/base/ports';
import type { AppendedEvents, SessionsChange } from '../../core/session/sessionChanges';
import type { SessionManager } from '../../core/session/sessionManager';

export type StoreState =
  | { readonly kind: 'closed' }
  | { readonly kind: 'ok' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'unavailable'; readonly error: AppError };

export interface StoreHostDeps {
  /** Opens the store on disk, or one in memory. Rejects with `store/*`. */
  readonly open: (where: 'disk' | 'memory') => Promise<SessionManager>;
  readonly logger: Logger;
}

/**
 * Opens the store on first use, behind one shared promise, and stands in for it where others subscribe before it is
 * open. A store that cannot be opened is never replaced without the person's word.
 */
export class StoreHost implements Disposable {
  private opening: Promise<SessionManager> | undefined;
  private subscriptions = new DisposableStore();
  private current: StoreState = { kind: 'closed' };
  private readonly stateChanged = new Emitter<StoreState>();
  private readonly sessionsChanged = new Emitter<SessionsChange>();
  private readonly eventsAppended = new Emitter<AppendedEvents>();

  readonly onDidChangeState: Event<StoreState> = this.stateChanged.event;
  readonly onDidChangeSessions: Event<SessionsChange> = this.sessionsChanged.event;
  readonly onDidAppendEvents: Event<AppendedEvents> = this.eventsAppended.event;

  constructor(private readonly deps: StoreHostDeps) {}

  get state(): StoreState {
    return this.current;
  }

  /** The manager over the open store. Rejects with the `store/*` error of the failed opening until `retry` or `useMemory`. */
  manager(): Promise<SessionManager> {
    this.opening ??= this.open('disk');
    return this.opening;
  }

  /** The manager when the store is open already; opens nothing. */
  openManager(): Promise<SessionManager | undefined> {
    return this.opening?.catch(() => undefined) ?? Promise.resolve(undefined);
  }

  /** Tries the disk again. Keeps an open store as it is. */
  async retry(): Promise<void> {
    if (this.current.kind === 'unavailable') {
      this.opening = this.open('disk');
    }
    await this.openManager();
  }

  /** Goes on in memory: everything works and nothing outlives the window. */
  async useMemory(): Promise<void> {
    if (this.current.kind === 'unavailable') {
      this.opening = this.open('memory');
    }
    await this.openManager();
  }

  /** Waits for the last write and closes the store. */
  async close(): Promise<void> {
    const manager = await this.openManager();
    this.opening = Promise.reject(new AppError('store/closed'));
    this.opening.catch(() => undefined);
    await manager?.close();
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.stateChanged.dispose();
    this.sessionsChanged.dispose();
    this.eventsAppended.dispose();
  }

  private open(where: 'disk' | 'memory'): Promise<SessionManager> {
    const opening = this.openAndSubscribe(where);
    opening.catch(() => undefined);
    return opening;
  }

  private async openAndSubscribe(where: 'disk' | 'memory'): Promise<SessionManager> {
    try {
      const manager = await this.deps.open(where);
      this.subscriptions.dispose();
      this.subscriptions = new DisposableStore();
      this.subscriptions.add(manager);
      this.subscriptions.add(manager.onDidChangeSessions((change) => this.sessionsChanged.fire(change)));
      this.subscriptions.add(manager.onDidAppendEvents((appended) => this.eventsAppended.fire(appended)));
      this.setState({ kind: where === 'disk' ? 'ok' : 'memory' });
      return manager;
    } catch (cause) {
      const error = isAppError(cause) ? cause : new AppError('store/cannot-open', { cause: toError(cause) });
      this.deps.logger.error('The store could not be opened', error);
      this.setState({ kind: 'unavailable', error });
      throw error;
    }
  }

  private setState(state: StoreState): void {
    this.current = state;
    this.stateChanged.fire(state);
  }
}
