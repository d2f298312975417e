import { describe, expect, it } from 'vitest';
import { completeSlash, parseComposerInput, slashCommandNames } from '../../../../src/core/session/slashCommands';

const skills = [
  { name: 'review', description: 'Reviews code' },
  { name: 'new', description: 'Hidden by the command' },
  { name: '2fa-check', description: 'Checks the login' },
];
const completed = (text: string): readonly string[] => completeSlash(text, skills).map(({ name }) => name);

describe('parseComposerInput', () => {
  it.each([
    ['', { kind: 'empty' }],
    [' \n ', { kind: 'empty' }],
    ['Hello', { kind: 'message', text: 'Hello' }],
    ['/usr/bin is full', { kind: 'message', text: '/usr/bin is full' }],
    ['// a comment', { kind: 'message', text: '// a comment' }],
    ['/5 stars', { kind: 'message', text: '/5 stars' }],
    ['/', { kind: 'message', text: '/' }],
    ['/new', { kind: 'command', name: 'new', argument: '' }],
    ['  /RENAME  A title ', { kind: 'command', name: 'rename', argument: 'A title' }],
    ['/skill review', { kind: 'command', name: 'skill', argument: 'review' }],
    ['/review', { kind: 'skill', name: 'review', argument: '' }],
    ['/Review src/a.ts\nand b', { kind: 'skill', name: 'review', argument: 'src/a.ts\nand b' }],
    ['/2fa-check', { kind: 'skill', name: '2fa-check', argument: '' }],
    ['/reviews', { kind: 'unknown-command', name: 'reviews' }],
  ])('reads %j', (text, expected) => {
    expect(parseComposerInput(text, skills)).toEqual(expected);
  });
});

describe('completeSlash', () => {
  it('offers everything behind the slash, each name once, the commands first', () => {
    expect(completed('/')).toEqual([...slashCommandNames, 'review', '2fa-check']);
  });

  it('finds names by letters in their order, beginnings before parts before the rest', () => {
    expect(completed('/re')).toEqual(['rename', 'review']);
    expect(completed('/mp')).toEqual(['compact', 'import']);
    expect(completed('/cpt')).toEqual(['compact']);
    expect(completed('/rvw')).toEqual(['review']);
    expect(completed('/ex')).toEqual(['export']);
    expect(completed('/zz')).toEqual([]);
  });

  it('offers nothing once something else is typed', () => {
    expect(completed('/new x')).toEqual([]);
    expect(completed('a /n')).toEqual([]);
    expect(completed('')).toEqual([]);
  });
});
