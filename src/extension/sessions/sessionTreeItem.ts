import * as vscode from 'vscode';
import type { Session, SessionId } from '../../core/session/session';
import { formatDateTime, formatRelativeTime } from './relativeTime';
import type { GroupId } from './sessionGroups';
import type { FolderNode, GroupNode, MoreNode, SessionNode, SessionsTreeNode } from './sessionNode';
import { folderNameOf, plainPath, plainTitle } from './sessionText';

export const showMoreCommand = '_rejoin.showMoreSessions';
export const retryCommand = '_rejoin.retrySessions';

export interface ItemContext {
  /** Unix milliseconds. */
  readonly now: number;
  readonly locale: string;
  readonly currentId: SessionId | null;
  /** Whether a session belongs to a folder of this window. */
  readonly isLocal: (session: Session) => boolean;
}

/** The row of a node. All texts are plain: nothing in a title is read as Markdown. */
export function createTreeItem(node: SessionsTreeNode, context: ItemContext): vscode.TreeItem {
  switch (node.kind) {
    case 'group':
      return createGroupItem(node);
    case 'folder':
      return createFolderItem(node);
    case 'session':
      return createSessionItem(node, context);
    case 'more':
      return createMoreItem(node);
    case 'retry':
      return createRetryItem();
  }
}

/** Name of a session for people. */
export function titleOf(session: { readonly title: string }): string {
  return plainTitle(session.title, vscode.l10n.t('New session'));
}

/** Folder of a session for people. */
export function folderLabelOf(directory: string | null): string {
  return directory === null ? vscode.l10n.t('No folder') : plainTitle(folderNameOf(directory), '?');
}

export function messageCountText(count: number): string {
  return count === 1 ? vscode.l10n.t('1 message') : vscode.l10n.t('{0} messages', count);
}

function createGroupItem(node: GroupNode): vscode.TreeItem {
  const opensCollapsed = ['older', 'others', 'archived', 'trash'].includes(node.group);
  const item = new vscode.TreeItem(
    groupLabel(node.group),
    opensCollapsed ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded,
  );
  item.id = `group:${node.group}`;
  item.contextValue = `group.${node.group}`;
  return item;
}

function groupLabel(group: GroupId): string {
  switch (group) {
    case 'pinned':
      return vscode.l10n.t('Pinned');
    case 'today':
      return vscode.l10n.t('Today');
    case 'yesterday':
      return vscode.l10n.t('Yesterday');
    case 'thisWeek':
      return vscode.l10n.t('This week');
    case 'older':
      return vscode.l10n.t('Older');
    case 'others':
      return vscode.l10n.t('Other folders');
    case 'archived':
      return vscode.l10n.t('Archived');
    case 'trash':
      return vscode.l10n.t('Trash');
  }
}

function createFolderItem(node: FolderNode): vscode.TreeItem {
  const item = new vscode.TreeItem(folderLabelOf(node.directory), vscode.TreeItemCollapsibleState.Expanded);
  item.id = `folder:${node.directory ?? ''}`;
  item.contextValue = 'folder';
  item.iconPath = new vscode.ThemeIcon('folder');
  // The path tells folders of the same name apart; a string is not read as Markdown.
  item.tooltip =
    node.directory === null ? vscode.l10n.t('Sessions started without a folder') : plainPath(node.directory);
  return item;
}

function createSessionItem({ session }: SessionNode, context: ItemContext): vscode.TreeItem {
  const title = titleOf(session);
  const isCurrent = session.id === context.currentId;
  const item = new vscode.TreeItem(title);
  item.id = `session:${session.id}`;
  item.contextValue = contextValueOf(session);
  item.iconPath = new vscode.ThemeIcon(iconOf(session));
  const details = detailsOf(session, context);
  item.description = details.join(' · ');
  item.tooltip = tooltipOf(session, title, context.locale);
  item.accessibilityInformation = {
    label: [title, ...details, ...marksOf(session, isCurrent)].join(', '),
  };
  if (session.deletedAt === null) {
    item.command = { command: 'rejoin.openSession', title: vscode.l10n.t('Open Session'), arguments: [session.id] };
  }
  return item;
}

/** What the menus of `package.json` match. */
export function contextValueOf(session: Session): string {
  if (session.deletedAt !== null) {
    return 'session.deleted';
  }
  if (session.archivedAt !== null) {
    return 'session.archived';
  }
  return session.pinned ? 'session.active.pinned' : 'session.active';
}

function iconOf(session: Session): string {
  if (session.turnStatus === 'running') {
    return 'loading~spin';
  }
  if (session.deletedAt !== null) {
    return 'trash';
  }
  if (session.archivedAt !== null) {
    return 'archive';
  }
  if (session.turnStatus === 'interrupted') {
    return 'debug-pause';
  }
  if (session.turnStatus === 'failed') {
    return 'warning';
  }
  return session.pinned ? 'pinned' : 'comment-discussion';
}

function detailsOf(session: Session, context: ItemContext): readonly string[] {
  return [
    formatRelativeTime(session.updatedAt, context.now, context.locale),
    // Pinned, archived and deleted sessions of every folder share a group, so those from elsewhere name theirs.
    ...(context.isLocal(session) ? [] : [folderLabelOf(session.directory)]),
    ...(session.model === null ? [] : [plainTitle(session.model, '')]),
    messageCountText(session.messageCount),
  ];
}

function marksOf(session: Session, isCurrent: boolean): readonly string[] {
  const status = statusText(session);
  return [
    ...(isCurrent ? [vscode.l10n.t('shown in the chat')] : []),
    ...(session.pinned ? [vscode.l10n.t('pinned')] : []),
    ...(session.archivedAt === null ? [] : [vscode.l10n.t('archived')]),
    ...(session.deletedAt === null ? [] : [vscode.l10n.t('in the trash')]),
    ...(status === undefined ? [] : [status]),
  ];
}

function statusText(session: Session): string | undefined {
  switch (session.turnStatus) {
    case 'running':
      return vscode.l10n.t('replying');
    case 'interrupted':
      return vscode.l10n.t('last reply interrupted');
    case 'failed':
      return vscode.l10n.t('last reply failed');
    case 'idle':
    case 'cancelled':
      return undefined;
  }
}

function tooltipOf(session: Session, title: string, locale: string): string {
  const status = statusText(session);
  return [
    title,
    vscode.l10n.t('Folder: {0}', session.directory === null ? vscode.l10n.t('none') : plainPath(session.directory)),
    ...(session.model === null
      ? []
      : [vscode.l10n.t('Model: {0} · {1}', plainTitle(session.model, ''), plainTitle(session.provider ?? '', ''))]),
    ...(session.skill === null ? [] : [vscode.l10n.t('Skill: {0}', plainTitle(session.skill, ''))]),
    messageCountText(session.messageCount),
    vscode.l10n.t('Created: {0}', formatDateTime(session.createdAt, locale)),
    vscode.l10n.t('Last active: {0}', formatDateTime(session.updatedAt, locale)),
    ...(session.deletedAt === null
      ? []
      : [vscode.l10n.t('Moved to the trash: {0}', formatDateTime(session.deletedAt, locale))]),
    ...(status === undefined ? [] : [vscode.l10n.t('Status: {0}', status)]),
  ].join('\n');
}

function createMoreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Show more…'));
  item.id = `more:${node.section}`;
  item.contextValue = 'more';
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: showMoreCommand, title: vscode.l10n.t('Show more…'), arguments: [node.section] };
  return item;
}

function createRetryItem(): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Try Again'));
  item.id = 'retry';
  item.contextValue = 'retry';
  item.iconPath = new vscode.ThemeIcon('refresh');
  item.command = { command: retryCommand, title: vscode.l10n.t('Try Again') };
  return item;
}
