import { describe, expect, it } from 'vitest';
import { chooseResumable, createResumeNotice, resumeWindow } from '../../../src/core/session/resumePolicy';
import { toSessionId, type WorkspaceKey } from '../../../src/core/session/session';
import { session } from '../../support/builders';

const minute = 60_000;
const now = Date.UTC(2026, 10, 20, 12);

describe('resumeWindow', () => {
  it('reaches from the given minutes ago to five minutes ahead', () => {
    expect(resumeWindow(now, 60)).toEqual({ since: now - 60 * minute, until: now + 5 * minute });
    expect(resumeWindow(now, 0.5)).toEqual({ since: now - 30_000, until: now + 5 * minute });
  });

  it.each([0, -1, Number.NaN, Number.NEGATIVE_INFINITY])('is closed with %d minutes', (minutes) => {
    expect(resumeWindow(now, minutes)).toBeUndefined();
  });

  it.each([Number.POSITIVE_INFINITY, Number.MAX_VALUE, 1e15])('stays a usable time with %d minutes', (minutes) => {
    const window = resumeWindow(now, minutes);
    expect(Number.isSafeInteger(window?.since)).toBe(true);
    expect(window?.since).toBeLessThan(now - 365 * 24 * 60 * minute);
  });
});

describe('chooseResumable', () => {
  const shop: WorkspaceKey = { directory: '/work/shop', gitRoot: '/work/shop' };
  const cart: WorkspaceKey = { directory: '/work/shop/cart', gitRoot: '/work/shop' };

  it('chooses nothing from nothing', () => {
    expect(chooseResumable([], [shop])).toBeUndefined();
  });

  it('prefers the exact folder to a newer session of the same repository', () => {
    const exact = session({ ...shop, updatedAt: 1 });
    const newer = session({ ...cart, updatedAt: 9 });
    expect(chooseResumable([newer, exact], [shop])).toBe(exact);
    expect(chooseResumable([exact, newer], [cart])).toBe(newer);
  });

  it('takes the newest of equal rank, whatever the order', () => {
    const older = session({ ...cart, updatedAt: 1 });
    const newer = session({ ...cart, updatedAt: 2 });
    expect(chooseResumable([older, newer], [shop])).toBe(newer);
    expect(chooseResumable([newer, older], [shop])).toBe(newer);
  });

  it('takes the newest of all folders of the window', () => {
    const a = session({ ...shop, updatedAt: 1 });
    const b = session({ ...cart, updatedAt: 2 });
    expect(chooseResumable([a, b], [shop, cart])).toBe(b);
  });

  it('takes the younger session of two with the same time', () => {
    const a = session({ ...shop, id: toSessionId('01-a'), updatedAt: 1 });
    const b = session({ ...shop, id: toSessionId('01-b'), updatedAt: 1 });
    expect(chooseResumable([a, b], [shop])).toBe(b);
    expect(chooseResumable([b, a], [shop])).toBe(b);
  });

  it('knows a window without a folder', () => {
    const nowhere = { directory: null, gitRoot: null };
    const a = session({ ...nowhere, updatedAt: 1 });
    expect(chooseResumable([a], [nowhere])).toBe(a);
  });

  it('leaves the list it was given as it was', () => {
    const list = Object.freeze([session({ updatedAt: 1 }), session({ updatedAt: 2 })]);
    expect(() => chooseResumable(list, [shop])).not.toThrow();
  });
});

describe('createResumeNotice', () => {
  it('says when the session was last active and how long ago', () => {
    const notice = createResumeNotice(session({ updatedAt: now - 12 * minute }), now);
    expect(notice).toEqual({ kind: 'resumed', lastEventAt: now - 12 * minute, idleMs: 12 * minute });
  });

  it('never counts less than nothing when the clock went back', () => {
    expect(createResumeNotice(session({ updatedAt: now + minute }), now).idleMs).toBe(0);
  });

  it.each([
    ['idle', 'resumed'],
    ['cancelled', 'resumed'],
    ['failed', 'resumed'],
    ['running', 'interrupted'],
    ['interrupted', 'interrupted'],
  ] as const)('a turn that is %s makes it %s', (turnStatus, kind) => {
    expect(createResumeNotice(session({ turnStatus }), now).kind).toBe(kind);
  });
});
