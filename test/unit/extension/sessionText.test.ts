import { describe, expect, it } from 'vitest';
import { folderNameOf, plainTitle, withoutIcons, withoutLinks } from '../../../src/extension/sessions/sessionText';

describe('plainTitle', () => {
  it('drops what would disguise a title', () => {
    expect(plainTitle('a\u202Egnp.exe\u0007\u200B', 'New session')).toBe('agnp.exe');
    expect(plainTitle('hid\u{E0041}den', 'New session')).toBe('hidden');
  });

  it('puts the fallback where nothing visible is left', () => {
    expect(plainTitle('\u202E \u200B\n', 'New session')).toBe('New session');
  });
});

describe('withoutIcons', () => {
  it('keeps a quick pick from drawing icons', () => {
    expect(withoutIcons('$(flame) hot $(sync~spin)')).toBe('\\$(flame) hot \\$(sync~spin)');
  });

  it('leaves other dollars alone', () => {
    expect(withoutIcons('$(not an icon) costs $5')).toBe('$(not an icon) costs $5');
  });
});

describe('withoutLinks', () => {
  it('keeps a notification from making a link that runs a command', () => {
    expect(withoutLinks('[click](command:workbench.action.quit)')).not.toMatch(/\]\(/);
  });

  it('leaves brackets without a target alone', () => {
    expect(withoutLinks('a[0] (first)')).toBe('a[0] (first)');
  });
});

describe('folderNameOf', () => {
  it.each([
    ['/work/shop', 'shop'],
    ['/', '/'],
    ['c:\\work\\shop', 'shop'],
    ['vscode-remote://host/work/my%20shop', 'my shop'],
    ['memfs://host/100%', '100%'],
  ])('names %s', (directory, name) => {
    expect(folderNameOf(directory)).toBe(name);
  });
});
