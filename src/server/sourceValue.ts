import type { CheckpointSource } from '../core/checkpoint/checkpointSource';
import type { SourceRange } from '../core/base/sourceProblem';
import type { SourcePath } from '../core/checkpoint/sourceTree';
import type { CheckpointFile } from './servedFile';

/** The value at the path; undefined for what is not there and in a text that cannot be read. */
export function valueAt({ value }: CheckpointSource, path: SourcePath): unknown {
  return path.reduce(
    (inner: unknown, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Readonly<Record<string | number, unknown>>)[step]
        : undefined,
    value,
  );
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** More than any object of ours has. Where a field stands takes the longer to find the more of them there are. */
export const maxFields = 500;

/** The first fields of an object; none of anything else. */
export function entriesOf(value: unknown): readonly (readonly [name: string, value: unknown])[] {
  return Object.entries(fieldsOf(value)).slice(0, maxFields);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** All that belongs to the value, with its key, to the end of its last line: YAML takes the line break to it. */
export function extentOf({ parsed: { source }, text, lines }: CheckpointFile, path: SourcePath): SourceRange {
  const value = source.rangeOf(path, 'value');
  const start = typeof path.at(-1) === 'string' ? source.rangeOf(path, 'key').start : value.start;
  const from = lines.offsetAt(start);
  return lines.rangeAt(from, from + text.slice(from, lines.offsetAt(value.end)).trimEnd().length);
}
