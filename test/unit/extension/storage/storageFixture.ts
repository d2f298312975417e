import type { Session, SessionId, WorkspaceKey } from '../../../../src/core/session/session';
import type { SessionManager } from '../../../../src/core/session/sessionManager';
import { newSession, newSessionId, testKey, userMessage } from '../../../support/builders';
import { launchManager, openTempStore, type TempStore } from '../../../support/storeFixture';

export const day = 86_400_000;

/** Sessions of several ages in a store on disk. */
export class StorageFixture {
  /** The session that the chat shows. */
  openId: SessionId | null = null;
  keys: readonly WorkspaceKey[] = [testKey];

  private constructor(
    readonly store: TempStore,
    readonly manager: SessionManager,
  ) {}

  static async open(): Promise<StorageFixture> {
    const store = await openTempStore();
    return new StorageFixture(store, launchManager(store));
  }

  get now(): number {
    return this.store.clock.now();
  }

  /** A session whose only message is that many days old. */
  async add(title: string, ageDays: number, key: WorkspaceKey = testKey, text = title): Promise<SessionId> {
    const id = newSessionId();
    const { clock } = this.store;
    clock.advance(-ageDays * day);
    this.manager.prepareSession(id, newSession({ key, title }));
    await this.manager.appendUserMessage(id, userMessage(text));
    clock.advance(ageDays * day);
    return id;
  }

  get(id: SessionId): Promise<Session | undefined> {
    return this.manager.getSession(id);
  }

  /** Titles of what is in the trash, in the order of the letters. */
  async trash(): Promise<readonly string[]> {
    return (await this.manager.list({ states: ['deleted'], limit: 100 })).map(({ title }) => title).sort();
  }

  dispose(): Promise<void> {
    return this.store.dispose();
  }
}
