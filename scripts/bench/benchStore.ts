import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidV7 } from 'uuid';
import { silentLogger, type Clock } from '../../src/core/base/ports';
import { toInvocationId } from '../../src/core/session/session';
import { SessionManager } from '../../src/core/session/sessionManager';
import { systemClock, uuidGenerator } from '../../src/extension/platform/systemPorts';
import type { LocalSessionService } from '../../src/node/sqlite/localSessionService';
import { openLocalSessionService, storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { ownIdentity } from '../../src/node/sqlite/processIdentity';
import { RawStore, type RawSession } from './rawStore';

/** Text of a message of some length. */
export const sampleText = 'The memo key ignores the coupon, so the total stays as it was. '.repeat(8);

/** A store of its own with these sessions, filled by a few statements. */
export async function seed(sessions: readonly RawSession[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rejoin-bench-'));
  await (await openStore(folder)).close();
  const filler = await openRaw(folder);
  await filler.fill(sessions, sampleText);
  await filler.close();
  return folder;
}

export function openStore(folder: string, clock: Clock = systemClock): Promise<LocalSessionService> {
  return openLocalSessionService({
    folder,
    migrationsDir: join(process.cwd(), 'migrations'),
    clock,
    ids: uuidGenerator,
    logger: silentLogger,
    self: ownIdentity(),
  });
}

/** The store of the folder as a window uses it. */
export async function openManager(folder: string): Promise<SessionManager> {
  return new SessionManager({
    service: await openStore(folder),
    invocationId: toInvocationId(uuidV7()),
    clock: systemClock,
    ids: uuidGenerator,
    logger: silentLogger,
    continueMinutes: () => 60,
  });
}

export function openRaw(folder: string): Promise<RawStore> {
  return RawStore.open(join(folder, storeFileName));
}

export function newRawSession(size: number): RawSession {
  const id = uuidV7();
  return { id, size, headId: RawStore.eventId(id, size), directory: `/work/${id}` };
}
