import { isFields } from '../session/eventFields';
import {
  checkpointLimits,
  type Checkpoint1,
  type Checkpoint2,
  type CheckpointProblem,
  type CheckpointSyntax,
} from './checkpoint';
import { parseSource, type CheckpointSource } from './checkpointSource';
import { checkAtmos, type Checked } from './checkAtmos';
import { checkCheckpoint } from './checkCheckpoint';
import { isError, toProblem, type Fault } from './sourceFault';

export interface ParsedCheckpoint {
  /** As far as the file says it; null for none and for one that is not known. */
  readonly version: '1.0' | '2.0' | null;
  /** Absent when there is any error. */
  readonly document?: Checkpoint1 | Checkpoint2;
  /** In the order in which an import meets them: the first error is what it reports. At most 200 and one more. */
  readonly problems: readonly CheckpointProblem[];
  readonly source: CheckpointSource;
}

/** Reads and checks a checkpoint of either version. Never throws. */
export function parseCheckpoint(text: string, syntax: CheckpointSyntax): ParsedCheckpoint {
  const source = parseSource(text, syntax);
  if (source.problems.some(({ severity }) => severity === 'error')) {
    return { version: null, problems: source.problems, source };
  }
  const version = versionIn(source);
  const { document, faults } = check(source, version);
  return {
    version,
    ...(document === undefined ? {} : { document }),
    problems: [
      ...source.problems,
      ...limited(faults).map((fault) => toProblem(fault, source.rangeOf(fault.path, fault.part))),
    ],
    source,
  };
}

function check(source: CheckpointSource, version: ParsedCheckpoint['version']): Checked<Checkpoint1 | Checkpoint2> {
  const { value } = source;
  if (version === '2.0' && isFields(value)) {
    return checkCheckpoint({ ...value, version });
  }
  const checked = checkAtmos(source);
  // What is meant to be a file of ours is not to be measured by the rules of the other format.
  return version === null && isFields(value) && 'events' in value
    ? { faults: checked.faults.filter(({ path }) => path[0] === 'version' && path.length === 1) }
    : checked;
}

/** YAML takes a version without quotes for a number. */
function versionIn(source: CheckpointSource): ParsedCheckpoint['version'] {
  const { value, syntax } = source;
  const version = isFields(value) && Object.hasOwn(value, 'version') ? value['version'] : undefined;
  const text = syntax === 'yaml' && typeof version === 'number' ? source.textAt(['version']) : version;
  return text === '1.0' || text === '2.0' ? text : null;
}

function limited(faults: readonly Fault[]): readonly Fault[] {
  const { maxProblems } = checkpointLimits;
  if (faults.length <= maxProblems) {
    return faults;
  }
  const rest: Fault = { code: 'too-many-problems', path: [], args: { limit: maxProblems }, severity: 'warning' };
  // An error must not be hidden behind many warnings.
  const shown = faults.slice(0, maxProblems);
  const firstError = shown.some(isError) ? [] : faults.filter(isError).slice(0, 1);
  return [...firstError, ...shown, rest];
}
