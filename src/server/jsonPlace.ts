import { endOfString } from '../core/checkpoint/jsonTree';
import type { CompletionPlace } from './completionPlace';

interface Token {
  readonly start: number;
  readonly end: number;
}

/** An object or a list that is open at the place. */
interface Frame {
  readonly isList: boolean;
  readonly keys: Set<string>;
  expects: 'key' | 'colon' | 'value' | 'comma';
  key: string;
  index: number;
}

/** The place at the offset of a JSON text; undefined outside of all objects and lists and where nothing may stand. */
export function jsonPlace(text: string, offset: number): CompletionPlace | undefined {
  const frames: Frame[] = [];
  let touched: Token = { start: offset, end: offset };
  for (const token of tokensOf(text, 0)) {
    if (isBehind(token, offset, text)) {
      touched = token.start < offset ? token : touched;
      break;
    }
    take(token, text, frames);
  }
  const frame = frames.at(-1);
  if (frame === undefined || frame.expects === 'colon' || frame.expects === 'comma') {
    return undefined;
  }
  const path = frames.slice(0, -1).map(stepOf);
  return {
    kind: frame.expects,
    path: frame.expects === 'key' ? path : [...path, stepOf(frame)],
    keys: new Set([...frame.keys, ...keysBehind(text, touched.end)]),
    ...touched,
    hasColon: /^\s*:/.test(text.slice(touched.end, touched.end + 100)),
  };
}

/** Whether the token is not finished before the offset. A cursor behind a word or in a string may go on with it. */
function isBehind({ start, end }: Token, offset: number, text: string): boolean {
  const isFinished =
    text.charAt(start) === '"' ? end - start > 1 && text.charAt(end - 1) === '"' : /[{}[\],:]/.test(text.charAt(start));
  return isFinished ? end > offset : end >= offset;
}

function take({ start, end }: Token, text: string, frames: Frame[]): void {
  const frame = frames.at(-1);
  switch (text.charAt(start)) {
    case '{':
    case '[': {
      const isList = text.charAt(start) === '[';
      frames.push({ isList, keys: new Set(), expects: isList ? 'value' : 'key', key: '', index: 0 });
      return;
    }
    case '}':
    case ']':
      frames.pop();
      expect(frames.at(-1), 'comma');
      return;
    case ',':
      if (frame !== undefined) {
        frame.index++;
        frame.expects = frame.isList ? 'value' : 'key';
      }
      return;
    case ':':
      expect(frame, 'value');
      return;
    default:
      if (frame?.expects === 'key') {
        frame.key = unquoted(text.slice(start, end));
        frame.keys.add(frame.key);
        frame.expects = 'colon';
      } else {
        expect(frame, 'comma');
      }
  }
}

function expect(frame: Frame | undefined, next: Frame['expects']): void {
  if (frame !== undefined) {
    frame.expects = next;
  }
}

/** Keys of the object that is open at the offset, as far as they stand behind it. */
function keysBehind(text: string, offset: number): readonly string[] {
  const keys: string[] = [];
  let depth = 0;
  let last: Token | undefined;
  for (const token of tokensOf(text, offset)) {
    const mark = text.charAt(token.start);
    depth += mark === '{' || mark === '[' ? 1 : mark === '}' || mark === ']' ? -1 : 0;
    if (depth < 0) {
      break;
    }
    if (depth === 0 && mark === ':' && last !== undefined && last.start >= offset) {
      keys.push(unquoted(text.slice(last.start, last.end)));
    }
    last = token;
  }
  return keys;
}

function* tokensOf(text: string, from: number): Generator<Token> {
  const mark = /[{}[\],:]|"|[^\s{}[\],:"]+/g;
  mark.lastIndex = from;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const start = found.index;
    const end = found[0] === '"' ? stringEnd(text, start) : start + found[0].length;
    mark.lastIndex = end;
    yield { start, end };
  }
}

/** A string ends with its line, so that one that is not closed yet does not swallow what follows. */
function stringEnd(text: string, start: number): number {
  const end = Math.min(endOfString(text, start) + 1, text.length);
  const lineEnd = text.slice(start, end).search(/[\r\n]/);
  return lineEnd < 0 ? end : start + lineEnd;
}

function unquoted(text: string): string {
  return text.replace(/^"|"$/g, '');
}

function stepOf({ isList, key, index }: Frame): string | number {
  return isList ? index : key;
}
