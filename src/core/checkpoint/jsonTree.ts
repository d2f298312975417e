import type { Node } from 'jsonc-parser';
import { adopt, collectionDraft, finished, scalarDraft, type NodeDraft } from './sourceNode';

/** Where a text stops being JSON. */
export interface JsonError {
  readonly reason: string;
  readonly start: number;
  readonly end: number;
}

/** The places in a text that is JSON; its nesting must be bounded. Undefined for any other text. */
export function readJsonTree(text: string): Node | undefined {
  const read = new JsonTreeReader(text).read();
  return 'reason' in read ? undefined : read;
}

/** The first error of a text that is no JSON; its nesting must be bounded. */
export function findJsonError(text: string): JsonError {
  const read = new JsonTreeReader(text).read();
  return 'reason' in read ? read : { reason: 'InvalidSymbol', start: 0, end: 0 };
}

class Stop extends Error {
  constructor(readonly error: JsonError) {
    super();
  }
}

const word = /[^\s,:[\]{}"]+/y;
const literal = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![^\s,:[\]{}"])/y;

class JsonTreeReader {
  private position = 0;

  constructor(private readonly text: string) {}

  read(): Node | JsonError {
    try {
      const root = this.readValue();
      if (this.next() !== '') {
        throw this.stop('EndOfFileExpected');
      }
      return finished(root);
    } catch (error) {
      if (error instanceof Stop) {
        return error.error;
      }
      throw error;
    }
  }

  private readValue(): NodeDraft {
    switch (this.next()) {
      case '{':
        return this.readCollection('object', '}', () => this.readProperty());
      case '[':
        return this.readCollection('array', ']', () => this.readValue());
      case '"':
        return this.readString();
      default:
        return this.readLiteral();
    }
  }

  private readCollection(type: 'object' | 'array', close: string, readChild: () => NodeDraft): NodeDraft {
    const node = collectionDraft(type, this.position);
    this.position++;
    if (this.next() !== close) {
      adopt(node, readChild());
      while (this.next() === ',') {
        this.position++;
        adopt(node, readChild());
      }
    }
    if (this.next() !== close) {
      throw this.stop(type === 'object' ? 'CommaOrCloseBraceExpected' : 'CommaOrCloseBracketExpected');
    }
    this.position++;
    node.length = this.position - node.offset;
    return node;
  }

  private readProperty(): NodeDraft {
    if (this.next() !== '"') {
      throw this.stop('PropertyNameExpected');
    }
    const key = this.readString();
    if (this.next() !== ':') {
      throw this.stop('ColonExpected');
    }
    this.position++;
    const value = this.readValue();
    const property = collectionDraft('property', key.offset, value.offset + value.length - key.offset);
    adopt(property, key);
    adopt(property, value);
    return property;
  }

  private readString(): NodeDraft {
    const start = this.position;
    const end = endOfString(this.text, start);
    if (end === this.text.length) {
      throw this.stop('UnexpectedEndOfString');
    }
    this.position = end + 1;
    const source = this.text.slice(start, this.position);
    try {
      return scalarDraft(JSON.parse(source), start, this.position);
    } catch {
      throw new Stop({ reason: 'InvalidCharacterInString', start, end: this.position });
    }
  }

  private readLiteral(): NodeDraft {
    literal.lastIndex = this.position;
    if (!literal.test(this.text)) {
      throw this.stop(this.position === this.text.length ? 'ValueExpected' : 'InvalidSymbol');
    }
    const offset = this.position;
    this.position = literal.lastIndex;
    const value: unknown = JSON.parse(this.text.slice(offset, this.position));
    return scalarDraft(value, offset, this.position);
  }

  /** Skips space; empty at the end of the text. */
  private next(): string {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) {
        return this.text.charAt(this.position);
      }
      this.position++;
    }
  }

  /** At the word or the sign that stands here. */
  private stop(reason: string): Stop {
    word.lastIndex = this.position;
    const end = word.test(this.text) ? word.lastIndex : Math.min(this.position + 1, this.text.length);
    return new Stop({ reason, start: this.position, end });
  }
}

/** Index of the closing quote, or the end of the text. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) {
      backslashes++;
    }
    if (backslashes % 2 === 0) {
      return end;
    }
  }
  return text.length;
}
