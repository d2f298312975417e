import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import { writeFileAtomically } from '../../node/files/atomicFile';
import { toFileError } from '../../node/files/fileErrors';
import type { CheckpointText } from '../../node/checkpoints/checkpointReading';
import { assertSize, decodeText, readTextFile } from '../../node/files/textFile';

/** How a file is named to people. */
export function placeOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString(true);
}

/**
 * Where the text of a file is as a person sees it: in its editor where that one has changes, else on the disk or
 * whatever keeps it. Rejects with `file/*`, before anything is read where it has more than `maxBytes`.
 */
export async function findText(uri: vscode.Uri, maxBytes: number): Promise<CheckpointText> {
  const path = placeOf(uri);
  const edited = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (edited?.isDirty === true || edited?.isUntitled === true) {
    const text = edited.getText();
    assertSize(path, Buffer.byteLength(text), maxBytes);
    return { kind: 'editor', path, text };
  }
  if (uri.scheme === 'file') {
    return { kind: 'file', path };
  }
  try {
    const found = await vscode.workspace.fs.stat(uri);
    if ((found.type & vscode.FileType.Directory) !== 0) {
      throw new AppError('file/is-folder', { args: { path } });
    }
    assertSize(path, found.size, maxBytes);
    return { kind: 'bytes', path, bytes: await vscode.workspace.fs.readFile(uri) };
  } catch (error) {
    throw toFileError(error, path);
  }
}

/** That text itself, of a file that is small. Rejects with `file/*`. */
export async function readText(uri: vscode.Uri, maxBytes: number): Promise<string> {
  const found = await findText(uri, maxBytes);
  switch (found.kind) {
    case 'editor':
      return found.text;
    case 'file':
      return readTextFile(found.path, maxBytes);
    case 'bytes':
      return decodeText(found.path, found.bytes, maxBytes);
  }
}

/**
 * Writes a file in one step, on disk for its owner alone. What was there stays until all of the new text is written,
 * and nothing else is left behind. Rejects with `file/*`.
 */
export async function writeText(uri: vscode.Uri, text: string): Promise<void> {
  try {
    await (uri.scheme === 'file' ? writeFileAtomically(uri.fsPath, text) : replaceFile(uri, text));
  } catch (error) {
    throw toFileError(error, placeOf(uri));
  }
}

async function replaceFile(uri: vscode.Uri, text: string): Promise<void> {
  const { fs } = vscode.workspace;
  const temporary = uri.with({ path: `${uri.path}.${randomUUID()}.tmp` });
  try {
    await fs.writeFile(temporary, new TextEncoder().encode(text));
    await fs.rename(temporary, uri, { overwrite: true });
  } catch (error) {
    await Promise.resolve(fs.delete(temporary)).catch(() => undefined);
    throw error;
  }
}
