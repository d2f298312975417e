import * as vscode from 'vscode';
import type { Session, SessionId } from '../../core/session/session';
import { formatRelativeTime } from './relativeTime';
import { plainTitle, withoutIcons } from './sessionText';
import { folderLabelOf, messageCountText, titleOf } from './sessionTreeItem';

export interface SessionItem extends vscode.QuickPickItem {
  readonly choice?: SessionId | 'new';
}

export interface PickerItemContext {
  /** Unix milliseconds. */
  readonly now: number;
  readonly currentId: SessionId | null;
  /** Name of a provider for people; its id where it is set up no more. */
  readonly providerLabel: (id: string) => string;
  /** Actions of a row that is not in the trash. */
  readonly buttons: readonly vscode.QuickInputButton[];
}

/** Sessions under a heading; nothing without any. */
export function sectionOf(
  label: string,
  sessions: readonly Session[],
  context: PickerItemContext,
): readonly SessionItem[] {
  const items = sessions.map((session) => itemOf(session, context));
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

export function newSessionItem(): SessionItem {
  return { label: `$(add) ${vscode.l10n.t('New session')}`, alwaysShow: true, choice: 'new' };
}

function itemOf(session: Session, { now, currentId, providerLabel, buttons }: PickerItemContext): SessionItem {
  const isCurrent = session.id === currentId;
  const { provider, model, preview } = session;
  const description = [
    ...(isCurrent ? [vscode.l10n.t('current')] : []),
    ...(session.archivedAt === null ? [] : [vscode.l10n.t('archived')]),
    ...(session.deletedAt === null ? [] : [vscode.l10n.t('in the trash')]),
    ...(provider === null ? [] : [plainTitle(providerLabel(provider), '?')]),
    formatRelativeTime(session.updatedAt, now, vscode.env.language),
    messageCountText(session.messageCount),
    ...(model === null ? [] : [plainTitle(model, '')]),
    folderLabelOf(session.directory),
  ];
  return {
    label: withoutIcons(titleOf(session)),
    description: withoutIcons(description.join(' · ')),
    // An answer is Markdown, which a list shows as it is written.
    detail: withoutIcons(plainTitle(preview.replace(/\*\*|`+/g, ''), '')),
    iconPath: new vscode.ThemeIcon(isCurrent ? 'check' : session.pinned ? 'pinned' : 'comment-discussion'),
    buttons: session.deletedAt === null ? buttons : [],
    choice: session.id,
  };
}
