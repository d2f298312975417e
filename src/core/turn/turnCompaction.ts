import type { EventId, SessionId } from '../session/session';
import type { PreparedPrompt } from './promptSource';

/** A request that is about to leave. */
export interface PendingRequest {
  readonly prompt: PreparedPrompt;
  /** Older event below which the answer starts a branch; null where it follows the head. */
  readonly branchFrom: EventId | null;
  /** Aborted when the person stops the turn. */
  readonly signal: AbortSignal;
  /** Called before each wait for a summary. */
  readonly hold: () => void;
}

/** Port: what turns ask of whoever summarises older messages. Nothing rejects except when the signal is aborted. */
export interface TurnCompaction {
  /** Summarises where it is time to; resolves with what is to be sent then. Waits only for what would not fit. */
  beforeRequest(request: PendingRequest): Promise<PreparedPrompt>;
  /** Summarises after the provider found a request too long; undefined when nothing could be done. */
  afterRefusal(request: PendingRequest): Promise<PreparedPrompt | undefined>;
  /** Prepares for the next message once the end of a turn is stored. */
  afterTurn(sessionId: SessionId): Promise<void>;
}
