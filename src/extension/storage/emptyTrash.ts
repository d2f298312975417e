import * as vscode from 'vscode';
import type { SessionId } from '../../core/session/session';
import { readAllSessions } from '../sessions/listSessions';
import { isFromPerson } from '../sessions/sessionArguments';
import { byteText } from './byteText';
import type { SessionStorage } from './sessionStorage';
import { setAsideText } from './setAsideText';

/**
 * Removes all that is in the trash for good and returns the ids. A person is asked first, and only what the question
 * was about goes; whoever passes an argument has decided. Undefined when the person cancels.
 */
export async function emptyTrash(
  storage: SessionStorage,
  argument: unknown,
): Promise<readonly SessionId[] | undefined> {
  if (!isFromPerson(argument)) {
    return storage.emptyTrash();
  }
  const ids = await idsInTrash(storage);
  if (ids.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The trash is empty.'));
    return [];
  }
  const sizes = await storage.sizesOf(ids);
  const bytes = ids.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0);
  if (!(await confirmEmptying(ids.length, bytes, await setAsideText(storage)))) {
    return undefined;
  }
  // A session that was restored while the question stood there is not to be lost for it.
  const stillThere = new Set(await idsInTrash(storage));
  return storage.deleteForever(ids.filter((id) => stillThere.has(id)));
}

async function idsInTrash(storage: SessionStorage): Promise<readonly SessionId[]> {
  return (await readAllSessions(storage, { states: ['deleted'] })).map((session) => session.id);
}

async function confirmEmptying(count: number, bytes: number, setAside: string): Promise<boolean> {
  const action = vscode.l10n.t('Empty Trash');
  const size = byteText(bytes, vscode.env.language);
  const message =
    count === 1
      ? vscode.l10n.t('Delete the session in the trash ({0}) forever?', size)
      : vscode.l10n.t('Delete the {0} sessions in the trash ({1}) forever?', count, size);
  const detail = vscode.l10n.t(
    'What was written there is removed from the files of Rejoin on this machine. This cannot be undone.',
  );
  const options = { modal: true, detail: `${detail}\n\n${setAside}`.trim() };
  return (await vscode.window.showWarningMessage(message, options, action)) === action;
}
