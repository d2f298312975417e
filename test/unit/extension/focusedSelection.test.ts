import { describe, expect, it } from 'vitest';
import { sessionsOfKeyPress } from '../../../src/extension/sessions/focusedSelection';
import type { SessionsTreeNode } from '../../../src/extension/sessions/sessionNode';
import { session } from '../../support/builders';

const [a, b, c] = [session(), session(), session()] as const;
const node = (one: typeof a): SessionsTreeNode => ({ kind: 'session', session: one });
const today: SessionsTreeNode = { kind: 'group', group: 'today' };

const press = (before: readonly SessionsTreeNode[], toggled: readonly SessionsTreeNode[], after = before) =>
  sessionsOfKeyPress(before, toggled, after);

describe('a key press in the tree', () => {
  it('is about the row with the focus when that is not selected', () => {
    expect(press([node(a)], [node(a), node(b)])).toEqual([b.id]);
    expect(press([], [node(b)])).toEqual([b.id]);
  });

  it('is about all that is selected when the row with the focus is part of it, that one first', () => {
    expect(press([node(a), node(b), node(c)], [node(a), node(c)])).toEqual([b.id, a.id, c.id]);
    expect(press([node(a)], [])).toEqual([a.id]);
  });

  it('is about no session when a heading has the focus', () => {
    expect(press([node(a)], [node(a), today])).toEqual([]);
  });

  it('is about the selection when no row has the focus', () => {
    expect(press([node(a), today], [node(a), today])).toEqual([a.id]);
  });

  it('is about nothing certain while the tree changes', () => {
    expect(press([], [node(a), node(b)])).toBeUndefined();
    expect(press([node(a)], [node(b)])).toBeUndefined();
    expect(press([node(a)], [node(a), node(b)], [])).toBeUndefined();
  });
});
