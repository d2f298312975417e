import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { Logger } from '../base/ports';
import type { Session, SessionId } from './session';
import type { StoredEvent } from './sessionEvent';
import type { AppendResult } from './sessionService';

/** What happened to rows, told after it is on disk. */
export interface SessionsChange {
  /** `reset`: another window wrote; whoever shows sessions reads again. */
  readonly kind: 'changed' | 'deleted' | 'reset';
  readonly ids: readonly SessionId[];
  readonly sessions: readonly Session[];
  /** What is attached to the sessions has changed; their rows are as they were. */
  readonly context?: true;
}

export interface AppendedEvents {
  readonly session: Session;
  readonly events: readonly StoredEvent[];
}

/** Tells whoever listens what happened to sessions. */
export class SessionAnnouncer implements Disposable {
  private readonly sessionsChanged: Emitter<SessionsChange>;
  private readonly eventsAppended: Emitter<AppendedEvents>;

  readonly onDidChangeSessions: Event<SessionsChange>;
  readonly onDidAppendEvents: Event<AppendedEvents>;

  constructor(logger: Logger) {
    const report = (error: unknown): void => logger.error('A session listener failed', error);
    this.sessionsChanged = new Emitter(report);
    this.eventsAppended = new Emitter(report);
    this.onDidChangeSessions = this.sessionsChanged.event;
    this.onDidAppendEvents = this.eventsAppended.event;
  }

  appended({ session, events }: AppendResult): void {
    this.eventsAppended.fire({ session, events });
    this.changed([session]);
  }

  changed(sessions: readonly Session[]): void {
    this.sessionsChanged.fire({ kind: 'changed', ids: sessions.map(({ id }) => id), sessions });
  }

  contextChanged(session: Session): void {
    this.sessionsChanged.fire({ kind: 'changed', ids: [session.id], sessions: [session], context: true });
  }

  deleted(ids: readonly SessionId[]): void {
    this.sessionsChanged.fire({ kind: 'deleted', ids, sessions: [] });
  }

  /** Another window wrote: everybody has to read again. */
  reset(): void {
    this.sessionsChanged.fire({ kind: 'reset', ids: [], sessions: [] });
  }

  dispose(): void {
    this.sessionsChanged.dispose();
    this.eventsAppended.dispose();
  }
}
