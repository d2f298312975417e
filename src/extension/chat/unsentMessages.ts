import * as vscode from 'vscode';
import { cleanLine } from '../../core/session/sessionTitle';
import type { SessionId } from '../../core/session/session';
import { withoutLinks } from '../sessions/sessionText';
import type { ShownConversation } from './shownConversation';
import type { ViewMemoryStore } from './viewMemoryStore';

const shownLength = 80;

/** Gives back what was still waiting in a session that was thrown away: nothing that a person typed is lost with it. */
export async function giveBackUnsent(
  { shown, memory }: { readonly shown: ShownConversation; readonly memory: ViewMemoryStore },
  id: SessionId,
  text: string,
  where: 'trash' | 'gone',
): Promise<void> {
  const { current } = shown;
  if (current?.id === id) {
    // The fresh conversation that takes its place begins with it.
    await memory.addToDraft('unsaved', text);
  } else if (current?.takesOver === id && shown.publisher.visible) {
    shown.publisher.notify('composer/focus', { text });
  } else if (where === 'trash') {
    // It comes back with the session.
    await memory.addToDraft(id, text);
  } else {
    offerToCopy(text);
  }
}

function offerToCopy(text: string): void {
  const copy = vscode.l10n.t('Copy Message');
  const line = withoutLinks(cleanLine(text, shownLength));
  void vscode.window
    .showWarningMessage(
      vscode.l10n.t('A message was still waiting in a session that was deleted, and was not sent: {0}', line),
      copy,
    )
    .then((chosen) => (chosen === copy ? vscode.env.clipboard.writeText(text) : undefined));
}
