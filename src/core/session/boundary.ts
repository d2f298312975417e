import type { Session } from './session';

export interface BoundaryCircumstances {
  /** Unix milliseconds. */
  readonly now: number;
  /** The resume window in minutes; 0 = silence makes no boundary. */
  readonly continueMinutes: number;
  /** This run of the extension host has not written to the session yet. */
  readonly newInvocation: boolean;
}

/**
 * The hidden text that stands before a message after a resume or a silence longer than the resume window, so that
 * the model knows that what it saw of files and tools may no longer be true. Undefined where none belongs.
 */
export function boundaryOf(
  session: Pick<Session, 'headId' | 'updatedAt'>,
  { now, continueMinutes, newInvocation }: BoundaryCircumstances,
): string | undefined {
  const idleMs = Math.max(0, now - session.updatedAt);
  const wentIdle = continueMinutes > 0 && idleMs > continueMinutes * 60_000;
  if (session.headId === null || !(newInvocation || wentIdle)) {
    return undefined;
  }
  const reason = newInvocation
    ? 'The editor was closed or reloaded since the last message'
    : 'The conversation was left open without a message';
  return `[Session resumed. ${reason}; ${describeDuration(idleMs)} passed. Everything above is from before: files, the clock and running processes may have changed since.]`;
}

/** A rough English duration for a model's eyes, never for a person's. */
function describeDuration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) {
    return 'less than a minute';
  }
  if (minutes < 120) {
    return `about ${minutes} minute${minutes === 1 ? '' : 's'}`;
  }
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `about ${hours} hours` : `about ${Math.round(hours / 24)} days`;
}
