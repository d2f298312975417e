import { l10n } from 'vscode';
import { formatProblem, type SourceProblem } from '../../core/base/sourceProblem';
import type { CheckpointProblemCode } from '../../core/checkpoint/checkpoint';
import type { SkillProblemCode } from '../../core/skill/skillProblems';
import { checkpointProblemTexts } from './checkpointProblemTexts';
import { skillProblemTexts } from './skillProblemTexts';

export type ProblemCode = CheckpointProblemCode | SkillProblemCode;

/** The words of every problem, with places for its arguments: what happened and, where that is not plain, what to do. */
export function problemTexts(): Readonly<Record<ProblemCode, string>> {
  return { ...checkpointProblemTexts(), ...skillProblemTexts() };
}

/** What a person reads of a problem. */
export function problemText(problem: Pick<SourceProblem<ProblemCode>, 'code' | 'args'>): string {
  return formatProblem(problem, problemTexts()[problem.code]);
}

/** The same with its place, counted from 1. */
export function placedProblemText(problem: SourceProblem<ProblemCode>): string {
  const { line, character } = problem.range.start;
  return l10n.t('Line {0}, column {1}: {2}', line + 1, character + 1, problemText(problem));
}
