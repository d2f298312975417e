import { silentLogger } from '../../src/core/base/ports';
import { toInvocationId, type SessionId } from '../../src/core/session/session';
import { SessionManager } from '../../src/core/session/sessionManager';
import type { NewSession } from '../../src/core/session/sessionService';
import type { LocalSessionService } from '../../src/node/sqlite/localSessionService';
import { openLocalSessionService } from '../../src/node/sqlite/openLocalSessionService';
import { ownIdentity } from '../../src/node/sqlite/processIdentity';
import { realIds } from './builders';

/** Milliseconds by which the clock of a process is ahead of the real one; negative when it is behind. */
export const clockOffsetVariable = 'REJOIN_TEST_CLOCK_OFFSET';

const clock = { now: (): number => Date.now() + Number(process.env[clockOffsetVariable] ?? 0) };

/** What a window has of the store, in a process of its own: with the real clock and the real processes around it. */
export class RealWindow {
  private opened: Promise<{ service: LocalSessionService; manager: SessionManager }> | undefined;

  constructor(
    private readonly folder: string,
    private readonly migrationsDir: string,
  ) {}

  get service(): Promise<LocalSessionService> {
    return this.get().then(({ service }) => service);
  }

  get manager(): Promise<SessionManager> {
    return this.get().then(({ manager }) => manager);
  }

  /** Opens the store; after a failure the next call tries again. */
  async open(): Promise<void> {
    await this.get();
  }

  /** Names a session that gets its row with its first event. */
  async prepare(id: SessionId, session: NewSession): Promise<void> {
    (await this.manager).prepareSession(id, session);
  }

  async close(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined);
    this.opened = undefined;
    await opened?.manager.close();
  }

  private get(): Promise<{ service: LocalSessionService; manager: SessionManager }> {
    this.opened ??= this.openBoth().catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  private async openBoth(): Promise<{ service: LocalSessionService; manager: SessionManager }> {
    const service = await openLocalSessionService({
      folder: this.folder,
      migrationsDir: this.migrationsDir,
      ...{ clock, ids: realIds, logger: silentLogger, self: ownIdentity() },
    });
    const invocationId = toInvocationId(realIds.next());
    const manager = new SessionManager({
      ...{ service, invocationId, clock, ids: realIds, logger: silentLogger },
      continueMinutes: () => 60,
    });
    return { service, manager };
  }
}
