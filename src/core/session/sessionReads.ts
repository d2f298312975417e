import type { ContextItem } from './contextItem';
import { requireSession, sessionNotFound } from './requireSession';
import { chooseResumable, resumeWindow } from './resumePolicy';
import type { EventId, Session, SessionId, WorkspaceKey } from './session';
import type { StoredEvent } from './sessionEvent';
import type { SessionLogDeps } from './sessionLog';
import type { SessionRecord } from './sessionRecord';
import type { EventPage, SessionFilter, StorageReport, StoreDescription, UsageRecord } from './sessionService';
import type { StoreFile } from './storeFile';
import { cleanTitle } from './sessionTitle';

/** What can be read of sessions. Writes nothing. */
export class SessionReads {
  constructor(private readonly source: Pick<SessionLogDeps, 'service' | 'clock' | 'continueMinutes'>) {}

  /** The file behind the sessions: how it stands, its checks and its copies. */
  get file(): StoreFile {
    return this.source.service;
  }

  /** The session that resumes by itself for these keys, or undefined. Writes nothing. */
  async findResumable(keys: readonly WorkspaceKey[]): Promise<Session | undefined> {
    const window = resumeWindow(this.source.clock.now(), this.source.continueMinutes());
    if (window === undefined) {
      return undefined;
    }
    return chooseResumable(await this.source.service.findResumable(keys, window.since, window.until), keys);
  }

  /** Undefined for a session that has no row (yet). */
  getSession(id: SessionId): Promise<Session | undefined> {
    return this.source.service.get(id);
  }

  /** Rejects with `session/not-found`. */
  get(id: SessionId): Promise<Session> {
    return requireSession(this.source.service, id);
  }

  list(filter: SessionFilter): Promise<readonly Session[]> {
    return this.source.service.list(filter);
  }

  loadPage(id: SessionId, limit: number, before?: EventId): Promise<EventPage> {
    return this.source.service.loadPage(id, limit, before);
  }

  loadBranch(id: SessionId, end?: EventId, limit?: number): Promise<readonly StoredEvent[]> {
    return this.source.service.loadBranch(id, end, limit);
  }

  /** The session of one of the keys with this title, in any case; never one in the trash. */
  findByTitle(title: string, keys: readonly WorkspaceKey[]): Promise<Session | undefined> {
    return this.source.service.findByTitle(cleanTitle(title), keys);
  }

  /** What is attached to a session, oldest first. */
  listContext(id: SessionId): Promise<readonly ContextItem[]> {
    return this.source.service.listContext(id);
  }

  /** Everything stored of a session. Rejects with `session/not-found`. */
  async readRecord(id: SessionId): Promise<SessionRecord> {
    const record = await this.source.service.readRecord(id);
    if (record === undefined) {
      throw sessionNotFound(id);
    }
    return record;
  }

  /** Bytes of the text of sessions, of all where no ids are given. */
  sizesOf(ids?: readonly SessionId[]): Promise<ReadonlyMap<SessionId, number>> {
    return this.source.service.sizesOf(ids);
  }

  /** What the store takes on disk. */
  storage(): Promise<StorageReport> {
    return this.source.service.storage();
  }

  getUsage(accountKey: string): Promise<UsageRecord | undefined> {
    return this.source.service.getUsage(accountKey);
  }

  describeStore(): Promise<StoreDescription> {
    return this.source.service.describe();
  }
}
