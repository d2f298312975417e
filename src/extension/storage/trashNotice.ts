import * as vscode from 'vscode';
import type { Session } from '../../core/session/session';
import { withoutLinks } from '../sessions/sessionText';
import { titleOf } from '../sessions/sessionTreeItem';
import type { SessionStorage } from './sessionStorage';

/** Titles that a notice has room for. */
const namedInNotice = 3;

/** The first titles of sessions and how many more there are: what a notice has room for. */
export function titlesText(sessions: readonly Session[]): string {
  const named = sessions.slice(0, namedInNotice).map((session) => `“${withoutLinks(titleOf(session))}”`);
  const rest = sessions.length - named.length;
  return rest === 0 ? named.join(', ') : vscode.l10n.t('{0} and {1} more', named.join(', '), rest);
}

/** Tells what went to the trash. Resolves with true when the person took it back. */
export async function offerUndo(
  storage: Pick<SessionStorage, 'restore'>,
  sessions: readonly Session[],
  text: string,
): Promise<boolean> {
  const undo = vscode.l10n.t('Undo');
  if ((await vscode.window.showInformationMessage(text, undo)) !== undo) {
    return false;
  }
  await storage.restore(sessions.map((session) => session.id));
  return true;
}
