import type { SessionManager } from '../../core/session/sessionManager';

/** What lists and commands need of the session manager. */
export type SessionCatalog = Pick<
  SessionManager,
  | 'onDidChangeSessions'
  | 'get'
  | 'list'
  | 'findByTitle'
  | 'rename'
  | 'setArchived'
  | 'setPinned'
  | 'moveToTrash'
  | 'restore'
  | 'deleteForever'
  | 'storage'
>;
