import { l10n } from 'vscode';
import { messageTextOf } from '../../core/session/messagePreview';
import type { Session } from '../../core/session/session';
import { cleanTitle } from '../../core/session/sessionTitle';
import type { StoredEvent } from '../../core/session/sessionEvent';
import { startsTurn } from '../../core/session/startsTurn';

/** The messages of a branch as Markdown, each as it was written, for the clipboard. */
export function conversationAsMarkdown(session: Pick<Session, 'title'>, events: readonly StoredEvent[]): string {
  const parts = events.flatMap(({ body }) => {
    const text = messageTextOf(body);
    return text === undefined ? [] : [`## ${startsTurn(body) ? l10n.t('You') : l10n.t('Assistant')}\n\n${text}`];
  });
  return [`# ${cleanTitle(session.title)}`, ...parts].join('\n\n') + '\n';
}
