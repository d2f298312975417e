import * as path from 'node:path';
import type * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import { checkpointLimits, syntaxOf, type CheckpointProblem } from '../../core/checkpoint/checkpoint';
import { parseCheckpoint, type ParsedCheckpoint } from '../../core/checkpoint/checkpointParser';
import { placeOf, readText } from './checkpointFile';
import { problemText } from './problemTexts';

export interface ReadCheckpoint extends ParsedCheckpoint {
  readonly document: NonNullable<ParsedCheckpoint['document']>;
}

/** Reads and parses a file, also one with errors. Rejects with `file/*`, and with `checkpoint/invalid` for Markdown. */
export async function parseFile(uri: vscode.Uri): Promise<ParsedCheckpoint> {
  const syntax = syntaxOf(path.posix.basename(uri.path));
  if (syntax === undefined) {
    throw problemError(uri, formatUnsupported);
  }
  return parseCheckpoint(await readText(uri, checkpointLimits.maxBytes), syntax);
}

/** Reads a file that can be imported. Rejects with `file/*` and with `checkpoint/invalid` for the first error in it. */
export async function readCheckpoint(uri: vscode.Uri): Promise<ReadCheckpoint> {
  const parsed = await parseFile(uri);
  const { document } = parsed;
  if (document !== undefined) {
    return { ...parsed, document };
  }
  const error = parsed.problems.find((problem) => problem.severity === 'error');
  throw error === undefined ? new AppError('internal') : problemError(uri, error);
}

/** The error that a problem of a file is: names the file and the place. Lines and columns are counted from 1. */
export function problemError(uri: vscode.Uri, problem: CheckpointProblem): AppError {
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
