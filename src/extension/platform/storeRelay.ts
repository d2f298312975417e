import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { Emitter, type Event } from '../../core/base/event';
import type { AppError } from '../../core/base/errors';
import type { StopRequest } from '../../core/session/otherWindows';
import type { SessionId } from '../../core/session/session';
import type { AppendedEvents, SessionsChange } from '../../core/session/sessionChanges';
import type { SessionManager } from '../../core/session/sessionManager';
import type { StoreHealth } from '../../core/session/storeHealth';

/** Passes on what the manager tells that is followed at the moment, so that nobody has to subscribe anew to the next one. */
export class StoreRelay implements Disposable {
  private subscriptions = new DisposableStore();
  private readonly sessionsChanged = new Emitter<SessionsChange>();
  private readonly eventsAppended = new Emitter<AppendedEvents>();
  private readonly repliesGrew = new Emitter<readonly SessionId[]>();
  private readonly stopAsked = new Emitter<StopRequest>();
  private readonly backupsScrubbed = new Emitter<AppError | undefined>();

  readonly onDidChangeSessions: Event<SessionsChange> = this.sessionsChanged.event;
  readonly onDidAppendEvents: Event<AppendedEvents> = this.eventsAppended.event;
  readonly onDidGrowReplies: Event<readonly SessionId[]> = this.repliesGrew.event;
  readonly onDidAskToStop: Event<StopRequest> = this.stopAsked.event;
  readonly onDidScrubBackups: Event<AppError | undefined> = this.backupsScrubbed.event;

  /** Follows this manager from here on, and disposes the one before. */
  follow(manager: SessionManager, onHealth: (health: StoreHealth) => void): void {
    this.subscriptions.dispose();
    this.subscriptions = new DisposableStore();
    this.subscriptions.add(manager);
    this.subscriptions.add(manager.onDidChangeSessions((change) => this.sessionsChanged.fire(change)));
    this.subscriptions.add(manager.onDidAppendEvents((appended) => this.eventsAppended.fire(appended)));
    this.subscriptions.add(manager.onDidGrowReplies((ids) => this.repliesGrew.fire(ids)));
    this.subscriptions.add(manager.onDidAskToStop((request) => this.stopAsked.fire(request)));
    this.subscriptions.add(manager.file.onDidScrubBackups((failure) => this.backupsScrubbed.fire(failure)));
    this.subscriptions.add(manager.file.onDidChangeHealth(onHealth));
  }

  /** Another store stands behind the same sessions: everybody has to read again. */
  reset(): void {
    this.sessionsChanged.fire({ kind: 'reset', ids: [], sessions: [] });
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.sessionsChanged.dispose();
    this.eventsAppended.dispose();
    this.repliesGrew.dispose();
    this.stopAsked.dispose();
    this.backupsScrubbed.dispose();
  }
}
