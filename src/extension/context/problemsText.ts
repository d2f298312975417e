import * as vscode from 'vscode';
import { keyOf } from './contextAddress';

const maxProblems = 200;
const severityNames = ['error', 'warning', 'info', 'hint'];

/** How many problems there are in a file, or in all. */
export function countProblems(uri?: vscode.Uri): number {
  return problemsOf(uri).length;
}

/** Problems as text for a model, one per line, the worst first. */
export function problemsText(uri?: vscode.Uri): string {
  const problems = [...problemsOf(uri)].sort((a, b) => a.diagnostic.severity - b.diagnostic.severity);
  const rest = problems.length - maxProblems;
  return [...problems.slice(0, maxProblems).map(lineOf), ...(rest > 0 ? [`[${rest} more problems]`] : [])].join('\n');
}

interface Problem {
  readonly uri: vscode.Uri;
  readonly diagnostic: vscode.Diagnostic;
}

function problemsOf(uri: vscode.Uri | undefined): readonly Problem[] {
  return uri === undefined
    ? vscode.languages
        .getDiagnostics()
        .flatMap(([file, diagnostics]) => diagnostics.map((diagnostic) => ({ uri: file, diagnostic })))
    : vscode.languages.getDiagnostics(uri).map((diagnostic) => ({ uri, diagnostic }));
}

function lineOf({ uri, diagnostic: { range, severity, message, source, code } }: Problem): string {
  const place = `${keyOf(uri)}:${range.start.line + 1}:${range.start.character + 1}`;
  const number = typeof code === 'object' ? code.value : code;
  const origin = [source, number].filter((part) => part !== undefined && part !== '').join(' ');
  return `${place} ${severityNames[severity] ?? 'info'}: ${message}${origin === '' ? '' : ` (${origin})`}`;
}
