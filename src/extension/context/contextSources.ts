import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { ContextItem } from '../../core/session/contextItem';
import { addressOfLines, keyOf, keyOfLines, type LineRange } from './contextAddress';
import { withinSize } from './contextLimits';
import { folderListing } from './folderListing';
import { problemsText } from './problemsText';
import { assertStaysInWorkspace, fileText } from './sourceText';
import { terminalSelection } from './terminalSelection';

/** An item that is not attached yet. */
export type ContextDraft = Omit<ContextItem, 'createdAt'>;

/** A file with its text, or a folder with the names in it. Rejects with `context/*`, or with what reading threw. */
export async function draftOfUri(uri: vscode.Uri): Promise<ContextDraft> {
  const key = keyOf(uri);
  const isOpen = vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
  if (!isOpen && ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.Directory) !== 0) {
    await assertStaysInWorkspace(uri);
    return { type: 'folder', key, uri: uri.toString(), value: withinSize(key, await folderListing(uri)) };
  }
  return { type: 'file', key, uri: uri.toString(), value: await fileText(uri) };
}

/** What is selected in an editor, by its lines. Rejects with `context/nothing` where nothing is. */
export function draftsOfSelection(editor: vscode.TextEditor | undefined): readonly ContextDraft[] {
  const selections = editor?.selections.filter((selection) => !selection.isEmpty) ?? [];
  if (editor === undefined || selections.length === 0) {
    throw new AppError('context/nothing', { args: { source: 'selection' } });
  }
  const { document } = editor;
  const drafts = new Map<string, ContextDraft>();
  for (const selection of selections) {
    const lines = linesOf(selection);
    const key = keyOfLines(document.uri, lines);
    // Several selections in one line share its name.
    const before = drafts.get(key);
    const value = [...(before === undefined ? [] : [before.value]), document.getText(selection)].join('\n');
    drafts.set(key, {
      type: 'selection',
      key,
      uri: addressOfLines(document.uri, lines),
      value: withinSize(key, value),
    });
  }
  return [...drafts.values()];
}

/** The problems of a file, or of all files. */
export function draftOfProblems(uri?: vscode.Uri): ContextDraft {
  const key = uri === undefined ? (vscode.workspace.name ?? vscode.l10n.t('Workspace')) : keyOf(uri);
  return { type: 'problems', key, uri: null, value: withinSize(key, problemsText(uri)) };
}

/** What is selected in the active terminal. Rejects with `context/nothing` where nothing is. */
export async function draftOfTerminal(): Promise<ContextDraft> {
  const name = vscode.window.activeTerminal?.name;
  const value = name === undefined ? '' : (await terminalSelection()).trimEnd();
  if (name === undefined || value === '') {
    throw new AppError('context/nothing', { args: { source: 'terminal' } });
  }
  return { type: 'terminal', key: name, uri: null, value: withinSize(name, value) };
}

/** A setting by its id, as it stands now; undefined where there is none of that id. */
export function draftOfSetting(id: string): ContextDraft | undefined {
  const value = vscode.workspace.getConfiguration().get<unknown>(id);
  return value === undefined
    ? undefined
    : {
        type: 'setting',
        key: id,
        uri: null,
        value: withinSize(id, `${JSON.stringify(id)}: ${JSON.stringify(value, null, 2)}`),
      };
}

/** A selection that ends before the first character of a line does not hold that line. */
function linesOf({ start, end }: vscode.Selection): LineRange {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return { first: start.line + 1, last: last + 1 };
}
