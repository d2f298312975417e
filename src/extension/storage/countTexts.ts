import * as vscode from 'vscode';

export function sessionsText(count: number): string {
  return count === 1 ? vscode.l10n.t('1 session') : vscode.l10n.t('{0} sessions', count);
}
