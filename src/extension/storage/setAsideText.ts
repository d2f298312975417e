import * as vscode from 'vscode';
import type { SessionManager } from '../../core/session/sessionManager';
import { listQuarantined, quarantineFolderOf } from '../../node/sqlite/quarantine';

/**
 * What to add where text is said to be deleted for good: damaged files that were set aside cannot be cleaned. Empty
 * when there are none.
 */
export async function setAsideText(storage: Pick<SessionManager, 'storage'>): Promise<string> {
  const { path } = await storage.storage();
  const { length } = await listQuarantined(path);
  const folder = quarantineFolderOf(path);
  switch (length) {
    case 0:
      return '';
    case 1:
      return vscode.l10n.t(
        'A copy of the database was set aside and may still hold the text; Rejoin does not change it. Look in {0} and delete it there when you need it no more.',
        folder,
      );
    default:
      return vscode.l10n.t(
        '{0} copies of the database were set aside and may still hold the text; Rejoin does not change them. Look in {1} and delete them there when you need them no more.',
        length,
        folder,
      );
  }
}
