import { toSessionId, type Session, type SessionId } from '../../core/session/session';
import type { GroupId, SectionId } from './sessionGroups';

export interface GroupNode {
  readonly kind: 'group';
  readonly group: GroupId;
}

/** A folder within the group of other folders; null stands for sessions without a folder. */
export interface FolderNode {
  readonly kind: 'folder';
  readonly directory: string | null;
}

/** One object for each session for as long as the tree knows it, so that its row can be drawn anew by itself. */
export interface SessionNode {
  readonly kind: 'session';
  session: Session;
}

/** Continues a section that is shown in part. */
export interface MoreNode {
  readonly kind: 'more';
  readonly section: SectionId;
  readonly parent: GroupNode;
}

/** Stands alone in the tree when the sessions cannot be opened. */
export interface RetryNode {
  readonly kind: 'retry';
}

/** An element of the sessions tree. */
export type SessionsTreeNode = GroupNode | FolderNode | SessionNode | MoreNode | RetryNode;

/** The session that a command argument names: an id, an element of the tree, or anything with an id such as a summary. */
export function sessionIdOf(argument: unknown): SessionId | undefined {
  if (typeof argument === 'string') {
    return argument === '' ? undefined : toSessionId(argument);
  }
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  if ('kind' in argument && argument.kind === 'session' && 'session' in argument) {
    return sessionIdOf(argument.session);
  }
  return 'id' in argument && typeof argument.id === 'string' ? sessionIdOf(argument.id) : undefined;
}
