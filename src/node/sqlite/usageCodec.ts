import type { UsageSnapshot } from '../../core/session/sessionService';
import { parseJson } from './sessionRows';

/** Stored name of each field. */
const fieldNames: Readonly<Record<keyof UsageSnapshot, string>> = {
  requestsLimit: 'requests_limit',
  requestsRemaining: 'requests_remaining',
  tokensLimit: 'tokens_limit',
  tokensRemaining: 'tokens_remaining',
  resetsAt: 'resets_at',
};

export function encodeUsage(snapshot: UsageSnapshot): string {
  const fields = Object.entries(fieldNames).map(([field, stored]) => [stored, snapshot[field as keyof UsageSnapshot]]);
  return JSON.stringify(Object.fromEntries(fields));
}

/** Undefined for text that is no snapshot: what is only a cache counts as not there. */
export function decodeUsage(text: string): UsageSnapshot | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const stored = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(fieldNames).flatMap(([field, name]) =>
      typeof stored[name] === 'number' ? [[field, stored[name]]] : [],
    ),
  );
}
