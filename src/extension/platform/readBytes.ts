import * as vscode from 'vscode';
import { readFirstBytes, type FirstBytes } from '../../node/files/firstBytes';

/** Another file system than the disk cannot be asked for a part, so a file there is read whole or not at all. */
const maxWhole = 16 * 1024 * 1024;

/**
 * The beginning of a file of any file system. On a disk no more than that is read, and nothing of what is no file.
 * Rejects with `file/*`, or elsewhere with what VS Code threw.
 */
export async function readBytes(uri: vscode.Uri, maxBytes: number): Promise<FirstBytes> {
  if (uri.scheme === 'file') {
    return readFirstBytes(uri.fsPath, maxBytes);
  }
  const { size } = await vscode.workspace.fs.stat(uri);
  const whole = size > Math.max(maxBytes, maxWhole) ? new Uint8Array() : await vscode.workspace.fs.readFile(uri);
  return { size, bytes: whole.subarray(0, maxBytes) };
}
