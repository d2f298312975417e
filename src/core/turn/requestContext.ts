import type { Session, SessionId } from '../session/session';
import type { CompactionSettings } from './compactionSettings';

/** Upper bounds on what is sent; 0 = only the model's own window. */
export interface HistoryLimits {
  readonly maxMessages: number;
  readonly maxTokens: number;
}

/** Port: what goes into a request besides the log. Settings are asked for each time, as they stand then. */
export interface RequestContext {
  /** System text: instructions and skill. May be empty. */
  systemText(sessionId: SessionId, session: Session | undefined): Promise<string>;
  historyLimits(): HistoryLimits;
  compactionSettings(): CompactionSettings;
  /**
   * Names of the tools that the skill of the session, or the skill that was called by name with the message, leaves to
   * the model; null = all. `invocationName` is null for a message that called no skill.
   */
  allowedTools(session: Session | undefined, invocationName: string | null): Promise<readonly string[] | null>;
}
