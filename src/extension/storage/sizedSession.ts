import type { Session } from '../../core/session/session';

/** A session with the bytes of its text. */
export interface SizedSession {
  readonly session: Session;
  readonly bytes: number;
}
