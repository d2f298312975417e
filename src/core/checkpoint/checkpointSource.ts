import type { SourcePosition, SourceRange } from '../base/sourceProblem';
import { utf8Length } from '../turn/utf8';
import { checkpointLimits, type CheckpointProblem, type CheckpointSyntax } from './checkpoint';
import { readJson } from './jsonSource';
import { isError, toProblem, type ReadSource } from './sourceFault';
import { SourceTree, type SourcePath } from './sourceTree';
import { readYaml } from './yamlSource';

/** A text read as JSON or YAML, with the places of its values. */
export interface CheckpointSource {
  readonly syntax: CheckpointSyntax;
  /** Undefined where the text has an error. */
  readonly value: unknown;
  /** At most `checkpointLimits.maxProblems`. */
  readonly problems: readonly CheckpointProblem[];
  /**
   * Where a value stands, or the nearest thing around it that is there: a missing field is at the key of what it
   * should be in. Without `part` it is what an editor underlines: the value, but only the key of an object or a list.
   */
  rangeOf(path: SourcePath, part?: 'key' | 'value'): SourceRange;
  /** Path of the innermost value at the position, also in a broken text as far as it can be read. */
  pathAt(position: SourcePosition): SourcePath;
  /** A single value as it is written, undefined for objects, lists and what is not there. */
  textAt(path: SourcePath): string | undefined;
}

/** Reads a text. Never throws; hostile texts are refused before their values are built. */
export function parseSource(text: string, syntax: CheckpointSyntax): CheckpointSource {
  const { value, faults, tree } = exceedsLimit(text) ? tooLarge : (syntax === 'yaml' ? readYaml : readJson)(text);
  const problems = faults.slice(0, checkpointLimits.maxProblems).map((fault) => {
    const { path, part, at } = fault;
    return toProblem(fault, at === undefined ? tree.rangeOf(path, part) : tree.rangeBetween(at[0], at[1]));
  });
  return {
    syntax,
    value: faults.some(isError) ? undefined : value,
    problems,
    rangeOf: (path, part) => tree.rangeOf(path, part),
    pathAt: (position) => tree.pathAt(position),
    textAt: (path) => tree.textAt(path),
  };
}

const tooLarge: ReadSource = {
  value: undefined,
  faults: [{ code: 'too-large', args: { megabytes: checkpointLimits.maxBytes / (1024 * 1024) }, path: [] }],
  tree: new SourceTree(''),
};

function exceedsLimit(text: string): boolean {
  const { maxBytes } = checkpointLimits;
  return text.length > maxBytes || (text.length * 3 > maxBytes && utf8Length(text) > maxBytes);
}
