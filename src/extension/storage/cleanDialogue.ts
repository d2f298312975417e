import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import { parseAge } from '../../core/session/cleaning';
import { formatRelativeTime } from '../sessions/relativeTime';
import { withoutIcons } from '../sessions/sessionText';
import { folderLabelOf, messageCountText, titleOf } from '../sessions/sessionTreeItem';
import { byteText } from './byteText';
import type { SizedSession } from './sizedSession';

export type CleaningScope = 'workspace' | 'all';

/** Asks for an age that `parseAge` takes. Undefined when the person cancels. */
export async function askForAge(): Promise<string | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly age?: string })[] = [
    { label: vscode.l10n.t('A week'), description: '7d', age: '7d' },
    { label: vscode.l10n.t('30 days'), description: '30d', age: '30d' },
    { label: vscode.l10n.t('Three months'), description: '3m', age: '3m' },
    { label: vscode.l10n.t('Six months'), description: '6m', age: '6m' },
    { label: vscode.l10n.t('A year'), description: '12m', age: '12m' },
    { label: vscode.l10n.t('Any age'), description: '0d', age: '0d' },
    { label: vscode.l10n.t('Another age…') },
  ];
  const item = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Clean Sessions'),
    placeHolder: vscode.l10n.t('Move sessions to the trash that were not used for longer than'),
    matchOnDescription: true,
  });
  return item === undefined ? undefined : (item.age ?? typeAge());
}

/** Asks whose sessions a command is about. Undefined when the person cancels. */
export async function askForScope(title: string): Promise<CleaningScope | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly scope: CleaningScope })[] = [
    {
      label: vscode.l10n.t('This workspace'),
      description: vscode.l10n.t('Sessions of this window’s folders'),
      scope: 'workspace',
    },
    { label: vscode.l10n.t('Everywhere'), description: vscode.l10n.t('Sessions of all folders'), scope: 'all' },
  ];
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Which sessions?') }))?.scope;
}

/** Shows what would go, all of it chosen, with the total of what is. Undefined when the person cancels or keeps all. */
export function chooseWhatGoes(
  entries: readonly SizedSession[],
  now: number,
): Promise<readonly SizedSession[] | undefined> {
  const store = new DisposableStore();
  const picker = store.add(vscode.window.createQuickPick<GoingItem>());
  picker.title = vscode.l10n.t('Clean Sessions');
  picker.canSelectMany = true;
  picker.matchOnDescription = true;
  picker.ignoreFocusOut = true;
  picker.items = entries.map((entry) => itemOf(entry, now));
  picker.selectedItems = picker.items;
  const showTotal = (items: readonly GoingItem[]): void => {
    picker.placeholder = totalText(items.map((item) => item.entry));
  };
  showTotal(picker.items);
  return new Promise<readonly SizedSession[] | undefined>((resolve) => {
    store.add(picker.onDidChangeSelection(showTotal));
    store.add(picker.onDidHide(() => resolve(undefined)));
    store.add(
      picker.onDidAccept(() => {
        const chosen = picker.selectedItems.map((item) => item.entry);
        resolve(chosen.length === 0 ? undefined : chosen);
      }),
    );
    picker.show();
  }).finally(() => store.dispose());
}

interface GoingItem extends vscode.QuickPickItem {
  readonly entry: SizedSession;
}

function itemOf(entry: SizedSession, now: number): GoingItem {
  const { session, bytes } = entry;
  const description = [
    formatRelativeTime(session.updatedAt, now, vscode.env.language),
    byteText(bytes, vscode.env.language),
    messageCountText(session.messageCount),
    folderLabelOf(session.directory),
    ...(session.archivedAt === null ? [] : [vscode.l10n.t('archived')]),
  ].join(' · ');
  return { label: withoutIcons(titleOf(session)), description: withoutIcons(description), entry };
}

function totalText(entries: readonly SizedSession[]): string {
  const size = byteText(
    entries.reduce((sum, entry) => sum + entry.bytes, 0),
    vscode.env.language,
  );
  return entries.length === 1
    ? vscode.l10n.t('1 session ({0}) goes to the trash, where it stays for 30 days', size)
    : vscode.l10n.t('{0} sessions ({1}) go to the trash, where they stay for 30 days', entries.length, size);
}

function typeAge(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Clean Sessions'),
    prompt: vscode.l10n.t('A whole number with h, d, w or m for hours, days, weeks or months of 30 days, such as 45d'),
    placeHolder: '45d',
    validateInput: (text) =>
      isAge(text) ? undefined : vscode.l10n.t('This is no age. Write a whole number with h, d, w or m, such as 45d.'),
  });
}

function isAge(text: string): boolean {
  try {
    parseAge(text);
    return true;
  } catch {
    return false;
  }
}
