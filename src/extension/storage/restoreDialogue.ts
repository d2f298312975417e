import * as path from 'node:path';
import * as vscode from 'vscode';
import type { BackupKind } from '../../core/session/storeFile';
import type { RestoreChoice, RestoreOptions } from '../../node/sqlite/restoreChoices';
import { formatDateTime, formatRelativeTime } from '../sessions/relativeTime';
import { withoutIcons } from '../sessions/sessionText';
import { messageCountText } from '../sessions/sessionTreeItem';
import { sessionsText } from './countTexts';

interface ChoiceItem extends vscode.QuickPickItem {
  readonly choice: RestoreChoice;
}

/** Asks what is to take the place of the sessions. Undefined when the person cancels. */
export async function pickRestoreChoice(options: RestoreOptions, now: number): Promise<RestoreChoice | undefined> {
  const items = options.choices.map((choice): ChoiceItem => ({ ...describe(choice, now), choice }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Restore Sessions'),
    placeHolder: placeholderOf(options),
    ignoreFocusOut: true,
    matchOnDetail: true,
  });
  return picked?.choice;
}

/** Says what happens to the file that is there. */
export async function confirmRestore(options: RestoreOptions, choice: RestoreChoice): Promise<boolean> {
  const action = choice.kind === 'empty' ? vscode.l10n.t('Start Empty') : vscode.l10n.t('Restore');
  const detail = [
    missingText(choice),
    vscode.l10n.t(
      'Nothing is deleted: the file that is there now is moved to {0}.',
      path.join(path.dirname(options.path), 'quarantine'),
    ),
  ].join('\n\n');
  return (await vscode.window.showWarningMessage(questionOf(choice), { modal: true, detail }, action)) === action;
}

function questionOf(choice: RestoreChoice): string {
  switch (choice.kind) {
    case 'backup':
      return vscode.l10n.t(
        'Restore the sessions as they were on {0}?',
        formatDateTime(choice.backup.createdAt, vscode.env.language),
      );
    case 'salvage':
      return vscode.l10n.t('Go on with what can be read of the damaged file, completed from the backups?');
    case 'empty':
      return vscode.l10n.t('Start without any sessions?');
  }
}

function placeholderOf({ present, choices }: RestoreOptions): string {
  if (choices.every(({ kind }) => kind === 'empty')) {
    return vscode.l10n.t('There is no sound backup, and nothing can be read from the file');
  }
  switch (present) {
    case 'unreadable':
      return vscode.l10n.t('Nothing can be read from the damaged file, so only backups can help');
    case 'damaged':
      return vscode.l10n.t('The file is damaged. Choose what takes its place');
    case 'missing':
      return vscode.l10n.t('The file is gone. Choose what takes its place');
    case 'sound':
      return vscode.l10n.t('Choose what takes the place of the sessions');
  }
}

function describe(choice: RestoreChoice, now: number): vscode.QuickPickItem {
  const content = `${sessionsText(choice.sessions)} · ${messageCountText(choice.messages)}`;
  const detail = `${content} · ${missingText(choice)}`;
  switch (choice.kind) {
    case 'backup': {
      const { createdAt, kind } = choice.backup;
      return {
        label: `$(archive) ${formatDateTime(createdAt, vscode.env.language)}`,
        description: withoutIcons(
          `${formatRelativeTime(createdAt, now, vscode.env.language)} · ${backupKindText(kind)}`,
        ),
        detail,
      };
    }
    case 'salvage':
      return {
        label: `$(tools) ${vscode.l10n.t('What can be read of the file')}`,
        description: fromBackupText(choice.salvaged.fromBackup),
        detail,
      };
    case 'empty':
      return { label: `$(new-file) ${vscode.l10n.t('Start empty')}`, detail: missingText(choice) };
  }
}

/** How a backup came about. */
export function backupKindText(kind: BackupKind): string {
  switch (kind) {
    case 'daily':
      return vscode.l10n.t('daily backup');
    case 'manual':
      return vscode.l10n.t('made by you');
    case 'migration':
      return vscode.l10n.t('made before an update');
    case 'rescue':
      return vscode.l10n.t('rescued from a file that was removed');
  }
}

function fromBackupText(count: number): string {
  return count === 0 ? '' : vscode.l10n.t('{0} of it from backups', messageCountText(count));
}

function missingText({ kind, missing }: RestoreChoice): string {
  if (missing === undefined) {
    return vscode.l10n.t('It is not known what came later.');
  }
  if (kind === 'salvage') {
    return missing === 0
      ? vscode.l10n.t('Nothing is known to be missing.')
      : vscode.l10n.t('{0} cannot be read any more.', messageCountText(missing));
  }
  if (kind === 'empty') {
    return missing === 0
      ? vscode.l10n.t('The file that is there holds no messages.')
      : vscode.l10n.t('{0} would be missing.', messageCountText(missing));
  }
  switch (missing) {
    case 0:
      return vscode.l10n.t('Nothing newer would be missing.');
    case 1:
      return vscode.l10n.t('1 newer message would be missing.');
    default:
      return vscode.l10n.t('{0} newer messages would be missing.', missing);
  }
}
