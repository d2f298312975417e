import { AppError } from '../base/errors';
import type { Session, SessionId } from './session';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A month is 30 days: an age must not depend on which month it is counted back from. */
const unitMs: ReadonlyMap<string, number> = new Map([
  ['h', hourMs],
  ['d', dayMs],
  ['w', 7 * dayMs],
  ['m', 30 * dayMs],
]);

/** How long the trash keeps a session: the time that a person is promised to take a deletion back in. */
export const trashKeptMs = 30 * dayMs;

/** What choosing needs to know of a session. */
export type CleaningCandidate = Pick<Session, 'id' | 'updatedAt' | 'pinned' | 'deletedAt' | 'turnStatus'>;

/**
 * Milliseconds of an age such as `12h`, `30 d`, `2w` or `6m`; 0 stands for any age.
 * Throws `argument/invalid` for anything else.
 */
export function parseAge(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)\s*([a-z])$/.exec(text.trim()) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? NaN);
  if (count === '' || !Number.isSafeInteger(ms)) {
    throw new AppError('argument/invalid', {
      args: { name: 'olderThan', reason: `“${text}” is no age: write a whole number with h, d, w or m, such as 30d` },
    });
  }
  return ms;
}

/** The moment (Unix ms) before which a session counts as older than the age; an age of 0 takes all, also from a fast clock. */
export function staleBefore(olderThanMs: number, now: number): number {
  return olderThanMs === 0 ? Number.MAX_SAFE_INTEGER : now - olderThanMs;
}

/** The sessions whose last event is older than that. Never one that is pinned, open, answering or in the trash. */
export function chooseStale<T extends CleaningCandidate>(
  sessions: readonly T[],
  {
    olderThanMs,
    now,
    openId,
  }: { readonly olderThanMs: number; readonly now: number; readonly openId: SessionId | null },
): readonly T[] {
  const before = staleBefore(olderThanMs, now);
  return sessions.filter((session) => session.updatedAt < before && mayGo(session, openId === null ? [] : [openId]));
}

/**
 * Which of the sessions of one workspace key go when at most `maxSessions` may stay, the one untouched longest first.
 * Those that are pinned, open or answering count and stay, so that more than that may be left. 0 sets no limit.
 */
export function chooseOverLimit<T extends CleaningCandidate>(
  sessions: readonly T[],
  maxSessions: number,
  openIds: readonly SessionId[],
): readonly T[] {
  const kept = sessions.filter((session) => session.deletedAt === null);
  const excess = maxSessions > 0 ? Math.max(0, kept.length - maxSessions) : 0;
  return kept
    .filter((session) => mayGo(session, openIds))
    .sort((a, b) => a.updatedAt - b.updatedAt || (a.id < b.id ? -1 : 1))
    .slice(0, excess);
}

function mayGo(session: CleaningCandidate, openIds: readonly SessionId[]): boolean {
  return (
    !session.pinned &&
    session.deletedAt === null &&
    // Another window may be answering in it, and which sessions it shows is not known here.
    session.turnStatus !== 'running' &&
    !openIds.includes(session.id)
  );
}
