import type { SessionManager } from '../../core/session/sessionManager';

/** What cleaning, limits and the report on storage need of the session manager. */
export type SessionStorage = Pick<
  SessionManager,
  'get' | 'list' | 'moveToTrash' | 'restore' | 'deleteForever' | 'emptyTrash' | 'sizesOf' | 'storage' | 'file'
>;
