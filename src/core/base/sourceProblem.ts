import { cleanLine } from '../session/sessionTitle';

/** A place in a text, counted from 0; `character` in UTF-16 units, as editors count. */
export interface SourcePosition {
  readonly line: number;
  readonly character: number;
}

export interface SourceRange {
  readonly start: SourcePosition;
  readonly end: SourcePosition;
}

/** A fault of a file: a stable code with the arguments of its words, and where it is. */
export interface SourceProblem<Code extends string = string> {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  readonly range: SourceRange;
  /** Keys and indexes from the root to the value at fault; empty for the file as a whole. */
  readonly path: readonly (string | number)[];
  readonly args: Readonly<Record<string, string | number>>;
}

/** Characters of an argument that a person gets to read. */
const maxArgument = 1_000;

/**
 * The words of a problem: a template whose `{name}` places are filled from the arguments, of which nothing hides and
 * none begins a line of its own, whatever stands in the file.
 */
export function formatProblem(problem: Pick<SourceProblem, 'args'>, template: string): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) =>
    cleanLine(String(problem.args[name] ?? place), maxArgument),
  );
}
