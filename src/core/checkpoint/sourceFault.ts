import type { SourceRange } from '../base/sourceProblem';
import type { CheckpointProblem } from './checkpoint';
import type { SourceTree } from './sourceTree';

/** A problem before its place in the text is looked up. */
export interface Fault extends Pick<CheckpointProblem, 'code' | 'args' | 'path'> {
  /** An error where there is none. */
  readonly severity?: 'warning';
  /** It is about the key and not about what stands behind it. */
  readonly part?: 'key';
}

/** A fault found while reading, at its offsets where the path does not lead to it. */
export interface SourceFault extends Fault {
  readonly at?: readonly [start: number, end: number];
}

/** What a reader of one syntax makes of a text. */
export interface ReadSource {
  /** Of no use where there is an error among the faults. */
  readonly value: unknown;
  readonly faults: readonly SourceFault[];
  readonly tree: SourceTree;
}

export function isError({ severity }: Fault): boolean {
  return severity === undefined;
}

export function toProblem({ code, severity, path, args }: Fault, range: SourceRange): CheckpointProblem {
  return { code, severity: severity ?? 'error', range, path, args: withShortTexts(args) };
}

/** For words to a person; a name or a value in a hostile file can be as long as the file. */
const longestText = 200;

function withShortTexts(args: CheckpointProblem['args']): CheckpointProblem['args'] {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > longestText ? `${value.slice(0, longestText)}…` : value,
    ]),
  );
}
