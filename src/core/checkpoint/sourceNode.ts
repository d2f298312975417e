import type { Node, NodeType } from 'jsonc-parser';

/** A node of a tree of places while it is being made. There are many, so all have the same fields from the beginning. */
export interface NodeDraft {
  readonly type: NodeType;
  readonly offset: number;
  length: number;
  readonly value: unknown;
  readonly children: NodeDraft[] | undefined;
  parent: NodeDraft | undefined;
}

export function collectionDraft(type: 'array' | 'object' | 'property', offset: number, length = 0): NodeDraft {
  return { type, offset, length, value: undefined, children: [], parent: undefined };
}

/** A single value; an empty list or object counts as one. */
export function scalarDraft(value: unknown, offset: number, end: number): NodeDraft {
  const length = end - offset;
  return typeof value === 'object' && value !== null
    ? collectionDraft(Array.isArray(value) ? 'array' : 'object', offset, length)
    : { type: scalarType(value), offset, length, value, children: undefined, parent: undefined };
}

export function adopt(parent: NodeDraft, child: NodeDraft): void {
  child.parent = parent;
  parent.children?.push(child);
}

export function finished(draft: NodeDraft): Node {
  return draft as Node;
}

function scalarType(value: unknown): NodeType {
  return value === null ? 'null' : (typeof value as NodeType);
}
