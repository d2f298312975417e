import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import type { LanguageServerOptions } from '../core/base/languageServerOptions';
import { formatProblem, type SourceProblem } from '../core/base/sourceProblem';
import type { ServedFile } from './servedFile';

export const diagnosticSource = 'Rejoin';

/** What is wrong with a file, each fault with its stable code and, where the host gave none, that code for words. */
export function diagnosticsOf(
  { parsed }: ServedFile,
  problemTexts: LanguageServerOptions['problemTexts'],
): Diagnostic[] {
  return parsed.problems.map((problem: SourceProblem) => ({
    source: diagnosticSource,
    code: problem.code,
    severity: problem.severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    range: problem.range,
    message: formatProblem(problem, problemTexts[problem.code] ?? problem.code),
  }));
}
