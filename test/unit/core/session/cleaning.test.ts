import { describe, expect, it } from 'vitest';
import type { Session } from '../../../../src/core/session/session';
import {
  chooseOverLimit,
  chooseStale,
  parseAge,
  staleBefore,
  trashKeptMs,
} from '../../../../src/core/session/cleaning';
import { session } from '../../../support/builders';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 20);

describe('an age', () => {
  it.each<[string, number]>([
    ['1h', hour],
    ['36h', 36 * hour],
    ['30d', 30 * day],
    ['30 d', 30 * day],
    ['  2   w ', 14 * day],
    ['6m', 180 * day],
    ['0d', 0],
    ['0h', 0],
    ['007d', 7 * day],
  ])('is read from %j', (text, ms) => {
    expect(parseAge(text)).toBe(ms);
  });

  it.each(['', ' ', '30', 'd', '30D', '-5d', '- 5d', '+5d', '1.5d', '1,5d', '5y', '5s', '5dd', '5d 3h', '0x1fd', '٣d'])(
    'is not read from %j',
    (text) => {
      expect(() => parseAge(text)).toThrow(
        expect.objectContaining({
          code: 'argument/invalid',
          args: expect.objectContaining({
            name: 'olderThan',
            reason: expect.stringContaining(`“${text}”`) as string,
          }) as object,
        }) as Error,
      );
    },
  );

  it('is refused when it is longer than time can be counted', () => {
    expect(() => parseAge(`${'9'.repeat(30)}m`)).toThrow(
      expect.objectContaining({ code: 'argument/invalid' }) as Error,
    );
  });
});

describe('the trash', () => {
  it('keeps a session for thirty days', () => {
    expect(trashKeptMs).toBe(30 * day);
  });
});

describe('sessions that go because of their age', () => {
  const aged = (days: number, overrides: Partial<Session> = {}) =>
    session({ updatedAt: now - days * day, ...overrides });
  const idsOf = (sessions: readonly Session[]) => sessions.map(({ id }) => id);
  const recent = aged(0);
  const old = aged(40);

  it.each<[string, readonly Session[]]>([
    ['30d', [old]],
    ['0d', [recent, old]],
    ['100d', []],
    ['40d', []],
  ])('are, older than %s, the right ones of a fresh one and one of 40 days', (age, gone) => {
    const chosen = chooseStale([recent, old], { olderThanMs: parseAge(age), now, openId: null });
    expect(idsOf(chosen)).toEqual(idsOf(gone));
  });

  it('are, with an age of 0, also those that a fast clock wrote', () => {
    const ahead = aged(-1);
    expect(chooseStale([ahead], { olderThanMs: 0, now, openId: null })).toEqual([ahead]);
    expect(staleBefore(0, now)).toBeGreaterThan(ahead.updatedAt);
    expect(staleBefore(day, now)).toBe(now - day);
  });

  it('are never the open one, a pinned one, one that is answering or one in the trash', () => {
    const open = aged(90);
    const sessions = [
      open,
      aged(90, { pinned: true }),
      aged(90, { turnStatus: 'running' }),
      aged(90, { deletedAt: 1 }),
      aged(90, { archivedAt: 1, turnStatus: 'failed' }),
    ];
    for (const olderThanMs of [30 * day, 0]) {
      expect(chooseStale(sessions, { olderThanMs, now, openId: open.id })).toEqual([sessions[4]]);
    }
  });
});

describe('sessions that go because there are too many', () => {
  const at = (updatedAt: number, overrides: Partial<Session> = {}) => session({ updatedAt, ...overrides });
  const [a, b, c, d] = [at(4), at(1), at(3), at(2)];
  const all = [a, b, c, d];

  it('are those untouched longest, oldest first, as many as are over the limit', () => {
    expect(chooseOverLimit(all, 2, [])).toEqual([b, d]);
    expect(chooseOverLimit(all, 4, [])).toEqual([]);
    expect(chooseOverLimit(all, 9, [])).toEqual([]);
  });

  it('are none without a limit', () => {
    expect(chooseOverLimit(all, 0, [])).toEqual([]);
    expect(chooseOverLimit(all, -3, [])).toEqual([]);
  });

  it('are never open, pinned or answering ones, which count all the same', () => {
    const busy = at(0, { turnStatus: 'running' });
    const pinned = at(0, { pinned: true });
    expect(chooseOverLimit([...all, pinned, busy], 3, [b.id])).toEqual([d, c, a]);
    expect(chooseOverLimit([b, pinned, busy], 1, [b.id])).toEqual([]);
  });

  it('are told from those in the trash, which take no place', () => {
    expect(chooseOverLimit([...all, at(0, { deletedAt: 1 })], 4, [])).toEqual([]);
  });
});
