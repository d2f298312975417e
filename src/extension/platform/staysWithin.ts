import { lstat, realpath } from 'node:fs/promises';
import * as path from 'node:path';
import type * as vscode from 'vscode';

/**
 * Whether a file or folder, with every link on the way to it followed, is inside one of the folders. What is not there
 * yet is where the nearest folder above it is. Only on disks are there links to follow; elsewhere the answer is yes.
 */
export async function staysWithin(uri: vscode.Uri, folders: readonly vscode.Uri[]): Promise<boolean> {
  if (uri.scheme !== 'file') {
    return true;
  }
  const onDisk = folders.filter(({ scheme }) => scheme === 'file');
  const [target, ...roots] = await Promise.all([uri, ...onDisk].map(({ fsPath }) => realPathOf(fsPath)));
  return target !== undefined && roots.some((root) => root !== undefined && contains(root, target));
}

/** Undefined for a link that leads nowhere: what is written through it would come to be there. */
async function realPathOf(file: string): Promise<string | undefined> {
  try {
    return await realpath(file);
  } catch {
    const isThere = await lstat(file).then(
      () => true,
      () => false,
    );
    const parent = path.dirname(file);
    return isThere || parent === file ? undefined : realPathOf(parent);
  }
}

function contains(folder: string, target: string): boolean {
  const relative = path.relative(folder, target);
  return relative === '' || !(relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}
