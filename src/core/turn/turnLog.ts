import type { EventId, Session, SessionId, TurnId } from '../session/session';
import type { NewEvent, StoredEvent } from '../session/sessionEvent';
import type { AppendOptions, EventPage, ReplyDraft, UsageSnapshot } from '../session/sessionService';

/**
 * Port: the log as turns see it; the session manager is behind it.
 * Everything may reject with a `store/*` error. What has resolved is on disk.
 */
export interface TurnLog {
  /** Undefined for a session that has no row yet. */
  getSession(sessionId: SessionId): Promise<Session | undefined>;
  /**
   * Stores a message of the person in one transaction, and makes the session when this is its first event.
   * The log adds what belongs to a message: the note that a new invocation began, the derived title.
   * Resolves with everything it wrote, the message last.
   */
  appendUserMessage(sessionId: SessionId, event: NewEvent, options: AppendOptions): Promise<readonly StoredEvent[]>;
  /**
   * Stores events of the turn in one transaction. Events that are stored already (same id) are left alone.
   * With no events only the fields of `options` are written.
   */
  append(sessionId: SessionId, events: readonly NewEvent[], options: AppendOptions): Promise<readonly StoredEvent[]>;
  /**
   * Stores events behind the head, but only while that is still `head`. Rejects with `session/head-moved`, and nothing
   * is stored, when this or another window has written since.
   */
  appendAt(sessionId: SessionId, events: readonly NewEvent[], head: EventId | null): Promise<readonly StoredEvent[]>;
  /**
   * Replaces the partial reply of the session. Creates no event. Rejects with `session/taken-over` when the turn has the
   * session no more.
   */
  savePartialReply(draft: ReplyDraft): Promise<void>;
  /** Tells other windows that the turn is still worked on. Rejects as `savePartialReply` does. */
  keepAlive(turn: { readonly sessionId: SessionId; readonly turnId: TurnId }): Promise<void>;
  /** The newest `limit` events of the branch shown, or of those above `before`, oldest first. */
  loadPage(sessionId: SessionId, limit: number, before?: EventId): Promise<EventPage>;
  /** The branch from the root to `end`, or to the head. */
  loadBranch(sessionId: SessionId, end?: EventId): Promise<readonly StoredEvent[]>;
  /** Remembers the id that the provider or gateway gave the conversation; empty text forgets it. */
  setServerSessionId(sessionId: SessionId, serverSessionId: string): Promise<void>;
  /** Remembers what a provider said of its quota. */
  setUsage(accountKey: string, snapshot: UsageSnapshot): Promise<void>;
}
