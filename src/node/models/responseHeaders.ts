import type { UsageSnapshot } from '../../core/session/sessionService';

/** Header in which a provider or gateway names the conversation. */
export const sessionHeader = 'x-session-id';

/** A longer id is no id; it would come back with every request. */
const maxSessionIdLength = 512;

export function serverSessionOf(headers: Headers): string | undefined {
  const id = headers.get(sessionHeader)?.trim() ?? '';
  return id === '' || id.length > maxSessionIdLength ? undefined : id;
}

/** What the headers tell of quotas, in OpenAI's and in Anthropic's spelling; undefined when they tell nothing. */
export function usageLimitsOf(headers: Headers, now: number): UsageSnapshot | undefined {
  const read = (...names: readonly string[]): string | undefined =>
    names.map((name) => headers.get(name) ?? undefined).find((value) => value !== undefined);
  const snapshot: UsageSnapshot = {
    ...field('requestsLimit', count(read('x-ratelimit-limit-requests', 'anthropic-ratelimit-requests-limit'))),
    ...field(
      'requestsRemaining',
      count(read('x-ratelimit-remaining-requests', 'anthropic-ratelimit-requests-remaining')),
    ),
    ...field('tokensLimit', count(read('x-ratelimit-limit-tokens', 'anthropic-ratelimit-tokens-limit'))),
    ...field('tokensRemaining', count(read('x-ratelimit-remaining-tokens', 'anthropic-ratelimit-tokens-remaining'))),
    ...field(
      'resetsAt',
      latest([
        resetTime(read('x-ratelimit-reset-requests', 'anthropic-ratelimit-requests-reset'), now),
        resetTime(read('x-ratelimit-reset-tokens', 'anthropic-ratelimit-tokens-reset'), now),
      ]),
    ),
  };
  return Object.keys(snapshot).length === 0 ? undefined : snapshot;
}

/**
 * Milliseconds that the response asks to wait: `retry-after-ms`, `retry-after` in seconds or as a date (measured against
 * the server's own clock where it sent it). Undefined when it does not say, or says nothing that can be read.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const exact = count(headers.get('retry-after-ms') ?? undefined);
  if (exact !== undefined) {
    return exact;
  }
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    return Math.ceil(Number(text) * 1000);
  }
  // Without a month or weekday it is a broken number, which the parser would take for a year.
  const date = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) {
    return undefined;
  }
  const serverNow = Date.parse(headers.get('date') ?? '');
  return Math.max(0, date - (Number.isNaN(serverNow) ? now : serverNow));
}

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Unix milliseconds of a reset that is told as a date or as a duration such as `6m0s`. */
function resetTime(text: string | undefined, now: number): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text) {
    return now + parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (durationUnits[unit ?? ''] ?? 0), 0);
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function field<K extends keyof UsageSnapshot>(name: K, value: number | undefined): UsageSnapshot {
  return value === undefined ? {} : { [name]: value };
}
