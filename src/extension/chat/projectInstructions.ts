import * as vscode from 'vscode';
import type { Logger } from '../../core/base/ports';
import type { Session } from '../../core/session/session';
import { readBytes } from '../platform/readBytes';
import { staysWithin } from '../platform/staysWithin';
import { keyOfFolder } from '../platform/workspaceKeys';

/** More than any useful set of instructions; a larger file would push the conversation out of the model's window. */
const maxBytes = 64 * 1024;

export interface ProjectInstructionsDeps {
  /** `rejoin.instructions.file` as it stands now. */
  readonly fileName: () => string;
  readonly logger: Logger;
}

/**
 * The project's instructions for a model, read anew for each request: the file `rejoin.instructions.file` of the
 * session's folder. Empty where there is none, and always in a workspace that is not trusted.
 */
export async function readProjectInstructions(
  session: Pick<Session, 'directory'> | undefined,
  { fileName, logger }: ProjectInstructionsDeps,
): Promise<string> {
  const name = fileName();
  const folder = await folderOf(session);
  if (name === '' || folder === undefined || !vscode.workspace.isTrusted) {
    return '';
  }
  if (!staysInside(name)) {
    logger.warn('rejoin.instructions.file has to name a file inside the folder');
    return '';
  }
  try {
    return await readText(folder.uri, vscode.Uri.joinPath(folder.uri, name));
  } catch (error) {
    // Most folders have no such file.
    logger.debug('No project instructions were read', error);
    return '';
  }
}

/** Names such as `../secrets` or `/etc/passwd` lead out of the folder. */
export function staysInside(name: string): boolean {
  const parts = name.split(/[\\/]/);
  return !/^([\\/]|[a-z]:)/i.test(name) && !parts.includes('..') && !name.includes('\0');
}

/** The folder of the session, which is known by its real path; the first one where that is not open. */
async function folderOf(session: Pick<Session, 'directory'> | undefined): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const keys = folders.length > 1 ? await Promise.all(folders.map(({ uri }) => keyOfFolder(uri))) : [];
  return folders[keys.findIndex(({ directory }) => directory === session?.directory)] ?? folders[0];
}

async function readText(folder: vscode.Uri, uri: vscode.Uri): Promise<string> {
  if (!(await staysWithin(uri, [folder]))) {
    throw new Error('A link leads out of the folder');
  }
  const { bytes, size } = await readBytes(uri, maxBytes);
  const text = new TextDecoder().decode(bytes.subarray(0, maxBytes));
  return size > maxBytes ? `${text}\n[The file is longer; the rest was left out.]` : text;
}
