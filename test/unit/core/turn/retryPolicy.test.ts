import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../../../src/core/turn/retryPolicy';
import { defaultTurnLimits } from '../../../../src/core/turn/turnLimits';

const delay = (
  code: string,
  args: Record<string, string | number> = {},
  attempt = 1,
  random = 0.5,
): number | undefined => retryDelay({ error: { code, args }, attempt, random }, defaultTurnLimits);

describe('retryDelay', () => {
  it.each([
    'model/rate-limited',
    'model/overloaded',
    'model/server-error',
    'model/unreachable',
    'model/connection-lost',
  ])('tries again after %s', (code) => {
    expect(delay(code)).toBe(750);
  });

  it.each([
    'model/unauthorized',
    'model/forbidden',
    'model/not-found',
    'model/bad-request',
    'model/context-too-long',
    'model/blocked',
    'model/malformed',
    'model/incomplete',
    'model/first-byte-timeout',
    'model/idle-timeout',
    'provider/insecure-address',
    'store/full',
    'internal',
  ])('does not try again after %s', (code) => {
    expect(delay(code)).toBeUndefined();
  });

  it('waits longer from try to try, up to a limit, and at random within half of it', () => {
    expect([0, 0.999].map((random) => delay('model/overloaded', {}, 1, random))).toEqual([500, 1000]);
    expect([0, 0.999].map((random) => delay('model/overloaded', {}, 2, random))).toEqual([1000, 1999]);
    expect(
      retryDelay(
        { error: { code: 'model/overloaded', args: {} }, attempt: 20, random: 0 },
        { ...defaultTurnLimits, maxTries: 99 },
      ),
    ).toBe(15_000);
  });

  it('gives up after the third try', () => {
    expect(delay('model/overloaded', {}, 2)).toBeDefined();
    expect(delay('model/overloaded', {}, 3)).toBeUndefined();
  });

  it('waits at least as long as the provider asked, but not beyond two minutes', () => {
    expect(delay('model/rate-limited', { retryAfterMs: 30_000 })).toBe(30_000);
    expect(delay('model/rate-limited', { retryAfterMs: 0 })).toBe(750);
    expect(delay('model/rate-limited', { retryAfterMs: 120_000 })).toBe(120_000);
    expect(delay('model/rate-limited', { retryAfterMs: 120_001 })).toBeUndefined();
  });

  it('does not wait for what time does not cure', () => {
    expect(delay('model/unreachable', { reason: 'tls' })).toBeUndefined();
    expect(delay('model/rate-limited', { reason: 'quota' })).toBeUndefined();
    expect(delay('model/unreachable', { reason: 'dns' })).toBeDefined();
  });
});
