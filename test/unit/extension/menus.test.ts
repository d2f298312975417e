import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Session } from '../../../src/core/session/session';
import { createTreeItem } from '../../../src/extension/sessions/sessionTreeItem';
import { session } from '../../support/builders';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

interface Menu {
  readonly command: string;
  readonly when: string;
  readonly group: string;
}
const { contributes } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../../package.json'), 'utf8'),
) as {
  readonly contributes: {
    readonly menus: Readonly<Record<'view/title' | 'view/item/context' | 'commandPalette', readonly Menu[]>>;
    readonly keybindings: readonly (Omit<Menu, 'group'> & { readonly key: string; readonly mac?: string })[];
  };
};

/** Actions of a row as VS Code finds them: every clause here is the view and one pattern for the row. */
function actionsOf(overrides: Partial<Session>): {
  readonly inline: readonly string[];
  readonly menu: readonly string[];
} {
  const item = createTreeItem(
    { kind: 'session', session: session({ title: 'One', ...overrides }) },
    { now: 0, locale: 'en', currentId: null, isLocal: () => true },
  );
  const shown = contributes.menus['view/item/context'].filter(({ when }) => {
    const pattern = /^view == rejoin\.sessions && viewItem =~ \/(.+)\/$/.exec(when)?.[1];
    expect(pattern, when).toBeDefined();
    return new RegExp(pattern ?? '').test(item.contextValue ?? '');
  });
  const names = (isInline: boolean): readonly string[] =>
    shown
      .filter(({ group }) => group.startsWith('inline') === isInline)
      .sort((a, b) => (a.group < b.group ? -1 : 1))
      .map(({ command }) => command.replace('rejoin.', ''));
  return { inline: names(true), menu: names(false) };
}

describe('the actions of a row', () => {
  it.each([
    [
      'an active session',
      {},
      {
        inline: ['pinSession', 'archiveSession', 'deleteSession'],
        menu: [
          ...['openSession', 'renameSession', 'pinSession', 'compactSession', 'archiveSession'],
          ...['exportSession', 'deleteSession'],
        ],
      },
    ],
    [
      'a pinned one',
      { pinned: true },
      {
        inline: ['unpinSession', 'archiveSession', 'deleteSession'],
        menu: [
          ...['openSession', 'renameSession', 'unpinSession', 'compactSession', 'archiveSession'],
          ...['exportSession', 'deleteSession'],
        ],
      },
    ],
    [
      'an archived one, pinned or not',
      { archivedAt: 1, pinned: true },
      {
        inline: ['unarchiveSession', 'deleteSession'],
        menu: ['openSession', 'renameSession', 'unarchiveSession', 'exportSession', 'deleteSession'],
      },
    ],
    [
      'one in the trash',
      { deletedAt: 1, archivedAt: 1, pinned: true },
      { inline: ['restoreSession'], menu: ['restoreSession', 'deleteForever'] },
    ],
  ])('of %s are those that it allows', (_, overrides, actions) => {
    expect(actionsOf(overrides)).toEqual(actions);
  });

  it('are none for groups and folders, but the trash can be emptied', () => {
    const menu = contributes.menus['view/item/context'];
    const commandsOf = (value: string): readonly string[] =>
      menu
        .filter(({ when }) => new RegExp(/viewItem =~ \/(.+)\/$/.exec(when)?.[1] ?? '').test(value))
        .map(({ command }) => command);
    for (const value of ['group.today', 'group.archived', 'folder', 'more', 'retry']) {
      expect(commandsOf(value)).toEqual([]);
    }
    expect(commandsOf('group.trash')).toEqual(['rejoin.emptyTrash']);
  });
});

describe('the title bars', () => {
  const of = (view: string): readonly (readonly [string, string])[] =>
    contributes.menus['view/title']
      .filter(({ when }) => when.split(' && ')[0] === `view == ${view}`)
      .map(({ command, when }) => [command, when.split(' && ').slice(1).join(' && ')]);

  it('offer in the chat what needs a session only while there is one', () => {
    expect(of('rejoin.chat')).toEqual([
      ['rejoin.newSession', ''],
      ['rejoin.openSession', ''],
      ['rejoin.selectModel', ''],
      ['rejoin.selectSkill', ''],
      ['rejoin.attachContext', ''],
      ['rejoin.renameSession', 'rejoin.hasSession'],
      ['rejoin.compactSession', 'rejoin.hasSession'],
      ['rejoin.archiveSession', 'rejoin.hasSession'],
      ['rejoin.exportSession', 'rejoin.hasSession'],
      ['rejoin.importSession', ''],
      ['rejoin.addProvider', ''],
      ['rejoin.deleteSession', 'rejoin.hasSession'],
    ]);
  });

  it('offer a new session above the list', () => {
    expect(of('rejoin.sessions').map(([command]) => command)).toContain('rejoin.newSession');
  });
});

it('the palette leaves out what is for programs, and what has no effect at the moment', () => {
  expect(
    Object.fromEntries(contributes.menus.commandPalette.map(({ command, when }) => [command, when])),
  ).toMatchObject({
    'rejoin.listSessions': 'false',
    'rejoin.stop': 'rejoin.streaming',
    'rejoin.sendMessage': 'rejoin.hasModel',
  });
});

it('keys of the tree hold only while it has the focus and no text is typed', () => {
  const keys = contributes.keybindings.map(({ command, key, when }) => [command, key, when]);
  const inTree = "focusedView == 'rejoin.sessions' && !inputFocus";
  expect(keys).toContainEqual(['rejoin.renameSession', 'f2', inTree]);
  expect(keys).toContainEqual(['rejoin.deleteSession', 'delete', inTree]);
});
