import { isMap, isScalar, isSeq, type Pair, type ParsedNode } from 'yaml';
import { parseBoundedYaml } from '../base/boundedYaml';
import type { LineIndex } from '../base/lineIndex';
import type { SourceRange } from '../base/sourceProblem';

/** A value of the front matter as far as skills use one; `other` stands for numbers, maps and all that is not text. */
export type FrontMatterValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly FrontMatterItem[] }
  | { readonly kind: 'blank' | 'other' };

export interface FrontMatterItem {
  /** Null for anything but a text. */
  readonly text: string | null;
  readonly range: SourceRange;
}

export interface FrontMatterField {
  readonly key: string;
  readonly keyRange: SourceRange;
  /** That of the key where no value is written. */
  readonly valueRange: SourceRange;
  readonly value: FrontMatterValue;
}

/** Where the front matter of a text is, as offsets. */
export interface FrontMatterPlace {
  /** Just behind the line that opens it, and just before the one that closes it. */
  readonly start: number;
  readonly end: number;
  /** Just behind the closing line. */
  readonly bodyStart: number;
}

export type FrontMatterFault =
  | { readonly kind: 'yaml'; readonly message: string; readonly range: SourceRange }
  | { readonly kind: 'notMap' | 'tooDeep'; readonly range: SourceRange };

/** More than a list in a field is never needed. */
const maxDepth = 16;

/** Finds the lines `---` at the top of a text; 'missing' and 'open' when there are none or only the first. */
export function findFrontMatter(text: string): FrontMatterPlace | 'missing' | 'open' {
  const opening = /^\uFEFF?---[ \t]*(?:\r\n|\n|\r|$)/.exec(text)?.[0];
  if (opening === undefined) {
    return 'missing';
  }
  const closing = /^---[ \t]*(?:\r\n|\n|\r|$(?![^]))/gm;
  closing.lastIndex = opening.length;
  const found = closing.exec(text);
  return found === null
    ? 'open'
    : { start: opening.length, end: found.index, bodyStart: found.index + found[0].length };
}

/** Reads the fields of a front matter, in their order and every one of the same name, and what is wrong with its YAML. */
export function readFrontMatter(
  text: string,
  { start, end }: FrontMatterPlace,
  lines: LineIndex,
): { readonly fields: readonly FrontMatterField[]; readonly faults: readonly FrontMatterFault[] } {
  const rangeOf = (from: number, to: number): SourceRange => lines.rangeAt(start + from, start + to);
  const { document, hasMore } = parseBoundedYaml(text.slice(start, end), maxDepth);
  if (document === undefined || hasMore) {
    return { fields: [], faults: [{ kind: hasMore ? 'notMap' : 'tooDeep', range: rangeOf(0, end - start) }] };
  }
  const faults = document.errors
    // Every field is returned, so who asks sees by itself which are there twice.
    .filter(({ code }) => code !== 'DUPLICATE_KEY')
    .map(({ message, pos: [from, to] }): FrontMatterFault => ({ kind: 'yaml', message, range: rangeOf(from, to) }));
  if (isMap(document.contents)) {
    const pairs = document.contents.items as readonly Pair<ParsedNode, ParsedNode | null>[];
    return { fields: pairs.flatMap((pair) => toField(pair, rangeOf) ?? []), faults };
  }
  const isEmpty = document.contents === null;
  const notMap: FrontMatterFault = { kind: 'notMap', range: rangeOf(0, end - start) };
  return { fields: [], faults: isEmpty || faults.length > 0 ? faults : [notMap] };
}

function toField(
  { key, value }: Pair<ParsedNode, ParsedNode | null>,
  rangeOf: (from: number, to: number) => SourceRange,
): FrontMatterField | undefined {
  if (!isScalar(key)) {
    return undefined;
  }
  const keyRange = rangeOf(key.range[0], key.range[1]);
  const [from, to] = value?.range ?? [0, 0];
  return {
    key: String(key.value),
    keyRange,
    valueRange: from === to ? keyRange : rangeOf(from, to),
    value: toValue(value, rangeOf),
  };
}

function toValue(node: ParsedNode | null, rangeOf: (from: number, to: number) => SourceRange): FrontMatterValue {
  if (isSeq(node)) {
    const items = (node.items as readonly ParsedNode[]).map((item) => ({
      text: isScalar(item) && typeof item.value === 'string' ? item.value.trim() : null,
      range: rangeOf(item.range[0], item.range[1]),
    }));
    return { kind: 'list', items };
  }
  if (node === null || (isScalar(node) && node.value === null)) {
    return { kind: 'blank' };
  }
  if (!isScalar(node) || typeof node.value !== 'string') {
    return { kind: 'other' };
  }
  const trimmed = node.value.trim();
  return trimmed === '' ? { kind: 'blank' } : { kind: 'text', text: trimmed };
}
