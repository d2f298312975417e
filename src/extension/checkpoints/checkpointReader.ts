import * as path from 'node:path';
import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { Clock } from '../../core/base/ports';
import { checkpointLimits, syntaxOf, type CheckpointProblem } from '../../core/checkpoint/checkpoint';
import type {
  CheckpointReader,
  CheckpointReading,
  CheckpointRequest,
  CheckpointSession,
} from '../../node/checkpoints/checkpointReading';
import { withLateProgress } from '../platform/lateProgress';
import { withoutLinks } from '../sessions/sessionText';
import { findText, placeOf } from './checkpointFile';
import { problemText } from './problemTexts';

export interface ReadingDeps {
  readonly reader: CheckpointReader;
  readonly clock: Clock;
}

export interface ReadSession extends CheckpointSession {
  readonly problems: readonly CheckpointProblem[];
}

/**
 * Reads a file, also one with errors. What takes long is shown with a way to cancel it. Rejects with `file/*`, with
 * `cancelled`, and with `checkpoint/invalid` for Markdown.
 */
export async function readFile(
  { reader, clock }: ReadingDeps,
  uri: vscode.Uri,
  wanted: CheckpointRequest['wanted'],
): Promise<CheckpointReading> {
  const name = path.posix.basename(uri.path);
  const syntax = syntaxOf(name);
  if (syntax === undefined) {
    throw problemError(uri, formatUnsupported);
  }
  const text = await findText(uri, checkpointLimits.maxBytes);
  return withLateProgress(vscode.l10n.t('Reading {0}…', withoutLinks(name)), (signal) =>
    reader.read({ text, syntax, wanted, now: clock.now() }, signal),
  );
}

/** The session in a file. Rejects as reading does, and with `checkpoint/invalid` for the first error in it. */
export async function readSession(deps: ReadingDeps, uri: vscode.Uri): Promise<ReadSession> {
  const { session, problems } = await readFile(deps, uri, 'session');
  if (session === undefined) {
    throw firstError(uri, problems);
  }
  return { ...session, problems };
}

/** The file as Markdown. Rejects as `readSession` does. */
export async function readMarkdown(deps: ReadingDeps, uri: vscode.Uri): Promise<string> {
  const { markdown, problems } = await readFile(deps, uri, 'markdown');
  if (markdown === undefined) {
    throw firstError(uri, problems);
  }
  return markdown;
}

function firstError(uri: vscode.Uri, problems: readonly CheckpointProblem[]): AppError {
  const error = problems.find((problem) => problem.severity === 'error');
  return error === undefined ? new AppError('internal') : problemError(uri, error);
}

/** The error that a problem of a file is: names the file and the place. Lines and columns are counted from 1. */
function problemError(uri: vscode.Uri, problem: CheckpointProblem): AppError {
  const { line, character } = problem.range.start;
  return new AppError('checkpoint/invalid', {
    args: { path: placeOf(uri), line: line + 1, column: character + 1, problem: problemText(problem) },
  });
}

const start = { line: 0, character: 0 };

/** What is wrong with a file of Markdown. */
export const formatUnsupported: CheckpointProblem = {
  code: 'format-unsupported',
  severity: 'error',
  range: { start, end: start },
  path: [],
  args: {},
};
