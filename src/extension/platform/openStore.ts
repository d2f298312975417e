import type { Clock, IdGenerator, Logger } from '../../core/base/ports';
import type { InvocationId } from '../../core/session/session';
import { SessionManager } from '../../core/session/sessionManager';
import { readSetting } from '../contributions/configuration';

export interface OpenStoreDeps {
  /** Folder of the database; made when it does not exist. */
  readonly folder: () => string;
  readonly migrationsFolder: string;
  readonly invocationId: InvocationId;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
}

/** Opens the store, on disk or in memory, and ends what a window that died left running. Rejects with `store/*`. */
export async function openStore(where: 'disk' | 'memory', deps: OpenStoreDeps): Promise<SessionManager> {
  // Loaded on first use: the native module must not cost anything at activation.
  const { openLocalSessionService } = await import('../../node/sqlite/openLocalSessionService');
  const { memoryPath } = await import('../../node/sqlite/database');
  const { clock, ids, logger, invocationId } = deps;
  const service = await openLocalSessionService({
    folder: where === 'disk' ? deps.folder() : memoryPath,
    migrationsDir: deps.migrationsFolder,
    pid: process.pid,
    isProcessAlive,
    clock,
    ids,
    logger,
  });
  const manager = new SessionManager({
    service,
    invocationId,
    processId: process.pid,
    clock,
    ids,
    logger,
    continueMinutes: () => readSetting('session.continueMinutes'),
  });
  // From here on the writes of other windows count as news, also those before the first look.
  await manager.refresh();
  await manager.recoverInterrupted();
  return manager;
}

/** Signal 0 only asks. A process that we may not signal is alive all the same. */
function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
