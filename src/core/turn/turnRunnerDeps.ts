import type { Clock, IdGenerator, Logger, Timers } from '../base/ports';
import type { ModelResolver } from './modelProvider';
import type { PromptSourceDeps } from './promptSource';
import type { TurnCompaction } from './turnCompaction';
import type { TurnLimits } from './turnLimits';

export interface TurnRunnerDeps extends PromptSourceDeps {
  readonly models: ModelResolver;
  /** Without it older messages are left out of what does not fit, and nothing stands for them. */
  readonly compaction?: TurnCompaction;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<TurnLimits>;
  /** A number from 0 to below 1, for the jitter of waiting times. `Math.random` unless given. */
  readonly random?: () => number;
}
