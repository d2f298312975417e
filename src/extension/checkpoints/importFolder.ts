import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { WorkspaceKey } from '../../core/session/session';

export interface ImportFolderDeps {
  /** The keys of this window's folders, the preferred one first. */
  workspaceKeys(): Promise<readonly [WorkspaceKey, ...WorkspaceKey[]]>;
  /** Key of a folder on disk. */
  keyOfFolder(path: string): Promise<WorkspaceKey>;
}

/**
 * Where a session from a file belongs: to the folder that the file names where that is open or is on this machine, else
 * to the folder of this window. Looks at no address of another machine: that alone would tell it who is asking.
 */
export async function importFolder(deps: ImportFolderDeps, directory: string | null): Promise<WorkspaceKey> {
  const keys = await deps.workspaceKeys();
  const open = keys.find((key) => key.directory === directory);
  if (open !== undefined || directory === null) {
    return open ?? keys[0];
  }
  return (await isLocalFolder(directory)) ? deps.keyOfFolder(directory) : keys[0];
}

async function isLocalFolder(directory: string): Promise<boolean> {
  if (!path.isAbsolute(directory) || /^[\\/]{2}/.test(directory)) {
    return false;
  }
  return stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
