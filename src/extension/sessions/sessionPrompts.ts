import * as vscode from 'vscode';
import { cleanTitle, maxTitleLength } from '../../core/session/sessionTitle';
import { titleOf } from './sessionTreeItem';

interface Titled {
  readonly title: string;
}

/** Asks for a title, the present one filled in. Undefined when the person cancels. */
export async function askForTitle(session: Titled): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Rename Session'),
    prompt: vscode.l10n.t('New title of the session'),
    value: cleanTitle(session.title),
    validateInput: (text) => {
      if (cleanTitle(text) === '') {
        return vscode.l10n.t('A title needs at least one visible character.');
      }
      return [...text.trim()].length > maxTitleLength
        ? vscode.l10n.t('A title has at most {0} characters.', maxTitleLength)
        : undefined;
    },
  });
}

/** Asks whether the sessions are to be gone for good. `setAside` says where their text may stay, if anywhere. */
export async function confirmDeleteForever(sessions: readonly Titled[], setAside: string): Promise<boolean> {
  const action = vscode.l10n.t('Delete Forever');
  const [first] = sessions;
  const message =
    sessions.length === 1 && first !== undefined
      ? vscode.l10n.t('Delete “{0}” forever?', titleOf(first))
      : vscode.l10n.t('Delete {0} sessions forever?', sessions.length);
  const detail = vscode.l10n.t(
    'What was written there is removed from the files of Rejoin on this machine. This cannot be undone.',
  );
  const options = { modal: true, detail: `${detail}\n\n${setAside}`.trim() };
  return (await vscode.window.showWarningMessage(message, options, action)) === action;
}
