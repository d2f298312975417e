import type { TextEdit } from 'vscode-languageserver';
import type { SourcePath } from '../core/checkpoint/sourceTree';
import type { CheckpointFile } from './servedFile';
import { maxFields, valueAt } from './sourceValue';

/** A value to be written: a single one, or an object of counts. */
export type NewValue = string | number | Readonly<Record<string, number>>;

/** A field of an object with its place, in offsets. */
interface PlacedField {
  readonly name: string;
  readonly keyStart: number;
  readonly valueEnd: number;
}

/** Writes another value in place of the single one at the path. */
export function replaceValue(file: CheckpointFile, path: SourcePath, value: string | number): TextEdit {
  const { parsed, syntax, text, lines } = file;
  const range = parsed.source.rangeOf(path, 'value');
  if (syntax === 'json') {
    return { range, newText: JSON.stringify(value) };
  }
  const start = lines.offsetAt(range.start);
  if (start < lines.offsetAt(range.end)) {
    return { range, newText: yamlScalar(value) };
  }
  // Nothing stands behind the key: that nothing is before or behind its colon.
  const place = start + (text.charAt(start) === ':' ? 1 : 0);
  return { range: lines.rangeAt(place, place), newText: ` ${yamlScalar(value)}` };
}

/**
 * Adds a field to the object at the path, before the first of `followers` that is there or else behind all fields.
 * Everything that is there stays as it is. Undefined where there is no object, or one with far
 * more fields than any of ours.
 */
export function insertField(
  file: CheckpointFile,
  path: SourcePath,
  name: string,
  value: NewValue,
  followers: readonly string[],
): TextEdit | undefined {
  const object = valueAt(file.parsed.source, path);
  const names =
    typeof object === 'object' && object !== null && !Array.isArray(object) ? Object.keys(object) : undefined;
  if (names === undefined || names.length > maxFields) {
    return undefined;
  }
  const fields = placedFields(file, path, names);
  const next = fields.find((field) => followers.includes(field.name));
  const start = file.lines.offsetAt(file.parsed.source.rangeOf(path, 'value').start);
  const [offset, newText] =
    file.text.charAt(start) === '{'
      ? inBrackets(file.text, start, fields, next, name, value)
      : inBlock(file, fields, next, name, value);
  return { range: file.lines.rangeAt(offset, offset), newText };
}

function placedFields(
  { parsed: { source }, lines }: CheckpointFile,
  path: SourcePath,
  names: readonly string[],
): PlacedField[] {
  return names
    .map((name) => ({
      name,
      keyStart: lines.offsetAt(source.rangeOf([...path, name], 'key').start),
      valueEnd: lines.offsetAt(source.rangeOf([...path, name], 'value').end),
    }))
    .sort((a, b) => a.keyStart - b.keyStart);
}

/** JSON, and YAML that is written like it. The blanks before a field are those of the field beside it. */
function inBrackets(
  text: string,
  start: number,
  fields: readonly PlacedField[],
  next: PlacedField | undefined,
  name: string,
  value: NewValue,
): readonly [offset: number, newText: string] {
  const beside = next ?? fields.at(-1);
  if (beside === undefined) {
    return [start + 1, ` ${JSON.stringify(name)}: ${JSON.stringify(value)} `];
  }
  const blanks = /\s*$/.exec(text.slice(start, beside.keyStart))?.[0] ?? '';
  const indent = /[\r\n]/.test(blanks) ? blanks.replace(/^[^]*[\r\n]/, '') : undefined;
  const written =
    indent === undefined
      ? JSON.stringify(value)
      : JSON.stringify(value, undefined, indent).replaceAll('\n', `${lineEndOf(text)}${indent}`);
  const field = `${JSON.stringify(name)}: ${written}`;
  return next === undefined ? [beside.valueEnd, `,${blanks}${field}`] : [next.keyStart, `${field},${blanks}`];
}

function inBlock(
  { text, lines }: CheckpointFile,
  fields: readonly PlacedField[],
  next: PlacedField | undefined,
  name: string,
  value: NewValue,
): readonly [offset: number, newText: string] {
  const lineEnd = lineEndOf(text);
  const indent = ' '.repeat(lines.positionAt(fields[0]?.keyStart ?? 0).character);
  const written =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([key, count]) => `${lineEnd}${indent}  ${key}: ${count}`)
          .join('')
      : ` ${yamlScalar(value)}`;
  const field = `${name}:${written}`;
  if (next !== undefined) {
    return [next.keyStart, `${field}${lineEnd}${indent}`];
  }
  const end = fields.at(-1)?.valueEnd ?? text.length;
  // A text over several lines ends at the beginning of the line behind it.
  return lines.positionAt(end).character === 0
    ? [end, `${indent}${field}${lineEnd}`]
    : [end + text.slice(end).search(/\r?\n|$(?![^])/), `${lineEnd}${indent}${field}`];
}

/** Words need no quotes; whatever could be taken for a number does. */
function yamlScalar(value: string | number): string {
  return typeof value === 'number' || /^[a-z][a-z_]*$/.test(value) ? String(value) : JSON.stringify(value);
}

export function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
