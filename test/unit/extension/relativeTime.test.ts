import { describe, expect, it } from 'vitest';
import { calendarDaysBetween, formatRelativeTime } from '../../../src/extension/sessions/relativeTime';

const now = new Date(2026, 10, 20, 9, 0, 0).getTime();
const minutesAgo = (minutes: number): number => now - minutes * 60_000;
const format = (then: number): string => formatRelativeTime(then, now, 'en');

describe('formatRelativeTime', () => {
  it.each([
    ['the same moment', now, 'now'],
    ['59 seconds ago', now - 59_000, 'now'],
    ['a minute ago', minutesAgo(1), '1 min. ago'],
    ['59 minutes ago', minutesAgo(59), '59 min. ago'],
    ['an hour ago', minutesAgo(60), '1 hr. ago'],
    ['earlier today', minutesAgo(8 * 60), '8 hr. ago'],
    ['just before midnight, seen after a night', new Date(2026, 10, 19, 23, 0, 0).getTime(), 'yesterday'],
    ['six days ago', new Date(2026, 10, 14, 9, 0, 0).getTime(), '6 days ago'],
    ['a week ago', new Date(2026, 10, 13, 9, 0, 0).getTime(), 'Nov 13'],
    ['last year', new Date(2025, 2, 1, 9, 0, 0).getTime(), 'Mar 1, 2025'],
  ])('tells %s', (_, then, text) => {
    expect(format(then)).toBe(text);
  });

  it('reads a time in the future as now, because only a wrong clock makes one', () => {
    expect(format(now + 60 * 60_000)).toBe('now');
  });

  it('calls five hours ago hours also when midnight lies between', () => {
    const afterMidnight = new Date(2026, 10, 20, 2, 0, 0).getTime();
    expect(formatRelativeTime(afterMidnight - 5 * 3_600_000, afterMidnight, 'en')).toBe('5 hr. ago');
  });

  it('speaks the language of the window', () => {
    expect(formatRelativeTime(minutesAgo(60 * 24), now, 'de')).toBe('gestern');
  });
});

describe('calendarDaysBetween', () => {
  it('counts midnights, not spans of 24 hours', () => {
    const late = new Date(2026, 10, 19, 23, 59).getTime();
    const early = new Date(2026, 10, 20, 0, 1).getTime();
    expect(calendarDaysBetween(late, early)).toBe(1);
    expect(calendarDaysBetween(early, late)).toBe(-1);
  });

  it('counts every day of a year once, over both clock changes', () => {
    const start = new Date(2026, 0, 1, 12).getTime();
    for (let day = 0; day < 365; day++) {
      expect(calendarDaysBetween(start, new Date(2026, 0, 1 + day, 0, 30).getTime())).toBe(day);
    }
  });
});
