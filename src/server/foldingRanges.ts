import type { FoldingRange } from 'vscode-languageserver';
import type { SourcePath } from '../core/checkpoint/sourceTree';
import type { CheckpointFile, ServedFile } from './servedFile';
import { entriesOf, extentOf } from './sourceValue';

/** Values of one depth that are looked at. */
const maxValues = 50_000;

/** What folds: every object, list and text of several lines, the outer ones first. Null for a text that cannot be read. */
export function foldingRangesOf(file: ServedFile, limit = 5000): FoldingRange[] | null {
  if (file.kind === 'skill') {
    const range = file.parsed.frontMatter?.range;
    return range === undefined ? [] : [{ startLine: range.start.line, endLine: range.end.line }];
  }
  return file.parsed.source.value === undefined ? null : checkpointRanges(file, limit);
}

function checkpointRanges(file: CheckpointFile, limit: number): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  let level = childrenOf([], file.parsed.source.value);
  while (level.length > 0 && ranges.length < limit) {
    const found = level.map(([path]) => rangeOf(file, path)).filter(({ startLine, endLine }) => endLine > startLine);
    ranges.push(...found.slice(0, limit - ranges.length));
    level = level.flatMap(([path, value]) => childrenOf(path, value)).slice(0, maxValues);
  }
  return ranges;
}

/** Those that may have several lines. */
function childrenOf(path: SourcePath, value: unknown): readonly (readonly [SourcePath, unknown])[] {
  const children: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.slice(0, maxValues).entries()]
    : entriesOf(value);
  return children.flatMap(([step, child]) =>
    (typeof child === 'object' && child !== null) || (typeof child === 'string' && child.includes('\n'))
      ? [[[...path, step], child] as const]
      : [],
  );
}

function rangeOf(file: CheckpointFile, path: SourcePath): FoldingRange {
  const { start, end } = extentOf(file, path);
  // The line with the closing bracket stays visible.
  return { startLine: start.line, endLine: end.line - (file.syntax === 'json' ? 1 : 0) };
}
