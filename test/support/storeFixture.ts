import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/base/ports';
import { toInvocationId, type SessionId } from '../../src/core/session/session';
import type { SessionsChange } from '../../src/core/session/sessionChanges';
import { SessionManager, type SessionManagerDeps } from '../../src/core/session/sessionManager';
import type { LocalSessionService } from '../../src/node/sqlite/localSessionService';
import {
  openLocalSessionService,
  storeFileName,
  type OpenStoreOptions,
} from '../../src/node/sqlite/openLocalSessionService';
import { FakeClock, newSession, newSessionId, realIds, userMessage } from './builders';

export const migrationsDir = join(import.meta.dirname, '..', '..', 'migrations');

export interface TempStore {
  /** The service that was opened last. */
  readonly service: LocalSessionService;
  readonly folder: string;
  /** Path of the database file. */
  readonly path: string;
  readonly clock: FakeClock;
  /** Closes the service and opens the same file again, as a reload of the window does. */
  reopen(overrides?: Partial<OpenStoreOptions>): Promise<LocalSessionService>;
  /** Opens the same file once more, as a second window does. Closed by `dispose`. */
  openAnother(overrides?: Partial<OpenStoreOptions>): Promise<LocalSessionService>;
  /** Closes everything and removes the folder. */
  dispose(): Promise<void>;
}

/** A store in a file of its own below the system's folder for temporary files. */
export async function openTempStore(overrides: Partial<OpenStoreOptions> = {}): Promise<TempStore> {
  const folder = overrides.folder ?? (await tempFolder());
  const clock = new FakeClock();
  const options = { ...storeOptions(folder, clock), ...overrides };
  let service = await openLocalSessionService(options);
  const others: LocalSessionService[] = [];
  return {
    get service() {
      return service;
    },
    folder,
    path: join(folder, storeFileName),
    clock,
    async reopen(changes = {}) {
      await service.close();
      service = await openLocalSessionService({ ...options, ...changes });
      return service;
    },
    async openAnother(changes = {}) {
      const other = await openLocalSessionService({ ...options, ...changes });
      others.push(other);
      return other;
    },
    async dispose() {
      await Promise.all([service, ...others].map((opened) => opened.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function tempFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rejoin-store-'));
}

export function storeOptions(folder: string, clock: FakeClock): OpenStoreOptions {
  return {
    folder,
    migrationsDir,
    clock,
    ids: realIds,
    logger: silentLogger,
    pid: process.pid,
    isProcessAlive: (pid) => pid === process.pid,
  };
}

/** What one launch of the extension host makes: a manager with an invocation id of its own. */
export function launchManager(store: TempStore, overrides: Partial<SessionManagerDeps> = {}): SessionManager {
  return new SessionManager({
    service: store.service,
    invocationId: toInvocationId(realIds.next()),
    processId: process.pid,
    clock: store.clock,
    ids: realIds,
    logger: silentLogger,
    continueMinutes: () => 60,
    ...overrides,
  });
}

/** What a manager announces of sessions while a task runs. */
export async function announcedBy(
  manager: SessionManager,
  task: () => Promise<unknown>,
): Promise<readonly SessionsChange[]> {
  const changes: SessionsChange[] = [];
  const subscription = manager.onDidChangeSessions((change) => changes.push(change));
  await task();
  subscription.dispose();
  return changes;
}

/** A session with one message of the person. */
export async function startSessionIn(manager: SessionManager, message = 'First question'): Promise<SessionId> {
  const started = newSessionId();
  manager.prepareSession(started, newSession());
  await manager.appendUserMessage(started, userMessage(message));
  return started;
}
