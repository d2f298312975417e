import { backUpNow } from './backupNow';
import { cleanSessions, type CleanSessionsDeps } from './cleanSessions';
import { emptyTrash } from './emptyTrash';
import { restoreBackup, type RestoreBackupDeps } from './restoreBackup';
import { showStorage, type ShowStorageDeps } from './showStorage';

export type StorageCommandDeps = CleanSessionsDeps & ShowStorageDeps & RestoreBackupDeps;

/** Commands on what is kept and for how long. */
export function createStorageCommands(deps: StorageCommandDeps) {
  return {
    'rejoin.cleanSessions': (options?: unknown) => cleanSessions(deps, options),
    'rejoin.emptyTrash': async (argument?: unknown) => emptyTrash(await deps.sessions(), argument),
    'rejoin.showStorage': () => showStorage(deps),
    'rejoin.backupNow': () => backUpNow(async () => (await deps.sessions()).file),
    'rejoin.restoreBackup': (choice?: unknown) => restoreBackup(deps, choice),
  };
}
