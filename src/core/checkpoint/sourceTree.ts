import { findNodeAtOffset, getNodePath, type Node } from 'jsonc-parser';
import type { SourcePosition, SourceRange } from '../base/sourceProblem';

/** Keys and indexes from the root to a value. */
export type SourcePath = readonly (string | number)[];

const lineBreak = /\r\n?|\n/g;

/** A value with the key that it stands behind, as far as they are there. */
interface Place {
  readonly key?: Node;
  readonly value?: Node;
}

/** Places of values in a text, by a tree that JSON and YAML share. */
export class SourceTree {
  /** As far as they were asked for. */
  private readonly lineStarts = [0];
  private scannedTo = 0;
  private readonly propertiesOf = new WeakMap<Node, ReadonlyMap<unknown, Node>>();
  private made: { readonly root: Node | undefined } | undefined;

  /** The tree is made when a place is asked for; without a maker there are no places. */
  constructor(
    private readonly text: string,
    private readonly make: () => Node | undefined = () => undefined,
  ) {}

  get root(): Node | undefined {
    this.made ??= { root: this.make() };
    return this.made.root;
  }

  /** See `CheckpointSource.rangeOf`. */
  rangeOf(path: SourcePath, part?: 'key' | 'value'): SourceRange {
    for (let length = path.length; length >= 0; length--) {
      const place = this.find(path.slice(0, length));
      const node = length < path.length || part === undefined ? this.underlined(place) : place?.[part];
      if (node !== undefined) {
        return this.rangeBetween(node.offset, node.offset + node.length);
      }
    }
    return this.rangeBetween(0, 0);
  }

  pathAt(position: SourcePosition): SourcePath {
    const node = this.root && findNodeAtOffset(this.root, this.offsetAt(position), true);
    return node === undefined ? [] : getNodePath(node);
  }

  /** A single value as it is written. */
  textAt(path: SourcePath): string | undefined {
    const node = this.find(path)?.value;
    return node === undefined || node.children !== undefined
      ? undefined
      : this.text.slice(node.offset, node.offset + node.length);
  }

  rangeBetween(start: number, end: number): SourceRange {
    return { start: this.positionAt(start), end: this.positionAt(end) };
  }

  private find(path: SourcePath): Place | undefined {
    let place: Place | undefined = this.root && { value: this.root };
    for (const segment of path) {
      place = place?.value && this.childOf(place.value, segment);
    }
    return place;
  }

  /** A whole object under a wavy line helps nobody: its key stands for it, or its first line. */
  private underlined(place: Place | undefined): { readonly offset: number; readonly length: number } | undefined {
    const { key, value } = place ?? {};
    if (value?.children === undefined) {
      return value ?? key;
    }
    return key ?? { offset: value.offset, length: Math.min(value.length, this.lineEnd(value.offset) - value.offset) };
  }

  private lineEnd(offset: number): number {
    const end = this.text.slice(offset, offset + 1_000).search(/[\r\n]/);
    return end < 0 ? offset + 1_000 : offset + end;
  }

  private positionAt(offset: number): SourcePosition {
    while (this.scannedTo <= offset && this.scanLine());
    const line = lastAtMost(this.lineStarts, offset);
    return { line, character: offset - (this.lineStarts[line] ?? 0) };
  }

  private offsetAt({ line, character }: SourcePosition): number {
    while (this.lineStarts.length <= line + 1 && this.scanLine());
    const end = this.lineStarts[line + 1] ?? this.text.length;
    return Math.min((this.lineStarts[line] ?? this.text.length) + character, end);
  }

  /** Finds the next line; false at the end of the text. */
  private scanLine(): boolean {
    lineBreak.lastIndex = this.scannedTo;
    const found = lineBreak.test(this.text);
    this.scannedTo = found ? lineBreak.lastIndex : this.text.length + 1;
    if (found) {
      this.lineStarts.push(this.scannedTo);
    }
    return found;
  }

  private childOf(node: Node, segment: string | number): Place | undefined {
    if (node.type === 'array' && typeof segment === 'number') {
      const value = node.children?.[segment];
      return value && { value };
    }
    const [key, value] = this.properties(node).get(segment)?.children ?? [];
    return key && { key, ...(value === undefined ? {} : { value }) };
  }

  /** Of several with the same key the last one, whose value counts. */
  private properties(node: Node): ReadonlyMap<unknown, Node> {
    const known = this.propertiesOf.get(node);
    if (known !== undefined || node.type !== 'object') {
      return known ?? new Map();
    }
    const properties = new Map((node.children ?? []).map((child) => [child.children?.[0]?.value as unknown, child]));
    this.propertiesOf.set(node, properties);
    return properties;
  }
}

/** Index of the last number that is not above the limit; the numbers grow. */
function lastAtMost(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((numbers[middle] ?? 0) <= limit) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}
