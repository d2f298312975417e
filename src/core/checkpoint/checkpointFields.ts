import { checkpoint1Schema, checkpoint2Schema } from './checkpointSchema';
import type { CheckpointSource } from './checkpointSource';
import type { SourcePath } from './sourceTree';

export type CheckpointVersion = '1.0' | '2.0';

/** A field of the format, as an editor explains and offers it. */
export interface CheckpointField {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly kind: 'object' | 'list' | 'text' | 'number' | 'boolean' | 'any';
  /** The only values that it takes; empty for any. */
  readonly values: readonly string[];
  readonly isTime: boolean;
}

/** As much of a schema as is needed to walk it. */
interface SchemaNode {
  readonly type: string;
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly item?: SchemaNode;
  readonly wrapped?: SchemaNode;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly pipe?: readonly { readonly type: string; readonly message?: unknown; readonly description?: string }[];
}

const schemas = { '1.0': checkpoint1Schema, '2.0': checkpoint2Schema } as unknown as Readonly<
  Record<CheckpointVersion, SchemaNode>
>;

/** The fields that the object at the path may have, in the order of the format. Empty for anything else. */
export function fieldsIn(version: CheckpointVersion, path: SourcePath): readonly CheckpointField[] {
  return Object.entries(nodeAt(version, path)?.entries ?? {}).map(([name, node]) => toField(name, node));
}

/** The field that the path leads to; undefined at the root, for items of lists and for what the format does not name. */
export function fieldAt(version: CheckpointVersion, path: SourcePath): CheckpointField | undefined {
  return fieldsIn(version, path.slice(0, -1)).find(({ name }) => name === path.at(-1));
}

/** The version that a text is meant to have: what it says, also where it is broken, or what its fields look like. */
export function likelyVersion(source: Pick<CheckpointSource, 'value' | 'textAt'>): CheckpointVersion {
  const written = source.textAt(['version'])?.replace(/["']/g, '');
  if (written === '1.0' || written === '2.0') {
    return written;
  }
  const { value } = source;
  return typeof value === 'object' && value !== null && 'messages' in value ? '1.0' : '2.0';
}

function nodeAt(version: CheckpointVersion, path: SourcePath): SchemaNode | undefined {
  let node: SchemaNode | undefined = schemas[version];
  for (const step of path) {
    const unwrapped = unwrap(node);
    const entries = unwrapped.entries ?? {};
    node = typeof step === 'number' ? unwrapped.item : Object.hasOwn(entries, step) ? entries[step] : undefined;
    if (node === undefined) {
      return undefined;
    }
  }
  return unwrap(node);
}

function unwrap(node: SchemaNode): SchemaNode {
  return node.wrapped ?? node;
}

function toField(name: string, node: SchemaNode): CheckpointField {
  const inner = unwrap(node);
  const actions = actionsOf(inner);
  return {
    name,
    description: actions.find(({ type }) => type === 'description')?.description ?? '',
    required: node.wrapped === undefined,
    kind: kindOf(inner),
    values: valuesOf(inner),
    isTime: actions.some(({ message }) => message === 'bad-time'),
  };
}

function actionsOf(node: SchemaNode): NonNullable<SchemaNode['pipe']> {
  return node.pipe ?? [];
}

function kindOf({ type }: SchemaNode): CheckpointField['kind'] {
  switch (type) {
    case 'object':
    case 'record':
      return 'object';
    case 'array':
      return 'list';
    case 'string':
    case 'picklist':
    case 'literal':
      return 'text';
    case 'number':
    case 'boolean':
      return type;
    default:
      return 'any';
  }
}

function valuesOf(node: SchemaNode): readonly string[] {
  // A check of the values may stand behind others, as a step of its own.
  const steps = [...actionsOf(node), node] as unknown as readonly SchemaNode[];
  const { options, literal } = steps.find(({ type }) => type === 'picklist' || type === 'literal') ?? {};
  return options?.map(String) ?? (typeof literal === 'string' ? [literal] : []);
}
