import * as path from 'node:path';
import * as vscode from 'vscode';
import { isAppError, isCancellation, type AppError } from '../../core/base/errors';
import type { SourceProblem, SourceRange } from '../../core/base/sourceProblem';
import { syntaxOf } from '../../core/checkpoint/checkpoint';
import { maxSkillLength, parseSkillFile } from '../../core/skill/skillFile';
import { textOfError } from '../platform/errorTexts';
import { withoutLinks } from '../sessions/sessionText';
import { readText } from './checkpointFile';
import { formatUnsupported, readFile, type ReadingDeps } from './checkpointReader';
import { problemText, type ProblemCode } from './problemTexts';

/** A fault of a file as `rejoin.validateCheckpoint` returns it. Lines and characters are counted from 0. */
export interface ValidationProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  readonly range?: SourceRange;
  /** Keys and indexes from the root to the value at fault. */
  readonly path?: readonly (string | number)[];
}

/**
 * Everything that is wrong with a checkpoint or a `SKILL.md`, also that it cannot be read; empty when it is good.
 * Rejects with `cancelled`.
 */
export async function validateFile(deps: ReadingDeps, uri: vscode.Uri): Promise<readonly ValidationProblem[]> {
  try {
    return (await findProblems(deps, uri)).map(toValidationProblem);
  } catch (error) {
    if (isAppError(error) && !isCancellation(error)) {
      return [fileProblem(error)];
    }
    throw error;
  }
}

/** Tells a person what `validateFile` found. Resolves when the place was shown or the person had enough. */
export async function tellProblems(uri: vscode.Uri, problems: readonly ValidationProblem[]): Promise<void> {
  const name = withoutLinks(path.posix.basename(uri.path));
  const [first] = [...problems].sort(errorsFirst);
  if (first === undefined) {
    await vscode.window.showInformationMessage(vscode.l10n.t('No problems in {0}.', name));
    return;
  }
  const text =
    problems.length === 1
      ? vscode.l10n.t('{0} has a problem. {1}', name, placed(first))
      : vscode.l10n.t('{0} has {1} problems. {2}', name, problems.length, placed(first));
  const show = vscode.l10n.t('Show');
  const tell = first.severity === 'error' ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
  if ((await tell(text, show)) === show) {
    await showProblem(uri, first.range);
  }
}

/** Opens the file with the place at fault selected. */
export async function showProblem(uri: vscode.Uri, range: SourceRange | undefined): Promise<void> {
  const editor = await vscode.window.showTextDocument(uri);
  if (range !== undefined) {
    const { start, end } = range;
    const place = new vscode.Range(start.line, start.character, end.line, end.character);
    editor.selection = new vscode.Selection(place.start, place.end);
    editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

async function findProblems(deps: ReadingDeps, uri: vscode.Uri): Promise<readonly SourceProblem<ProblemCode>[]> {
  const name = path.posix.basename(uri.path);
  if (name === 'SKILL.md') {
    const folder = path.posix.basename(path.posix.dirname(uri.path));
    // The limit is one of characters, and each has up to four bytes.
    return parseSkillFile(await readText(uri, 4 * maxSkillLength), { folder }).problems;
  }
  return syntaxOf(name) === undefined ? [formatUnsupported] : (await readFile(deps, uri, 'problems')).problems;
}

function toValidationProblem(problem: SourceProblem<ProblemCode>): ValidationProblem {
  const { code, severity, range, path: place } = problem;
  return { code, message: problemText(problem), severity, range, path: place };
}

function fileProblem(error: AppError): ValidationProblem {
  const code = error.code === 'file/too-large' ? 'too-large' : 'file-unreadable';
  return { code, message: textOfError(error), severity: 'error' };
}

function placed({ range, message }: ValidationProblem): string {
  return range === undefined
    ? message
    : vscode.l10n.t('Line {0}, column {1}: {2}', range.start.line + 1, range.start.character + 1, message);
}

function errorsFirst(a: ValidationProblem, b: ValidationProblem): number {
  return Number(b.severity === 'error') - Number(a.severity === 'error');
}
