import * as vscode from 'vscode';

/**
 * The text selected in the active terminal; empty where nothing is. Extensions cannot read a terminal, so it goes
 * through the clipboard, which has its text back afterwards.
 */
export async function terminalSelection(): Promise<string> {
  const { clipboard } = vscode.env;
  const before = await clipboard.readText();
  if (before !== '') {
    // With nothing selected the command leaves the clipboard as it is, and its old text must not pass for the selection.
    await clipboard.writeText('');
  }
  try {
    await vscode.commands.executeCommand('workbench.action.terminal.copySelection');
    return await clipboard.readText();
  } finally {
    if (before !== '') {
      await clipboard.writeText(before);
    }
  }
}
