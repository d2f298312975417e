import type { SourceProblem } from '../core/base/sourceProblem';
import type { CheckpointProblemCode } from '../core/checkpoint/checkpoint';
import { fieldAt, fieldsIn, likelyVersion, type CheckpointVersion } from '../core/checkpoint/checkpointFields';
import type { SourcePath } from '../core/checkpoint/sourceTree';
import type { Fix } from './fix';
import { countsOf } from './recount';
import type { CheckpointFile } from './servedFile';
import { insertField, replaceValue, type NewValue } from './sourceEdits';
import { fieldsOf, valueAt } from './sourceValue';

/** Whose words a message may be without a doubt about what it was meant to be. */
const speakers = ['user', 'assistant'];

export function checkpointFixes(file: CheckpointFile, problem: SourceProblem): readonly Fix[] {
  const { source } = file.parsed;
  const version = file.parsed.version ?? likelyVersion(source);
  if (source.value === undefined) {
    return [];
  }
  const { path } = problem;
  switch (problem.code as CheckpointProblemCode) {
    case 'version-missing':
    case 'version-unsupported':
      return choices(file, version, path, [version]);
    case 'statistics-mismatch':
      return countFixes(file, version);
    case 'missing-field':
      return path.join('.') === 'statistics' ? countFixes(file, version) : [];
    case 'role-required':
    case 'role-invalid':
      return choices(file, version, path, speakers);
    case 'bad-value':
    case 'wrong-type':
      return choices(file, version, path, fieldAt(version, path)?.values ?? []);
    default:
      return [];
  }
}

/** One fix for each value that could be meant, in place of what is there or as a field of its own. */
function choices(
  file: CheckpointFile,
  version: CheckpointVersion,
  path: SourcePath,
  values: readonly string[],
): readonly Fix[] {
  const written = valueAt(file.parsed.source, path);
  if (typeof written === 'object' && written !== null) {
    return [];
  }
  return values.flatMap((value): readonly Fix[] => {
    if (written !== undefined) {
      return [{ title: 'fix.replace', args: { value: `"${value}"` }, edits: [replaceValue(file, path, value)] }];
    }
    const edit = insertion(file, version, path, value);
    return edit === undefined
      ? []
      : [{ title: 'fix.add', args: { field: `${String(path.at(-1))}: ${value}` }, edits: [edit] }];
  });
}

/** Writes the counts as they are: those that are there and wrong, and those that have to be there. */
function countFixes(file: CheckpointFile, version: CheckpointVersion): readonly Fix[] {
  const { source } = file.parsed;
  const counts = countsOf(version, source.value);
  if (!Object.hasOwn(fieldsOf(source.value), 'statistics')) {
    const edit = insertion(file, version, ['statistics'], counts);
    return edit === undefined ? [] : [{ title: 'fix.add', args: { field: 'statistics' }, edits: [edit] }];
  }
  const edits = Object.entries(counts).flatMap(([name, count]) => {
    const path = ['statistics', name];
    const found = valueAt(source, path);
    if (found === undefined) {
      return fieldAt(version, path)?.required === true ? (insertion(file, version, path, count) ?? []) : [];
    }
    return found === count ? [] : [replaceValue(file, path, count)];
  });
  return edits.length === 0 ? [] : [{ title: 'fix.recount', edits }];
}

/** Where the format has the field among the others. */
function insertion(
  file: CheckpointFile,
  version: CheckpointVersion,
  path: SourcePath,
  value: NewValue,
): ReturnType<typeof insertField> {
  const object = path.slice(0, -1);
  const names = fieldsIn(version, object).map(({ name }) => name);
  const name = String(path.at(-1));
  return insertField(file, object, name, value, names.slice(names.indexOf(name) + 1));
}
