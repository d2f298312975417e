import type { SessionManager } from '../../core/session/sessionManager';

/** What checkpoints need of the session manager. */
export type CheckpointSessions = Pick<
  SessionManager,
  'getSession' | 'list' | 'findByTitle' | 'readRecord' | 'importRecord'
>;
