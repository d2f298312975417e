import type { Clock, IdGenerator, Logger } from '../../core/base/ports';
import type { InvocationId } from '../../core/session/session';
import { SessionManager } from '../../core/session/sessionManager';
import { readSetting } from '../contributions/configuration';
import type { StorePlace } from './storeHost';

export interface OpenStoreDeps {
  /** Folder of the database; made when it does not exist. */
  readonly folder: () => string;
  readonly migrationsFolder: string;
  readonly invocationId: InvocationId;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** Rejects with `store/gone` where a store was and nothing is left of it. */
  readonly requirePresent?: () => Promise<void>;
  /** Milliseconds between two tries to write while writes fail. */
  readonly probeMs?: number;
}

/** Opens the store, on disk or in memory, and ends what a window that died left running. Rejects with `store/*`. */
export async function openStore(where: StorePlace, deps: OpenStoreDeps): Promise<SessionManager> {
  // Loaded on first use: the native module must not cost anything at activation.
  const { openLocalSessionService } = await import('../../node/sqlite/openLocalSessionService');
  const { memoryPath } = await import('../../node/sqlite/database');
  const { ownIdentity } = await import('../../node/sqlite/processIdentity');
  const { clock, ids, logger, invocationId } = deps;
  if (where !== 'memory') {
    await deps.requirePresent?.();
  }
  const service = await openLocalSessionService({
    folder: where === 'memory' ? memoryPath : deps.folder(),
    mustWrite: where === 'writable',
    ...(deps.probeMs === undefined ? {} : { probeMs: deps.probeMs }),
    migrationsDir: deps.migrationsFolder,
    self: ownIdentity(),
    clock,
    ids,
    logger,
  });
  const manager = new SessionManager({
    service,
    invocationId,
    clock,
    ids,
    logger,
    continueMinutes: () => readSetting('session.continueMinutes'),
  });
  try {
    // From here on the writes of other windows count as news, also those before the first look.
    await manager.refresh();
  } catch (error) {
    await manager.close();
    throw error;
  }
  if (service.health.kind === 'ok') {
    // What cannot be ended now stays marked as running until a later look; it is no reason not to show what there is.
    await manager
      .recoverInterrupted()
      .catch((error: unknown) => logger.warn('Interrupted replies could not be marked', error));
  }
  return manager;
}
