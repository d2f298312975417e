import { l10n } from 'vscode';
import type { Session } from '../../core/session/session';
import type { StoredEvent } from '../../core/session/sessionEvent';

/** The messages of a branch as Markdown, each as it was written, for the clipboard. */
export function conversationAsMarkdown(session: Pick<Session, 'title'>, events: readonly StoredEvent[]): string {
  const parts = events.flatMap(({ body }) => {
    if (body.type === 'user_message') {
      return [`## ${l10n.t('You')}\n\n${body.content}`];
    }
    return body.type === 'text' && body.content !== '' ? [`## ${l10n.t('Assistant')}\n\n${body.content}`] : [];
  });
  return [`# ${session.title}`, ...parts].join('\n\n') + '\n';
}
