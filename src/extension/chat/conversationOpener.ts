import type { Clock, IdGenerator, Logger } from '../../core/base/ports';
import { createResumeNotice } from '../../core/session/resumePolicy';
import { toSessionId, type Session, type WorkspaceKey } from '../../core/session/session';
import type { StoreHost } from '../platform/storeHost';
import { readSetting } from '../contributions/configuration';
import type { ViewMemoryStore } from './viewMemoryStore';
import { freshConversation, storedConversation, type Conversation } from './conversation';

export interface ConversationOpenerDeps {
  readonly store: StoreHost;
  readonly workspaceKeys: () => Promise<readonly [WorkspaceKey, ...WorkspaceKey[]]>;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly memory: ViewMemoryStore;
  readonly logger: Logger;
}

/** Finds or makes the conversation that a window begins with. Writes nothing. */
export class ConversationOpener {
  constructor(private readonly deps: ConversationOpenerDeps) {}

  /** The session of this window's folders that resumes by itself, or a fresh one. */
  async resumeOrStart(): Promise<Conversation> {
    const session = await this.findResumable();
    return session === undefined
      ? { ...(await this.startFresh()), attached: this.deps.memory.unsavedContext }
      : storedConversation(session, createResumeNotice(session, this.deps.clock.now()));
  }

  /**
   * A conversation as a store has it that was opened instead of the one before: the session as it is there, or else
   * another one in its place. What is shown already stays, also without a row when none resumes.
   */
  async findAgain(shown: Conversation): Promise<Conversation> {
    const manager = await this.deps.store.openManager();
    const session = shown.session === null ? undefined : await manager?.getSession(shown.id);
    if (session !== undefined && session.deletedAt === null) {
      const isSame = session.headId === shown.session?.headId && session.lastSeq === shown.session.lastSeq;
      return isSame ? shown : storedConversation(session, null);
    }
    const found = await this.resumeOrStart();
    if (shown.session !== null) {
      return { ...found, takesOver: shown.id };
    }
    return found.session === null ? shown : { ...found, takesOver: shown.id, takesUnsaved: true };
  }

  /** A conversation of this window's folder that gets its row with its first message. */
  async startFresh(): Promise<Conversation> {
    const [key] = await this.deps.workspaceKeys();
    const skill = readSetting('skill').trim();
    return freshConversation(toSessionId(this.deps.ids.next()), key, skill === '' ? null : skill);
  }

  private async findResumable(): Promise<Session | undefined> {
    try {
      const [manager, keys] = await Promise.all([this.deps.store.manager(), this.deps.workspaceKeys()]);
      return await manager.findResumable(keys);
    } catch (error) {
      // The status of the store tells the person; the chat still opens.
      this.deps.logger.warn('No session could be looked up', error);
      return undefined;
    }
  }
}
