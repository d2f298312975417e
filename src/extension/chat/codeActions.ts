import * as vscode from 'vscode';
import { withoutLinks } from '../sessions/sessionText';

/**
 * Puts code where the cursor of the last active editor is, as one undoable edit; into a new file when there is no
 * editor that can be written. Asks before a file that decides what runs here, and before one outside of the workspace.
 */
export async function insertAtCursor(code: string): Promise<void> {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (editor === undefined) {
    await openAsFile(code, '');
    return;
  }
  if (!(await mayInsert(editor.document.uri))) {
    return;
  }
  const isWritten = await editor.edit((edit) => {
    for (const selection of editor.selections) {
      edit.replace(selection, code);
    }
  });
  if (!isWritten) {
    await openAsFile(code, '');
    return;
  }
  await vscode.window.showTextDocument(editor.document, { viewColumn: editor.viewColumn ?? vscode.ViewColumn.Active });
}

/** Folders and files that tell VS Code, git or a shell what to run. */
const steering = /(^|[\\/])\.(vscode|git|husky|devcontainer|github)[\\/]|\.code-workspace$/i;

async function mayInsert(uri: vscode.Uri): Promise<boolean> {
  const { workspace, l10n } = vscode;
  const name = withoutLinks(workspace.asRelativePath(uri));
  if (steering.test(uri.path)) {
    return confirmInsert(l10n.t('“{0}” can decide what runs on this machine. Insert the code there?', name));
  }
  const hasFolders = (workspace.workspaceFolders?.length ?? 0) > 0;
  return !hasFolders || uri.scheme === 'untitled' || workspace.getWorkspaceFolder(uri) !== undefined
    ? true
    : confirmInsert(l10n.t('“{0}” is outside of this workspace. Insert the code there?', name));
}

async function confirmInsert(message: string): Promise<boolean> {
  const insert = vscode.l10n.t('Insert');
  return (await vscode.window.showWarningMessage(message, { modal: true }, insert)) === insert;
}

/** Opens code in a new, unsaved editor; an unknown language name opens as plain text. */
export async function openAsFile(code: string, language: string): Promise<void> {
  const known = await vscode.languages.getLanguages();
  const id = language.toLowerCase();
  const languageId = known.includes(id) ? id : (aliases.get(id) ?? 'plaintext');
  const document = await vscode.workspace.openTextDocument({ content: code, language: languageId });
  await vscode.window.showTextDocument(document);
}

/** Names that models write in fences and that are not VS Code's language ids. */
const aliases: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ts: 'typescript',
    tsx: 'typescriptreact',
    js: 'javascript',
    jsx: 'javascriptreact',
    py: 'python',
    rb: 'ruby',
    rs: 'rust',
    sh: 'shellscript',
    bash: 'shellscript',
    shell: 'shellscript',
    zsh: 'shellscript',
    ps1: 'powershell',
    yml: 'yaml',
    md: 'markdown',
    'c++': 'cpp',
    'c#': 'csharp',
    cs: 'csharp',
    golang: 'go',
    kt: 'kotlin',
    docker: 'dockerfile',
  }),
);
