import * as path from 'node:path';
import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { WorkspaceKey } from '../../core/session/session';
import { normalizeFolderPath, normalizeFolderUri } from '../../core/session/workspacePath';
import { findGitRoot } from '../../node/git/gitRoot';

const noFolder: WorkspaceKey = { directory: null, gitRoot: null };

/**
 * Keys of the folders of this window, the preferred one first: the folder of the active editor, else the first.
 * A window without a folder has the key without a directory. Reads the file system for real paths and git roots.
 */
export async function currentWorkspaceKeys(): Promise<readonly [WorkspaceKey, ...WorkspaceKey[]]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const active = vscode.window.activeTextEditor?.document.uri;
  const preferred = active === undefined ? undefined : vscode.workspace.getWorkspaceFolder(active);
  const ordered = preferred === undefined ? folders : [preferred, ...folders.filter((folder) => folder !== preferred)];
  const [first, ...others] = await Promise.all(ordered.map((folder) => keyOfFolder(folder.uri)));
  return first === undefined ? [noFolder] : [first, ...others];
}

/** Files on disk are known by their real path, so that a link is the folder that it points to; the rest by their URI. */
export async function keyOfFolder(uri: vscode.Uri): Promise<WorkspaceKey> {
  if (uri.scheme !== 'file') {
    return { directory: normalizeFolderUri(uri.toString()), gitRoot: null };
  }
  const real = await realpath(uri.fsPath).catch(() => uri.fsPath);
  const spell = (path: string): string => normalizeFolderPath(path, process.platform === 'win32' ? 'windows' : 'posix');
  const gitRoot = await findGitRoot(real);
  return { directory: spell(real), gitRoot: gitRoot == null ? null : spell(gitRoot) };
}

/** Last part of a key's directory, for people. Empty without a folder. */
export function folderName(key: WorkspaceKey): string {
  return key.directory === null ? '' : path.posix.basename(key.directory.replaceAll('\\', '/'));
}
