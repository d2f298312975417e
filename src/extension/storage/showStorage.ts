import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import type { Clock, Logger } from '../../core/base/ports';
import { formatDateTime, formatRelativeTime } from '../sessions/relativeTime';
import { withoutIcons } from '../sessions/sessionText';
import { folderLabelOf, messageCountText, titleOf } from '../sessions/sessionTreeItem';
import { byteText } from './byteText';
import { sessionsText } from './countTexts';
import { backupKindText } from './restoreDialogue';
import type { SessionStorage } from './sessionStorage';
import { collectStorage, type StorageOverview } from './storageReport';

export interface ShowStorageDeps {
  sessions(): Promise<SessionStorage>;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Action = () => Thenable<unknown>;

interface StorageItem extends vscode.QuickPickItem {
  readonly onAccept?: Action;
  readonly onButton?: ReadonlyMap<vscode.QuickInputButton, Action>;
}

/** Sessions that the list names; the result has all of them. */
const listedSessions = 200;

/**
 * Shows where the sessions are kept, what they take and which are the largest; from there they can be opened and
 * deleted. Resolves with the figures as soon as they are shown.
 */
export async function showStorage(deps: ShowStorageDeps): Promise<StorageOverview> {
  const overview = await collectStorage(await deps.sessions());
  new StorageView(deps).show(overview);
  return overview;
}

class StorageView {
  private readonly store = new DisposableStore();
  private readonly picker = this.store.add(vscode.window.createQuickPick<StorageItem>());

  constructor(private readonly deps: ShowStorageDeps) {
    this.picker.title = vscode.l10n.t('Storage of Rejoin');
    this.picker.placeholder = vscode.l10n.t('Choose a session to open it');
    this.picker.matchOnDescription = true;
    this.picker.ignoreFocusOut = true;
    this.store.add(this.picker.onDidHide(() => this.store.dispose()));
    this.store.add(
      this.picker.onDidAccept(() => {
        const action = this.picker.selectedItems[0]?.onAccept;
        if (action !== undefined) {
          this.picker.hide();
          this.act(action);
        }
      }),
    );
    this.store.add(
      this.picker.onDidTriggerItemButton(({ item, button }) => {
        const action = item.onButton?.get(button);
        if (action !== undefined) {
          this.act(action);
        }
      }),
    );
  }

  show(overview: StorageOverview): void {
    this.picker.items = itemsOf(overview, this.deps.clock.now(), (command, id) => () => this.runAndReload(command, id));
    this.picker.show();
  }

  private async runAndReload(command: string, id?: string): Promise<void> {
    await vscode.commands.executeCommand(command, ...(id === undefined ? [] : [id]));
    if (!this.store.isDisposed) {
      this.show(await collectStorage(await this.deps.sessions()));
    }
  }

  private act(action: Action): void {
    Promise.resolve(action()).catch((error: unknown) => this.deps.logger.error('The storage view failed', error));
  }
}

function itemsOf(
  overview: StorageOverview,
  now: number,
  reloadAfter: (command: string, id?: string) => Action,
): readonly StorageItem[] {
  const size = (bytes: number): string => byteText(bytes, vscode.env.language);
  return [
    section(vscode.l10n.t('Database')),
    databaseItem(overview, size),
    section(vscode.l10n.t('Backups')),
    ...backupActions(reloadAfter),
    ...overview.backups.map((backup) => ({
      ...keptItem(backup, now, '$(archive)'),
      detail: `${size(backup.bytes)} · ${sessionsText(backup.sessions)} · ${backupKindText(backup.kind)}`,
    })),
    ...(overview.setAside.length === 0 ? [] : [section(vscode.l10n.t('Set aside, never deleted by Rejoin'))]),
    ...overview.setAside.map((folder) => ({
      ...keptItem(folder, now, '$(file-zip)'),
      detail: size(folder.bytes),
    })),
    ...trashItems(overview, size, reloadAfter),
    section(vscode.l10n.t('{0}, {1} of text', sessionsText(overview.sessionCount), size(overview.sessionBytes))),
    ...overview.sessions.slice(0, listedSessions).map((session) => sessionItem(session, size, now, reloadAfter)),
  ];
}

function backupActions(reloadAfter: (command: string) => Action): readonly StorageItem[] {
  return [
    { label: `$(add) ${vscode.l10n.t('Back Up Now')}`, onAccept: reloadAfter('rejoin.backupNow') },
    { label: `$(history) ${vscode.l10n.t('Restore…')}`, onAccept: reloadAfter('rejoin.restoreBackup') },
  ];
}

function section(label: string): StorageItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function databaseItem(overview: StorageOverview, size: (bytes: number) => string): StorageItem {
  const total = size(overview.databaseBytes + overview.logBytes);
  return {
    ...(overview.path === ':memory:'
      ? { label: `$(database) ${vscode.l10n.t('In memory, not saved')}`, description: total }
      : fileItem(overview.path, total, '$(database)')),
    detail: vscode.l10n.t(
      'Database {0} · log {1} · free inside {2}',
      size(overview.databaseBytes),
      size(overview.logBytes),
      size(overview.freeBytes),
    ),
  };
}

/** Named by its time: its path, which ends in it, is too long for a row. */
function keptItem(kept: { readonly path: string; readonly createdAt: number }, now: number, icon: string): StorageItem {
  const { language } = vscode.env;
  return {
    ...fileItem(kept.path, formatRelativeTime(kept.createdAt, now, language), icon),
    label: `${icon} ${formatDateTime(kept.createdAt, language)}`,
  };
}

/** Shows its place in the file manager when chosen. */
function fileItem(path: string, description: string, icon: string): StorageItem {
  const reveal = { iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: vscode.l10n.t('Show in File Manager') };
  const copy = { iconPath: new vscode.ThemeIcon('copy'), tooltip: vscode.l10n.t('Copy Path') };
  const show: Action = () => vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(path));
  return {
    label: `${icon} ${withoutIcons(path)}`,
    description,
    buttons: [reveal, copy],
    onAccept: show,
    onButton: new Map([
      [reveal, show],
      [copy, () => vscode.env.clipboard.writeText(path)],
    ]),
  };
}

function trashItems(
  { trash }: StorageOverview,
  size: (bytes: number) => string,
  reloadAfter: (command: string) => Action,
): readonly StorageItem[] {
  if (trash.count === 0) {
    return [];
  }
  const empty = { iconPath: new vscode.ThemeIcon('clear-all'), tooltip: vscode.l10n.t('Empty Trash…') };
  return [
    section(vscode.l10n.t('Trash')),
    {
      label: `$(trash) ${sessionsText(trash.count)}`,
      description: size(trash.bytes),
      buttons: [empty],
      onAccept: reloadAfter('rejoin.emptyTrash'),
      onButton: new Map([[empty, reloadAfter('rejoin.emptyTrash')]]),
    },
  ];
}

function sessionItem(
  session: StorageOverview['sessions'][number],
  size: (bytes: number) => string,
  now: number,
  reloadAfter: (command: string, id: string) => Action,
): StorageItem {
  const remove = { iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Delete Session') };
  const description = [
    size(session.bytes),
    messageCountText(session.messageCount),
    formatRelativeTime(session.updatedAt, now, vscode.env.language),
    folderLabelOf(session.directory),
  ].join(' · ');
  return {
    label: withoutIcons(titleOf(session)),
    description: withoutIcons(description),
    buttons: [remove],
    onAccept: () => vscode.commands.executeCommand('rejoin.openSession', session.id),
    onButton: new Map([[remove, reloadAfter('rejoin.deleteSession', session.id)]]),
  };
}
