import type { Session, SessionId } from './session';
import type { StoredEvent } from './sessionEvent';

/** What happened to rows, told after it is on disk. */
export interface SessionsChange {
  /** `reset`: another window wrote; whoever shows sessions reads again. */
  readonly kind: 'changed' | 'deleted' | 'reset';
  readonly ids: readonly SessionId[];
  readonly sessions: readonly Session[];
}

export interface AppendedEvents {
  readonly session: Session;
  readonly events: readonly StoredEvent[];
}
