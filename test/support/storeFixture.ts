import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/base/ports';
import { toInvocationId, type SessionId } from '../../src/core/session/session';
import type { SessionsChange } from '../../src/core/session/sessionChanges';
import type { SessionLogDeps } from '../../src/core/session/sessionLog';
import { SessionManager } from '../../src/core/session/sessionManager';
import type { ProcessIdentity } from '../../src/core/session/sessionService';
import type { LocalSessionService } from '../../src/node/sqlite/localSessionService';
import { openLocalSessionService, type OpenStoreOptions } from '../../src/node/sqlite/openLocalSessionService';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { FakeClock, livingOwner, newSession, newSessionId, realIds, userMessage } from './builders';

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
  /** Takes the process of a service for gone from here on, until the result is called. */
  end(service: LocalSessionService): () => void;
  /** Closes everything and removes the folder. */
  dispose(): Promise<void>;
}

/** A store in a file of its own below the system's folder for temporary files. */
export async function openTempStore(overrides: Partial<OpenStoreOptions> = {}): Promise<TempStore> {
  const folder = overrides.folder ?? (await tempFolder());
  const clock = new FakeClock();
  const options = { ...storeOptions(folder, clock), ...overrides };
  const open = async (changes: Partial<OpenStoreOptions>): Promise<LocalSessionService> => {
    const opened = await openLocalSessionService({ ...options, self: newProcess(), ...changes });
    running.add(opened.self.started);
    return opened;
  };
  let service = await open(overrides);
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
      running.delete(service.self.started);
      service = await open(changes);
      return service;
    },
    async openAnother(changes = {}) {
      const other = await open(changes);
      others.push(other);
      return other;
    },
    end({ self }) {
      running.delete(self.started);
      return () => void running.add(self.started);
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
    self: newProcess(),
    findDead: (leases) => leases.filter(({ owner }) => !running.has(owner.started)),
  };
}

/** Starts of the processes that a test stands for: each opening is one, until the store is opened again. */
const running = new Set<string>([livingOwner.started]);
let started = 0;

/** Another process than all before; it runs once a store is opened by it. */
export function newProcess(): ProcessIdentity {
  started += 1;
  return { pid: process.pid, home: 'test/', started: String(started) };
}

/** What one launch of the extension host makes: a manager with an invocation id of its own. */
export function launchManager(store: TempStore, overrides: Partial<SessionLogDeps> = {}): SessionManager {
  return new SessionManager({
    service: store.service,
    invocationId: toInvocationId(realIds.next()),
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
