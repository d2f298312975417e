import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeFolder } from '../../../src/extension/platform/storeFolder';

const home = path.resolve('/home/mira');
const own = path.resolve('/data/globalStorage/rejoin.rejoin');
const folder = (setting: string): string => storeFolder(setting, own, home);

describe('the folder of the sessions', () => {
  it.each(['', '  '])("is the extension's own where the setting is %j", (setting) => {
    expect(folder(setting)).toBe(own);
  });

  it('is the absolute path that is set, with blanks and dots in it', () => {
    expect(folder(path.resolve('/srv/my chats/v1.2/.rejoin'))).toBe(path.resolve('/srv/my chats/v1.2/.rejoin'));
    expect(folder(` ${path.resolve('/srv/a/../b')} `)).toBe(path.resolve('/srv/b'));
  });

  it.each([
    ['chats', 'chats'],
    ['./chats/now', 'chats/now'],
    ['../shared', '../shared'],
    ['~', '.'],
    ['~/chats', 'chats'],
    ['~other/chats', '~other/chats'],
  ])('begins at the home folder for %s, wherever the process was started', (setting, expected) => {
    expect(folder(setting)).toBe(path.join(home, expected));
  });
});
