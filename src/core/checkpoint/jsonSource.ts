import { parseTree, type Node } from 'jsonc-parser';
import { checkpointLimits, forbiddenKeys } from './checkpoint';
import { endOfString, findJsonError, readJsonTree } from './jsonTree';
import type { ReadSource, SourceFault } from './sourceFault';
import { SourceTree, type SourcePath } from './sourceTree';

/** UTF-16 units of a text with errors in which places are still looked for: that takes a slower parser. */
const longestBroken = 8_000_000;

interface Measure {
  readonly depth: number;
  /** At least the number of values; counting ends above the limit. */
  readonly values: number;
  readonly keys: number;
}

/** Strict JSON. The value comes from the platform's parser, which is far faster; a tree is built for places only. */
export function readJson(original: string): ReadSource {
  // Some editors put a mark before the text, which is no part of it.
  const text = original.startsWith('\uFEFF') ? ` ${original.slice(1)}` : original;
  const measure = measureJson(text);
  const refused = limitFault(measure);
  if (refused !== undefined) {
    return { value: undefined, faults: [refused], tree: new SourceTree(text) };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const makeTree = (): Node | undefined => (text.length > longestBroken ? undefined : parseTree(text));
    return { value, faults: [syntaxFault(text)], tree: new SourceTree(text, makeTree) };
  }
  const tree = new SourceTree(text, () => readJsonTree(text));
  const { faults, keys } = inspect(value);
  return { value, faults: keys < measure.keys ? [...faults, ...duplicates(tree.root)] : faults, tree };
}

/** Only the first: what follows it is mostly its consequence, and there may be millions. */
function syntaxFault(text: string): SourceFault {
  const { reason, start, end } = findJsonError(text);
  return { code: 'json-syntax', args: { reason }, path: [], at: [start, end] };
}

/** Looks at the marks between strings only: fast enough to run before anything is built. */
function measureJson(text: string): Measure {
  let depth = 0;
  let deepest = 0;
  let values = 1;
  let keys = 0;
  for (let index = 0; index < text.length && values <= checkpointLimits.maxValues; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        index = endOfString(text, index);
        break;
      case 0x5b: // [
      case 0x7b: // {
        values++;
        deepest = Math.max(deepest, ++depth);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x2c: // ,
        values++;
        break;
      case 0x3a: // :
        keys++;
        break;
    }
  }
  return { depth: deepest, values, keys };
}

function limitFault({ depth, values }: Measure): SourceFault | undefined {
  if (depth > checkpointLimits.maxDepth) {
    return { code: 'too-deep', args: { limit: checkpointLimits.maxDepth }, path: [] };
  }
  return values > checkpointLimits.maxValues
    ? { code: 'too-many-values', args: { limit: checkpointLimits.maxValues }, path: [] }
    : undefined;
}

/** Counts the keys and finds what no value of a checkpoint may hold. */
function inspect(root: unknown): { readonly keys: number; readonly faults: SourceFault[] } {
  const faults: SourceFault[] = [];
  const path: (string | number)[] = [];
  let keys = 0;
  const look = (value: unknown): void => {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      faults.push({ code: 'infinite-number', args: {}, path: [...path] });
    } else if (Array.isArray(value)) {
      value.forEach((item: unknown, index) => lookInto(index, item));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        keys++;
        if (forbiddenKeys.includes(key)) {
          faults.push({ code: 'forbidden-key', args: { key }, path: [...path, key], part: 'key' });
        }
        lookInto(key, item);
      }
    }
  };
  const lookInto = (segment: string | number, value: unknown): void => {
    path.push(segment);
    look(value);
    path.pop();
  };
  look(root);
  return { keys, faults };
}

/** Readers of JSON differ in which of two values they take; ours takes the last. */
function duplicates(root: Node | undefined): readonly SourceFault[] {
  const faults: SourceFault[] = [];
  const look = (node: Node, path: SourcePath): void => {
    const seen = new Set<unknown>();
    node.children?.forEach((child, index) => {
      if (node.type === 'array') {
        return look(child, [...path, index]);
      }
      const [keyNode, value] = child.children ?? [];
      if (keyNode === undefined || value === undefined || faults.length >= checkpointLimits.maxProblems) {
        return;
      }
      const key = String(keyNode.value);
      if (seen.has(key)) {
        const at = [keyNode.offset, keyNode.offset + keyNode.length] as const;
        faults.push({ code: 'duplicate-key', args: { key }, path: [...path, key], at, severity: 'warning' });
      }
      seen.add(key);
      look(value, [...path, key]);
    });
  };
  if (root !== undefined) {
    look(root, []);
  }
  return faults;
}
