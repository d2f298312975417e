import { describe, expect, it } from 'vitest';
import { droppedUris, mayHoldUris } from '../../../src/webview/composer/droppedUris';

const dragged = (data: Readonly<Record<string, string>>) => ({
  types: Object.keys(data),
  getData: (type: string) => data[type] ?? '',
});

describe('droppedUris', () => {
  it.each([
    [
      'three files of the Explorer, of which the browser names one',
      ['file:///w/a.ts', 'file:///w/b.ts', 'file:///w/c.ts'],
      {
        'text/plain': 'a.ts b.ts c.ts',
        'text/uri-list': 'file:///w/a.ts',
        'application/vnd.code.uri-list': 'file:///w/a.ts\r\nfile:///w/b.ts\r\nfile:///w/c.ts',
      },
    ],
    [
      'an editor tab',
      ['vscode-remote://ssh/w/a.ts'],
      { resourceurls: '["vscode-remote://ssh/w/a.ts"]', 'text/plain': 'x' },
    ],
    [
      'files of a file manager',
      ['file:///w/a', 'file:///w/b%20c'],
      { 'text/uri-list': '# two\nfile:///w/a\nfile:///w/b%20c' },
    ],
    ['the same file twice', ['file:///w/a'], { 'text/uri-list': 'file:///w/a\nfile:///w/a' }],
    ['a link', [], { 'text/uri-list': 'https://example.com/', 'text/plain': 'https://example.com/' }],
    ['a bookmarklet and a path', [], { 'text/uri-list': 'javascript:alert(1)\nC:\\x\n/etc/passwd' }],
    ['text', [], { 'text/plain': 'hello' }],
    ['resources that are none', [], { resourceurls: '{"a":1}' }],
    ['a list of resources that is broken', [], { resourceurls: '[' }],
  ])('reads %s', (_name, expected, data) => {
    expect(droppedUris(dragged(data))).toEqual(expected);
  });

  it('knows from the kinds alone what may be attached', () => {
    expect(mayHoldUris(dragged({ 'text/plain': 'x', 'text/uri-list': '' }))).toBe(true);
    expect(mayHoldUris(dragged({ resourceurls: '' }))).toBe(true);
    expect(mayHoldUris(dragged({ 'text/plain': 'x' }))).toBe(false);
  });
});
