import type { Node } from 'jsonc-parser';
import { checkpointLimits, forbiddenKeys } from './checkpoint';
import { endOfString } from './jsonTree';
import { adopt, collectionDraft, finished, scalarDraft, type NodeDraft } from './sourceNode';

export interface PlainYaml {
  readonly value: unknown;
  readonly root: Node;
}

/**
 * Reads YAML of the few forms that our own files have: block maps and lists, double-quoted texts on one line, literal
 * blocks, numbers, `true`, `false`, `null`, `[]` and `{}`, with remarks behind them. It is many times faster than a complete parser, which a
 * conversation of months needs. Undefined for everything else, right or wrong: that is for the complete parser.
 */
export function readPlainYaml(text: string): PlainYaml | undefined {
  if (text.includes('\r') || !text.endsWith('\n')) {
    return undefined;
  }
  try {
    return new PlainYamlReader(text).read();
  } catch (error) {
    if (error instanceof NotPlain) {
      return undefined;
    }
    throw error;
  }
}

class NotPlain extends Error {}

interface Read {
  readonly value: unknown;
  readonly node: NodeDraft;
}

/** YAML knows no longer ones on one line. */
const longestKey = 1_000;
const plainKey = /[A-Za-z_][A-Za-z0-9_-]*/y;
const plainScalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|\[\]|\{\})(?=\n| +#)/y;
/** Words that are a text in every reading. */
const plainText = /(?!(?:null|true|false)(?:\n| +#))[A-Za-z][\w./-]*(?: [\w./-]+)*(?=\n| +#)/iy;
/** What may stand behind a value: nothing, or a remark of whoever edited the file. */
const restOfLine = /(?: +#[^\n]*)?\n/y;
const literalHeader = /\|([+-]?)\n/y;

class PlainYamlReader {
  /** Where reading goes on: at the first character of a line behind its indentation, or inside a line. */
  private position = 0;
  /** Column of `position` when it is where a block may begin. */
  private column = 0;
  /** End of the last value that was read. */
  private end = 0;
  private depth = 0;
  private values = 0;

  constructor(private readonly text: string) {}

  read(): PlainYaml {
    this.nextLine();
    const { value, node } = this.readBlock();
    if (this.position < this.text.length) {
      throw new NotPlain();
    }
    return { value, root: finished(node) };
  }

  /** Moves to the first line with something on it. Position is at the beginning of a line. */
  private nextLine(): void {
    for (;;) {
      const start = this.position;
      while (this.text.charCodeAt(this.position) === 0x20) {
        this.position++;
      }
      const code = this.text.charCodeAt(this.position);
      if (code === 0x23) {
        this.position = this.text.indexOf('\n', this.position);
      } else if (code !== 0x0a) {
        this.column = Number.isNaN(code) ? -1 : this.position - start;
        return;
      }
      this.position++;
    }
  }

  private readBlock(): Read {
    if (++this.depth > checkpointLimits.maxDepth) {
      throw new NotPlain();
    }
    const read = this.isItem() ? this.readList() : this.readMap();
    this.depth--;
    return read;
  }

  private isItem(): boolean {
    return this.text.startsWith('- ', this.position);
  }

  private readList(): Read {
    const { column } = this;
    const value: unknown[] = [];
    const node = collectionDraft('array', this.position);
    while (this.column === column && this.isItem()) {
      this.position += 2;
      this.column += 2;
      const item = this.isItem() || this.readKey(false) !== undefined ? this.readBlock() : this.readScalar(column);
      value.push(item.value);
      adopt(node, item.node);
    }
    return this.close(value, node, column);
  }

  private readMap(): Read {
    const { column } = this;
    const value: Record<string, unknown> = {};
    const node = collectionDraft('object', this.position);
    while (this.column === column && !this.isItem()) {
      const key = this.readKey(true);
      if (key === undefined || Object.hasOwn(value, key.value) || forbiddenKeys.includes(key.value)) {
        throw new NotPlain();
      }
      const item = this.readValue(column);
      value[key.value] = item.value;
      const property = collectionDraft('property', key.node.offset, this.end - key.node.offset);
      adopt(property, key.node);
      adopt(property, item.node);
      adopt(node, property);
    }
    return this.close(value, node, column);
  }

  /** Value behind a key: on the same line, or a block on the next ones. */
  private readValue(column: number): Read {
    const nextLine = this.match(restOfLine);
    if (nextLine === undefined) {
      this.position++;
      return this.readScalar(column);
    }
    this.position = nextLine;
    this.nextLine();
    if (this.column <= column) {
      throw new NotPlain();
    }
    return this.readBlock();
  }

  /** The key here, or undefined; with `take` reading goes on at its colon. */
  private readKey(take: boolean): { readonly value: string; readonly node: NodeDraft } | undefined {
    const start = this.position;
    const quoted = this.text.charCodeAt(start) === 0x22;
    const end = quoted ? this.quotedEnd() : this.match(plainKey);
    if (end === undefined || end - start > longestKey || !/^:[ \n]/.test(this.text.slice(end, end + 2))) {
      return undefined;
    }
    if (take) {
      this.position = end + 1;
    }
    const source = this.text.slice(start, end);
    const value = quoted ? String(parseScalar(source)) : source;
    return { value, node: scalarDraft(value, start, end) };
  }

  private readScalar(column: number): Read {
    const start = this.position;
    if (this.text.charCodeAt(start) === 0x7c) {
      return this.readLiteral(column);
    }
    const quotedEnd = this.text.charCodeAt(start) === 0x22 ? this.quotedEnd() : undefined;
    const wordsEnd = this.match(plainText);
    const end = quotedEnd ?? wordsEnd ?? this.match(plainScalar);
    const nextLine = end === undefined ? undefined : this.match(restOfLine, end);
    if (end === undefined || nextLine === undefined) {
      throw new NotPlain();
    }
    const source = this.text.slice(start, end);
    this.position = nextLine;
    return this.finish(wordsEnd === undefined ? parseScalar(source) : source, start, end);
  }

  /** A block of lines as they stand. Only with a first line that says how far all are indented. */
  private readLiteral(column: number): Read {
    const start = this.position;
    const header = this.match(literalHeader);
    if (header === undefined) {
      throw new NotPlain();
    }
    const chomp = this.text.charAt(start + 1);
    let line = header;
    while (this.text.charCodeAt(line) === 0x20) {
      line++;
    }
    const indent = this.text.slice(header, line);
    if (indent.length <= column || this.text.charCodeAt(line) === 0x0a) {
      throw new NotPlain();
    }
    const lines: string[] = [];
    let last = header;
    this.position = header;
    while (this.position < this.text.length) {
      const end = this.text.indexOf('\n', this.position);
      if (this.text.startsWith(indent, this.position)) {
        lines.push(this.text.slice(this.position + indent.length, end));
      } else if (end === this.position) {
        lines.push('');
      } else if (this.text.slice(this.position, end).trim() === '') {
        throw new NotPlain();
      } else {
        break;
      }
      last = lines.at(-1) === '' ? last : end;
      this.position = end + 1;
    }
    const value = chompLines(lines, chomp);
    if (value === undefined) {
      throw new NotPlain();
    }
    return this.finish(value, start, last);
  }

  private finish(value: unknown, start: number, end: number): Read {
    this.count();
    this.end = end;
    this.nextLine();
    return { value, node: scalarDraft(value, start, end) };
  }

  /** Behind the closing quote of a text that ends on its line. */
  private quotedEnd(): number | undefined {
    const end = endOfString(this.text, this.position);
    const lineEnd = this.text.indexOf('\n', this.position);
    return end < lineEnd ? end + 1 : undefined;
  }

  private match(pattern: RegExp, position = this.position): number | undefined {
    pattern.lastIndex = position;
    return pattern.test(this.text) ? pattern.lastIndex : undefined;
  }

  /** A block ends where a line is indented less, and nowhere else. */
  private close(value: unknown, node: NodeDraft, column: number): Read {
    if (node.children?.length === 0 || this.column >= column) {
      throw new NotPlain();
    }
    this.count();
    node.length = this.end - node.offset;
    return { value, node };
  }

  private count(): void {
    if (++this.values > checkpointLimits.maxValues) {
      throw new NotPlain();
    }
  }
}

/** A scalar in a form that JSON has too. */
function parseScalar(source: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new NotPlain();
  }
  if (value === Infinity || value === -Infinity) {
    throw new NotPlain();
  }
  return value;
}

/** A text that ends in spaces is read differently by different readers. */
function chompLines(lines: readonly string[], chomp: string): string | undefined {
  const last = lines.findLastIndex((line) => line !== '');
  if (lines[last]?.trim() === '') {
    return undefined;
  }
  const body = lines.slice(0, last + 1).join('\n');
  return chomp === '-' ? body : body + '\n'.repeat(chomp === '+' ? lines.length - last : 1);
}
