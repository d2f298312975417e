import { describe, expect, it } from 'vitest';
import { retryAfterMs, serverSessionOf, usageLimitsOf } from '../../../../src/node/models/responseHeaders';

const now = Date.UTC(2026, 10, 20, 10, 0, 0);

describe('usageLimitsOf', () => {
  it("reads OpenAI's headers with their durations", () => {
    const headers = new Headers({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-reset-tokens': '6m0s',
    });
    expect(usageLimitsOf(headers, now)).toEqual({
      requestsLimit: 60,
      requestsRemaining: 59,
      tokensLimit: 150_000,
      tokensRemaining: 149_984,
      resetsAt: now + 360_000,
    });
  });

  it("reads Anthropic's headers with their dates", () => {
    const headers = new Headers({
      'anthropic-ratelimit-tokens-remaining': '0',
      'anthropic-ratelimit-tokens-reset': '2026-11-20T10:05:00Z',
    });
    expect(usageLimitsOf(headers, now)).toEqual({ tokensRemaining: 0, resetsAt: now + 300_000 });
  });

  it('says nothing where the headers say nothing that can be read', () => {
    expect(
      usageLimitsOf(
        new Headers({ 'content-type': 'x', 'x-ratelimit-limit-tokens': 'many', 'x-ratelimit-reset-tokens': 'soon' }),
        now,
      ),
    ).toBeUndefined();
  });
});

describe('retryAfterMs', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '5' }, 5000],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': 'Fri, 20 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT', date: 'Fri, 20 Nov 2026 12:00:00 GMT' }, 30_000],
    [{ 'retry-after-ms': '120', 'retry-after': '5' }, 120],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'later' }, undefined],
    [{}, undefined],
  ])('%o is %s', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers), now)).toBe(expected);
  });
});

describe('serverSessionOf', () => {
  it('takes an id and nothing that is no id', () => {
    expect(serverSessionOf(new Headers({ 'x-session-id': ' abc ' }))).toBe('abc');
    expect(serverSessionOf(new Headers({ 'x-session-id': '' }))).toBeUndefined();
    expect(serverSessionOf(new Headers({ 'x-session-id': 'x'.repeat(600) }))).toBeUndefined();
    expect(serverSessionOf(new Headers())).toBeUndefined();
  });
});
