import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  folderComparisonKey,
  normalizeFolderPath,
  normalizeFolderUri,
  type PathStyle,
} from '../../../src/core/session/workspacePath';

describe('normalizeFolderPath', () => {
  it.each([
    ['/work/shop', '/work/shop'],
    ['/work/shop/', '/work/shop'],
    ['/work//shop///', '/work/shop'],
    ['/work/./shop/.', '/work/shop'],
    ['/work/cart/../shop', '/work/shop'],
    ['/../..', '/'],
    ['/', '/'],
    ['//', '/'],
    ['/work/Shop', '/work/Shop'],
    ['/work/a\\b/', '/work/a\\b'],
    ['/work/C:/x', '/work/C:/x'],
    ['/work/..shop/...', '/work/..shop/...'],
    ['shop/', 'shop'],
    ['../shop/../..', '../..'],
    ['', '.'],
  ])('posix: %s is %s', (path, expected) => {
    expect(normalizeFolderPath(path, 'posix')).toBe(expected);
  });

  it.each([
    ['C:\\work\\shop', 'C:\\work\\shop'],
    ['c:\\work\\shop\\', 'C:\\work\\shop'],
    ['c:/work/shop/', 'C:\\work\\shop'],
    ['c:/work/./cart/../shop', 'C:\\work\\shop'],
    ['c:\\', 'C:\\'],
    ['c:/..', 'C:\\'],
    ['c:', 'C:'],
    ['c:shop', 'C:shop'],
    ['\\work\\shop', '\\work\\shop'],
    ['\\\\server\\share\\shop\\', '\\\\server\\share\\shop'],
    ['//server/share/shop', '\\\\server\\share\\shop'],
    ['\\\\server\\share\\..\\..\\x', '\\\\server\\share\\x'],
    ['\\\\server\\share\\', '\\\\server\\share'],
    ['\\\\?\\C:\\work\\shop', 'C:\\work\\shop'],
    ['\\\\?\\UNC\\server\\share\\shop', '\\\\server\\share\\shop'],
    ['\\\\wsl.localhost\\Ubuntu\\home', '\\\\wsl.localhost\\Ubuntu\\home'],
  ])('windows: %s is %s', (path, expected) => {
    expect(normalizeFolderPath(path, 'windows')).toBe(expected);
  });

  it.each<PathStyle>(['posix', 'windows'])('%s: changes nothing the second time', (style) => {
    const starts = { posix: ['', '/', '//'], windows: ['', 'c:', 'C:/', '\\', '//server/share/', '\\\\?\\c:\\'] };
    const start = fc.constantFrom(...starts[style]);
    const parts = fc.array(fc.constantFrom('a', 'B', '.', '..', '/', '\\', 'UNC', ' '), { maxLength: 12 });
    fc.assert(
      fc.property(start, parts, (first, rest) => {
        const once = normalizeFolderPath(first + rest.join(''), style);
        expect(normalizeFolderPath(once, style)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('folderComparisonKey', () => {
  const same = (a: string, b: string, style: PathStyle, caseSensitive: boolean): boolean =>
    folderComparisonKey(a, { style, caseSensitive }) === folderComparisonKey(b, { style, caseSensitive });

  it('tells case apart only where the disk does', () => {
    expect(same('/Work/Shop/', '/work/shop', 'posix', false)).toBe(true);
    expect(same('/Work/Shop/', '/work/shop', 'posix', true)).toBe(false);
    expect(same('C:\\Work\\SHOP', 'c:/work/shop/', 'windows', false)).toBe(true);
    expect(same('\\\\SERVER\\Share\\x', '//server/share/X', 'windows', false)).toBe(true);
  });

  it('takes composed and decomposed letters for the same where case does not count', () => {
    expect(same('/work/caf\u00e9', '/work/cafe\u0301', 'posix', false)).toBe(true);
    expect(same('/work/caf\u00e9', '/work/cafe\u0301', 'posix', true)).toBe(false);
  });

  it('never takes a folder for one inside it', () => {
    expect(same('/work/shop', '/work/shop/cart', 'posix', false)).toBe(false);
    expect(same('/work/shop', '/work/shop2', 'posix', false)).toBe(false);
  });
});

describe('normalizeFolderUri', () => {
  it.each([
    ['vscode-remote://ssh-remote+Build-Host/home/Me/shop/', 'vscode-remote://ssh-remote+build-host/home/Me/shop'],
    ['VSCODE-REMOTE://WSL+Ubuntu/home/me', 'vscode-remote://wsl+ubuntu/home/me'],
    ['vscode-remote://wsl%2bubuntu/home/me', 'vscode-remote://wsl%2bubuntu/home/me'],
    ['vscode-remote://wsl%2BUbuntu/home/me', 'vscode-remote://wsl%2bubuntu/home/me'],
    ['memfs:/sample-folder/', 'memfs:/sample-folder'],
    ['memfs:/a/./b/../c', 'memfs:/a/c'],
    ['memfs:/', 'memfs:/'],
    ['vscode-vfs://github/microsoft/vscode/', 'vscode-vfs://github/microsoft/vscode'],
    ['vscode-vfs://github/', 'vscode-vfs://github'],
    ['vscode-vfs://github', 'vscode-vfs://github'],
    ['memfs:/caf%c3%a9/%41b%7E', 'memfs:/caf%C3%A9/Ab~'],
    ['untitled:Untitled-1', 'untitled:Untitled-1'],
    ['file:///C:/x/', 'file:///C:/x'],
    ['ftp://host/a/?q=A#F', 'ftp://host/a?q=A#F'],
    ['no uri at all', 'no uri at all'],
  ])('%s is %s', (uri, expected) => {
    expect(normalizeFolderUri(uri)).toBe(expected);
    expect(normalizeFolderUri(expected)).toBe(expected);
  });

  it('keeps the case of the path', () => {
    expect(normalizeFolderUri('memfs:/Shop')).not.toBe(normalizeFolderUri('memfs:/shop'));
  });

  it('does not let an escaped separator become one', () => {
    expect(normalizeFolderUri('memfs:/a%2Fb')).toBe('memfs:/a%2Fb');
  });
});
