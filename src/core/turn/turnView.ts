import type { EventId, ModelRef, SessionId, TurnId } from '../session/session';
import type { Json, TextError } from '../session/sessionEvent';

/** A tool call of the running turn that has no result yet. */
export interface PendingToolCall {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
  readonly phase: 'confirm' | 'running';
}

/**
 * What a view needs of a running turn; computed from the machine's state, never stored.
 * `waiting` counts down to the next try after a failure that may pass by itself.
 */
export interface TurnView {
  readonly sessionId: SessionId;
  readonly turnId: TurnId;
  /** Event below which the answer grows. Later events of the branch shown belong to an earlier answer and are hidden meanwhile. */
  readonly parentId: EventId | null;
  readonly phase: 'preparing' | 'connecting' | 'streaming' | 'tools' | 'waiting' | 'stopping';
  readonly model: ModelRef | null;
  /** Text of the current answer so far; the next `text` event of this turn replaces it. */
  readonly text: string;
  readonly reasoning: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly pendingTools: readonly PendingToolCall[];
  /** Another window drives this turn: here it can only be watched and asked to stop. */
  readonly elsewhere?: true;
  readonly retry: { readonly at: number; readonly attempt: number; readonly error: TextError } | null;
}
