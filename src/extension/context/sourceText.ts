import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { ContextItem } from '../../core/session/contextItem';
import { readBytes } from '../platform/readBytes';
import { staysWithin } from '../platform/staysWithin';
import { keyOf, parseAddress, type LineRange } from './contextAddress';
import { assertSize, maxItemBytes, withinSize } from './contextLimits';
import { folderListing } from './folderListing';

/**
 * The text of a file as the person sees it: with the changes of an open editor that are not saved. Rejects with
 * `context/too-large`, `context/binary`, `context/outside` for a link out of the workspace, `file/*` for what is no file,
 * or what reading threw.
 */
export async function fileText(uri: vscode.Uri): Promise<string> {
  const key = keyOf(uri);
  await assertStaysInWorkspace(uri);
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open !== undefined) {
    return withinSize(key, open.getText());
  }
  const { bytes, size } = await readBytes(uri, maxItemBytes);
  assertSize(key, size);
  if (bytes.includes(0)) {
    throw new AppError('context/binary', { args: { path: key } });
  }
  return withinSize(key, new TextDecoder().decode(bytes));
}

/** A file inside the workspace may be a link; what a person picks outside of it is what it says. */
export async function assertStaysInWorkspace(uri: vscode.Uri): Promise<void> {
  if (vscode.workspace.getWorkspaceFolder(uri) === undefined) {
    return;
  }
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri);
  if (!(await staysWithin(uri, folders))) {
    throw new AppError('context/outside', { args: { path: keyOf(uri) } });
  }
}

/** The text of an item as it is now. Rejects where it cannot be read; an item without an address keeps its text. */
export async function currentText({ type, uri: address, value }: ContextItem): Promise<string> {
  if (address === null) {
    return value;
  }
  const { uri, lines } = parseAddress(address);
  if (type === 'folder') {
    return folderListing(uri);
  }
  const text = await fileText(uri);
  return lines === undefined ? text : textOfLines(text, lines, value);
}

/** Lines that were selected move with what is written above them: where the same text is still there, it is that text. */
function textOfLines(text: string, { first, last }: LineRange, before: string): string {
  if (before !== '' && text.includes(before)) {
    return before;
  }
  const lines = text.split(/\r\n|\n|\r/).slice(first - 1, last);
  if (lines.length === 0) {
    throw new Error('The lines are not there any more');
  }
  return lines.join('\n');
}
