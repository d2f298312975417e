import type { TextError } from '../session/sessionEvent';
import type { TurnLimits } from './turnLimits';

/** Failures that may pass by themselves. Timeouts are not among them: the person has waited long enough. */
const transientCodes: ReadonlySet<string> = new Set([
  'model/rate-limited',
  'model/overloaded',
  'model/server-error',
  'model/unreachable',
  'model/connection-lost',
]);

/** Reasons that stay whatever one waits: a bad certificate, an exhausted quota. */
const permanentReasons: ReadonlySet<string> = new Set(['tls', 'quota']);

export interface FailedTry {
  readonly error: TextError;
  /** From 1. */
  readonly attempt: number;
  /** From 0 to below 1. */
  readonly random: number;
}

/**
 * Milliseconds until a failed request is tried again, or undefined when it is not.
 * What the provider asked for is the least; otherwise the wait doubles, and half of it is random, so that
 * several windows do not come back together.
 */
export function retryDelay(failed: FailedTry, limits: TurnLimits): number | undefined {
  const { error, attempt, random } = failed;
  if (
    !transientCodes.has(error.code) ||
    permanentReasons.has(String(error.args['reason'])) ||
    attempt >= limits.maxTries
  ) {
    return undefined;
  }
  const backoff = Math.min(limits.backoffCapMs, limits.backoffBaseMs * 2 ** (attempt - 1));
  const jittered = Math.round(backoff / 2 + (backoff / 2) * random);
  const asked = error.args['retryAfterMs'];
  if (typeof asked !== 'number' || !Number.isFinite(asked)) {
    return jittered;
  }
  return asked > limits.maxRetryAfterMs ? undefined : Math.max(asked, jittered);
}
