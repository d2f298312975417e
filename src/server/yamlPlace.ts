import type { CompletionPlace } from './completionPlace';

/** A line of block YAML as far as its structure goes: `- - key: rest`. */
interface Line {
  readonly dashes: readonly number[];
  /** Column of the key, or of whatever stands there instead of one. */
  readonly column: number;
  /** Undefined where no key stands. */
  readonly key: string | undefined;
  readonly rest: string;
}

/**
 * The place at the offset of a YAML text that is written in blocks, one key per line, as ours are. Undefined in comments,
 * in texts over several lines and in lists and objects in brackets.
 */
export function yamlPlace(text: string, offset: number): CompletionPlace | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = endOfLine(text, offset);
  const before = text.slice(lineStart, offset);
  const written = /^( *(?:- +)*)("?[\w-]*"?)$/.exec(before);
  const value = /^( *(?:- +)*)("?)([\w-]+)\2:[ \t]+("?[\w./-]*)$/.exec(before);
  const match = written ?? value;
  if (match === null) {
    return undefined;
  }
  const typed = match.at(-1) ?? '';
  const start = offset - typed.length;
  const end = offset + (/^[\w./-]*"?/.exec(text.slice(offset, lineEnd))?.[0].length ?? 0);
  const around = surroundings(text, lineStart, lineEnd, match[1] ?? '');
  if (around === undefined) {
    return undefined;
  }
  const path = value === null ? around.path : [...around.path, value[3] ?? ''];
  return {
    kind: value === null ? 'key' : 'value',
    path,
    keys: around.keys,
    start,
    end,
    hasColon: /^[ \t]*:/.test(text.slice(end, lineEnd)),
  };
}

/** The object that a line is in, and the keys that it has on its other lines. */
function surroundings(
  text: string,
  lineStart: number,
  lineEnd: number,
  indent: string,
): { readonly path: readonly (string | number)[]; readonly keys: ReadonlySet<string> } | undefined {
  const keys = new Set<string>(keysBelow(text, lineEnd, indent.length));
  const climb = new Climb(indent.length);
  climb.passDashes(dashesOf(indent));
  for (let end = lineStart - 1; end >= 0 && !climb.isDone;) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = readLine(text.slice(start, end));
    end = start - 1;
    if (line === undefined) {
      continue;
    }
    if (climb.path.length === 0 && line.column === indent.length && line.key !== undefined) {
      keys.add(line.key);
    } else if (line.key !== undefined && !climb.passKey(line.key, line.column, line.rest)) {
      return undefined;
    }
    climb.passDashes(line.dashes);
  }
  return { path: climb.path, keys };
}

/** The way from a column up to the root, past the keys and dashes that stand further left. */
class Climb {
  readonly path: (string | number)[] = [];
  private behindDash = false;

  constructor(private column: number) {}

  get isDone(): boolean {
    return this.column === 0 && !this.behindDash && this.path.length > 0;
  }

  passDashes(dashes: readonly number[]): void {
    for (const dash of dashes.toReversed()) {
      if (dash < this.column) {
        this.path.unshift(0);
        this.column = dash;
        this.behindDash = true;
      }
    }
  }

  /** False when what is below the key is no object and no list but its text. */
  passKey(key: string, column: number, rest: string): boolean {
    // A list may stand in the same column as the key that it belongs to.
    if (this.behindDash ? column > this.column : column >= this.column) {
      return true;
    }
    this.path.unshift(key);
    this.column = column;
    this.behindDash = false;
    return rest === '';
  }
}

function keysBelow(text: string, from: number, column: number): readonly string[] {
  const keys: string[] = [];
  for (let start = from + 1; start <= text.length;) {
    const end = endOfLine(text, start);
    const line = readLine(text.slice(start, end));
    start = end + 1;
    if (line === undefined) {
      continue;
    }
    if ((line.dashes[0] ?? line.column) < column) {
      break;
    }
    if (line.dashes.length === 0 && line.column === column && line.key !== undefined) {
      keys.push(line.key);
    }
  }
  return keys;
}

/** Undefined for blank lines and comments. */
function readLine(text: string): Line | undefined {
  const indent = /^ *(?:-(?: +|$))*/.exec(text)?.[0] ?? '';
  const content = text.slice(indent.length).trimEnd();
  if ((content === '' && !indent.includes('-')) || content.startsWith('#')) {
    return undefined;
  }
  const [, key, rest = ''] =
    /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#[\]{}&*!|>%@`][^:]*?)[ \t]*:(?:[ \t]+(.*)|$)/.exec(content) ?? [];
  return {
    dashes: dashesOf(indent),
    column: indent.length,
    key: key?.replace(/^["']|["']$/g, ''),
    rest: rest.replace(/^#.*/, ''),
  };
}

function dashesOf(indent: string): readonly number[] {
  return Array.from(indent.matchAll(/-/g), ({ index }) => index);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
