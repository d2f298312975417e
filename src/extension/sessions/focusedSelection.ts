import type { SessionId } from '../../core/session/session';
import type { SessionsTreeNode } from './sessionNode';

/**
 * What a key press in a tree is about, as in VS Code's own trees: the whole selection when the row with the focus is
 * part of it, else that row alone. VS Code does not tell which row has the focus, but toggling it twice does: it is the
 * one in which the selection between differs from those before and after. The focused session comes first.
 * Undefined when the three do not fit together, because something else changed the tree meanwhile.
 */
export function sessionsOfKeyPress(
  before: readonly SessionsTreeNode[],
  toggled: readonly SessionsTreeNode[],
  after: readonly SessionsTreeNode[],
): readonly SessionId[] | undefined {
  const added = without(toggled, before);
  const removed = without(before, toggled);
  const isRestored = without(before, after).length === 0 && without(after, before).length === 0;
  if (!isRestored || added.length + removed.length > 1) {
    return undefined;
  }
  if (added.length > 0) {
    return idsOf(added);
  }
  // Without a difference no row has the focus, and the selection is all there is.
  return idsOf([...removed, ...without(before, removed)]);
}

function without(nodes: readonly SessionsTreeNode[], others: readonly SessionsTreeNode[]): readonly SessionsTreeNode[] {
  const keys = new Set(others.map(keyOf));
  return nodes.filter((node) => !keys.has(keyOf(node)));
}

function idsOf(nodes: readonly SessionsTreeNode[]): readonly SessionId[] {
  return nodes.flatMap((node) => (node.kind === 'session' ? [node.session.id] : []));
}

/** Rows are made anew at each refresh, so they are compared by what they stand for. */
function keyOf(node: SessionsTreeNode): string {
  switch (node.kind) {
    case 'session':
      return `session ${node.session.id}`;
    case 'group':
      return `group ${node.group}`;
    case 'folder':
      return `folder ${node.directory ?? ''}`;
    case 'more':
      return `more ${node.section}`;
    case 'retry':
      return 'retry';
  }
}
