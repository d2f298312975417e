import type { Clock, IdGenerator, Logger, Timers } from '../base/ports';
import type { Session, SessionId } from '../session/session';
import type { ModelResolver } from './modelProvider';
import type { ToolHost } from './toolHost';
import type { TurnLimits } from './turnLimits';
import type { TurnLog } from './turnLog';

/** Upper bounds on what is sent; 0 = only the model's own window. */
export interface HistoryLimits {
  readonly maxMessages: number;
  readonly maxTokens: number;
}

/** Port: what goes into a request besides the log. */
interface RequestContext {
  /** System text: instructions and skill. May be empty. */
  systemText(sessionId: SessionId, session: Session | undefined): Promise<string>;
  historyLimits(): HistoryLimits;
}

export interface TurnRunnerDeps {
  readonly log: TurnLog;
  readonly models: ModelResolver;
  readonly tools: ToolHost;
  readonly context: RequestContext;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<TurnLimits>;
  /** A number from 0 to below 1, for the jitter of waiting times. `Math.random` unless given. */
  readonly random?: () => number;
}
