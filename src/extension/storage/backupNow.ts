import * as vscode from 'vscode';
import type { Backup, StoreFile } from '../../core/session/storeFile';
import { withoutLinks } from '../sessions/sessionText';
import { sessionsText } from './countTexts';
import { revealFile } from './revealFile';

/**
 * Makes a backup now and returns it; says where it is. Rejects with `store/backup-failed`, also when the sessions are
 * in memory only.
 */
export async function backUpNow(file: () => Promise<Pick<StoreFile, 'backUp'>>): Promise<Backup> {
  const backup = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Backing up the sessions…') },
    async () => (await file()).backUp('manual'),
  );
  const show = vscode.l10n.t('Show in File Manager');
  const text = vscode.l10n.t('Backed up {0} to {1}.', sessionsText(backup.sessions), withoutLinks(backup.path));
  void vscode.window
    .showInformationMessage(text, show)
    .then((answer) => (answer === show ? revealFile(backup.path) : undefined))
    // The message says where it is.
    .then(undefined, () => undefined);
  return backup;
}
