/**
 * The hidden event that stands before the first message of a new invocation, so that the model knows that time
 * has passed and that what it saw of files and tools may no longer be true.
 */
export function boundaryText(idleMs: number, newInvocation: boolean): string {
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
