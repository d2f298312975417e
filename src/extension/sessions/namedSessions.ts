import { AppError, isAppError } from '../../core/base/errors';
import { Sequencer } from '../../core/base/sequencer';
import { toSessionId, type Session, type SessionId, type WorkspaceKey } from '../../core/session/session';
import type { SessionCatalog } from './sessionCatalog';

export interface NamedSessionsDeps {
  /** Opens the store on first use; rejects with a `store/*` error. */
  sessions(): Promise<SessionCatalog>;
  workspaceKeys(): Promise<readonly WorkspaceKey[]>;
  /** Makes a session of this workspace with a title. Rejects with `session/invalid-title`. */
  createSession(title: string): Promise<{ readonly id: SessionId }>;
}

/** Sessions by what a person or a program calls them. */
export class NamedSessions {
  /** Of two calls that would make a session of one name the second finds that of the first. */
  private readonly sequencer = new Sequencer();

  constructor(private readonly deps: NamedSessionsDeps) {}

  /**
   * A session by its id, else the one of this workspace with this title in any case, else, with `create`, a new one.
   * Rejects with `session/not-found`.
   */
  find(name: string, { create }: { readonly create: boolean }): Promise<SessionId> {
    return this.sequencer.run(async () => {
      const found = await this.findStored(name.trim());
      if (found !== undefined) {
        return found.id;
      }
      if (create) {
        return (await this.deps.createSession(name)).id;
      }
      throw new AppError('session/not-found', { args: { id: name, name } });
    });
  }

  private async findStored(name: string): Promise<Session | undefined> {
    const catalog = await this.deps.sessions();
    try {
      return await catalog.get(toSessionId(name));
    } catch (error) {
      // Any other failure must not lead to a second session of the same name.
      if (!isAppError(error, 'session/not-found')) {
        throw error;
      }
      return catalog.findByTitle(name, await this.deps.workspaceKeys());
    }
  }
}
