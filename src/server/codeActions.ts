import { CodeActionKind, type CodeAction, type Diagnostic } from 'vscode-languageserver';
import type { LanguageServerOptions } from '../core/base/languageServerOptions';
import { formatProblem, type SourcePosition, type SourceProblem, type SourceRange } from '../core/base/sourceProblem';
import { checkpointFixes } from './checkpointFixes';
import type { ServedFile } from './servedFile';
import { skillFixes } from './skillFixes';

/** Quick fixes for the problems in the range. */
export function codeActionsFor(
  file: ServedFile,
  range: SourceRange,
  diagnostics: readonly Diagnostic[],
  strings: LanguageServerOptions['strings'],
): CodeAction[] {
  const fixes = file.parsed.problems
    .filter((problem: SourceProblem) => touches(problem.range, range))
    .flatMap((problem: SourceProblem) => {
      const found = file.kind === 'skill' ? skillFixes(file, problem) : checkpointFixes(file, problem);
      return found.map((fix) => ({ fix, problem, isOnlyOne: found.length === 1 }));
    });
  const actions = fixes.map(({ fix, problem, isOnlyOne }) => ({
    title: formatProblem({ args: fix.args ?? {} }, strings[fix.title]),
    kind: CodeActionKind.QuickFix,
    isPreferred: isOnlyOne,
    diagnostics: diagnostics.filter((diagnostic) => isAbout(diagnostic, problem)),
    edit: { changes: { [file.uri]: [...fix.edits] } },
  }));
  // One fix may mend several problems at once.
  return [
    ...new Map(actions.toReversed().map((action) => [JSON.stringify([action.title, action.edit]), action])).values(),
  ].toReversed();
}

function isAbout({ code, range }: Diagnostic, problem: SourceProblem): boolean {
  return (
    code === problem.code && isBefore(range.start, problem.range.start) && isBefore(problem.range.start, range.start)
  );
}

function touches(a: SourceRange, b: SourceRange): boolean {
  return isBefore(a.start, b.end) && isBefore(b.start, a.end);
}

function isBefore(a: SourcePosition, b: SourcePosition): boolean {
  return a.line < b.line || (a.line === b.line && a.character <= b.character);
}
