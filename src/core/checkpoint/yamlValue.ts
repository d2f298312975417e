import type { Node } from 'jsonc-parser';
import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import { checkpointLimits, forbiddenKeys } from './checkpoint';
import type { SourceFault } from './sourceFault';
import { adopt, collectionDraft, finished, scalarDraft, type NodeDraft } from './sourceNode';
import type { SourcePath } from './sourceTree';

const { maxDepth } = checkpointLimits;

interface Built {
  readonly value: unknown;
  readonly node: NodeDraft;
}

export interface BuiltYaml {
  readonly value: unknown;
  /** Undefined for an empty text. */
  readonly root: Node | undefined;
  readonly faults: readonly SourceFault[];
}

/** The value of a parsed document and the tree of its places. What may not be in a checkpoint is left out and told. */
export function buildYamlValue(contents: ParsedNode | null): BuiltYaml {
  const faults: SourceFault[] = [];
  const built = contents === null ? undefined : build(contents, [], faults);
  return { value: built?.value ?? null, root: built && finished(built.node), faults };
}

function build(node: ParsedNode, path: SourcePath, faults: SourceFault[]): Built {
  const [start, end] = node.range;
  if (!isScalar(node) && path.length >= maxDepth) {
    faults.push({ code: 'too-deep', args: { limit: maxDepth }, path, at: [start, end] });
    return { value: null, node: scalarDraft(null, start, end) };
  }
  if (isMap(node)) {
    return buildMap(node, path, faults);
  }
  if (isSeq(node)) {
    const draft = collectionDraft('array', start, end - start);
    const value = node.items.map((item, index) => {
      const built = build(item, [...path, index], faults);
      adopt(draft, built.node);
      return built.value;
    });
    return { value, node: draft };
  }
  const value = isScalar(node) ? node.value : null;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    faults.push({ code: 'infinite-number', args: {}, path, at: [start, end] });
  }
  return { value, node: scalarDraft(value, start, end) };
}

function buildMap(map: YAMLMap.Parsed, path: SourcePath, faults: SourceFault[]): Built {
  const [start, end] = map.range;
  const draft = collectionDraft('object', start, end - start);
  const value: Record<string, unknown> = {};
  for (const { key, value: item } of map.items) {
    const [keyStart, keyEnd] = key.range;
    const name = isScalar(key) ? key.source : undefined;
    const code = keyFault(key, name, value);
    if (code !== undefined || name === undefined) {
      const at = [keyStart, keyEnd] as const;
      faults.push({ code: code ?? 'yaml-complex-key', args: { key: name ?? '' }, path: [...path, name ?? ''], at });
      continue;
    }
    const built = item === null ? undefined : build(item, [...path, name], faults);
    const valueEnd = built === undefined ? keyEnd : built.node.offset + built.node.length;
    const property = collectionDraft('property', keyStart, valueEnd - keyStart);
    adopt(property, scalarDraft(name, keyStart, keyEnd));
    adopt(property, built?.node ?? scalarDraft(null, keyEnd, keyEnd));
    adopt(draft, property);
    value[name] = built?.value ?? null;
  }
  return { value, node: draft };
}

function keyFault(
  key: ParsedNode,
  name: string | undefined,
  siblings: Readonly<Record<string, unknown>>,
): SourceFault['code'] | undefined {
  if (name === undefined) {
    return 'yaml-complex-key';
  }
  if (forbiddenKeys.includes(name)) {
    return 'forbidden-key';
  }
  if (name === '<<' && isScalar(key) && key.type === 'PLAIN') {
    return 'yaml-merge-key';
  }
  return Object.hasOwn(siblings, name) ? 'duplicate-key' : undefined;
}
