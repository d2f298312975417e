import * as vscode from 'vscode';

/** Shows a file or folder in the file manager of the system. */
export function revealFile(path: string): Thenable<unknown> {
  return vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(path));
}
