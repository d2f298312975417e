import { describe, expect, it } from 'vitest';
import {
  belongsTo,
  dateGroupOf,
  groupByFolder,
  groupOf,
  sectionOf,
} from '../../../src/extension/sessions/sessionGroups';
import { session } from '../../support/builders';

const now = new Date(2026, 10, 20, 9).getTime();
const shop = { directory: '/work/shop', gitRoot: '/work/shop' };

describe('dateGroupOf', () => {
  it.each([
    ['today', new Date(2026, 10, 20, 0, 0, 0), 'today'],
    ['a time in the future', new Date(2026, 10, 23), 'today'],
    ['the last second of yesterday', new Date(2026, 10, 19, 23, 59, 59), 'yesterday'],
    ['six days ago', new Date(2026, 10, 14, 0, 0, 0), 'thisWeek'],
    ['seven days ago', new Date(2026, 10, 13, 23, 59, 59), 'older'],
  ])('puts %s under its heading', (_, time, group) => {
    expect(dateGroupOf(time.getTime(), now)).toBe(group);
  });
});

describe('sectionOf', () => {
  it('puts a session in exactly one list: trash before archive before pinned before folder', () => {
    const everything = session({ pinned: true, archivedAt: 1, deletedAt: 1 });
    expect(sectionOf(everything, [shop])).toBe('trash');
    expect(sectionOf({ ...everything, deletedAt: null }, [shop])).toBe('archived');
    expect(sectionOf({ ...everything, deletedAt: null, archivedAt: null }, [shop])).toBe('pinned');
    expect(sectionOf(session(), [shop])).toBe('workspace');
    expect(sectionOf(session({ directory: '/else', gitRoot: null }), [shop])).toBe('others');
  });

  it('spreads only the sessions of this workspace over the dates', () => {
    expect(groupOf(session({ updatedAt: now }), [shop], now)).toBe('today');
    expect(groupOf(session({ updatedAt: now, directory: '/else', gitRoot: null }), [shop], now)).toBe('others');
  });
});

describe('belongsTo', () => {
  it('takes in another folder of the same repository', () => {
    expect(belongsTo(session({ directory: '/work/shop/api' }), [shop])).toBe(true);
  });

  it('does not take two folders outside of a repository for the same', () => {
    const key = { directory: '/a', gitRoot: null };
    expect(belongsTo(session({ directory: '/b', gitRoot: null }), [key])).toBe(false);
  });

  it('gives a window without a folder the sessions without one', () => {
    const noFolder = { directory: null, gitRoot: null };
    expect(belongsTo(session({ directory: null, gitRoot: null }), [noFolder])).toBe(true);
    expect(belongsTo(session(), [noFolder])).toBe(false);
  });
});

describe('groupByFolder', () => {
  it('keeps the order of the newest session of each folder', () => {
    const rows = ['/b', '/a', '/b', null].map((directory) => session({ directory }));
    expect([...groupByFolder(rows)].map(([directory, found]) => [directory, found.length])).toEqual([
      ['/b', 2],
      ['/a', 1],
      [null, 1],
    ]);
  });
});
