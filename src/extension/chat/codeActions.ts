import * as vscode from 'vscode';

/** Puts code where the cursor of the last active editor is, as one undoable edit; a new file when there is no editor. */
export async function insertAtCursor(code: string): Promise<void> {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (editor === undefined) {
    await openAsFile(code, '');
    return;
  }
  await editor.edit((edit) => {
    for (const selection of editor.selections) {
      edit.replace(selection, code);
    }
  });
  await vscode.window.showTextDocument(editor.document, { viewColumn: editor.viewColumn ?? vscode.ViewColumn.Active });
}

/** Opens code in a new, unsaved editor; an unknown language name opens as plain text. */
export async function openAsFile(code: string, language: string): Promise<void> {
  const known = await vscode.languages.getLanguages();
  const id = language.toLowerCase();
  const languageId = known.includes(id) ? id : (aliases[id] ?? 'plaintext');
  const document = await vscode.workspace.openTextDocument({ content: code, language: languageId });
  await vscode.window.showTextDocument(document);
}

/** Names that models write in fences and that are not VS Code's language ids. */
const aliases: Readonly<Record<string, string>> = {
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
};
