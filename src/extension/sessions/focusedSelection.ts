import type { SessionId } from '../../core/session/session';
import type { SessionsTreeNode } from './sessionNode';

/**
 * What a key press in a tree is about, as in VS Code's own trees: the whole selection when the row with the focus is
 * part of it, else that row alone. The focus is the row in which two selections differ that lie one toggle of the
 * focused row apart; VS Code does not tell it in any other way. The focused session comes first.
 */
export function sessionsOfKeyPress(
  selection: readonly SessionsTreeNode[],
  toggled: readonly SessionsTreeNode[],
): readonly SessionId[] {
  const before = new Set(selection.map(keyOf));
  const after = new Set(toggled.map(keyOf));
  const removed = selection.find((node) => !after.has(keyOf(node)));
  const added = toggled.find((node) => !before.has(keyOf(node)));
  if (added !== undefined) {
    return idsOf([added]);
  }
  // Without a difference no row has the focus, and the selection is all there is.
  return removed === undefined ? idsOf(selection) : idsOf([removed, ...selection.filter((node) => node !== removed)]);
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
