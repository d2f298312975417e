import { describe, expect, it } from 'vitest';
import { sessionIdOf } from '../../../src/extension/sessions/sessionNode';
import { session } from '../../support/builders';

describe('sessionIdOf', () => {
  const one = session();

  it('reads an id, an element of the tree, and a summary', () => {
    expect(sessionIdOf(one.id)).toBe(one.id);
    expect(sessionIdOf({ kind: 'session', session: one })).toBe(one.id);
    expect(sessionIdOf({ id: one.id, title: 'x' })).toBe(one.id);
  });

  it.each([
    undefined,
    null,
    '',
    7,
    {},
    { id: 7 },
    { kind: 'group', group: 'today' },
    { kind: 'session', session: null },
  ])('finds no session in %j', (value) => {
    expect(sessionIdOf(value)).toBeUndefined();
  });
});
