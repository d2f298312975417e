/** As much of a schema of valibot as is needed to walk it. */
export interface SchemaNode {
  readonly type: string;
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly item?: SchemaNode;
  readonly wrapped?: SchemaNode;
  readonly pipe?: readonly { readonly type: string; readonly message?: unknown }[];
}

/** What an optional field holds when it is there. */
export function unwrapped(node: SchemaNode): SchemaNode {
  return node.wrapped ?? node;
}
