import type { Disposable } from '../base/disposable';
import type { Event } from '../base/event';
import { Sequencer } from '../base/sequencer';
import type { ContextItem, ContextKey } from './contextItem';
import { requireSession, sessionNotFound } from './requireSession';
import { chooseResumable, resumeWindow } from './resumePolicy';
import type { EventId, ModelRef, Session, SessionId, WorkspaceKey } from './session';
import { SessionAnnouncer, type AppendedEvents, type SessionsChange } from './sessionChanges';
import { SessionChoices } from './sessionChoices';
import type { NewEvent, StoredEvent } from './sessionEvent';
import { SessionLog, type SessionLogDeps } from './sessionLog';
import type { SessionRecord } from './sessionRecord';
import type {
  AppendOptions,
  EventPage,
  NewSession,
  ReplyDraft,
  SessionFilter,
  SessionPatch,
  StorageReport,
  StoreDescription,
  UsageRecord,
  UsageSnapshot,
} from './sessionService';
import { cleanTitle, requireTitle } from './sessionTitle';

export interface SessionManagerDeps extends SessionLogDeps {
  /** Of this extension host: when it is gone, its running replies count as interrupted. */
  readonly processId: number;
}

/** Application service of sessions and the only writer of the store in this window. */
export class SessionManager implements Disposable {
  private readonly sequencer = new Sequencer();
  private readonly announcer: SessionAnnouncer;
  private readonly log: SessionLog;
  private readonly choices: SessionChoices;
  private knownDataVersion: number | undefined;

  readonly onDidChangeSessions: Event<SessionsChange>;
  readonly onDidAppendEvents: Event<AppendedEvents>;

  constructor(private readonly deps: SessionManagerDeps) {
    this.announcer = new SessionAnnouncer(deps.logger);
    this.log = new SessionLog(deps, this.sequencer, this.announcer);
    this.choices = new SessionChoices(deps.service, this.log);
    this.onDidChangeSessions = this.announcer.onDidChangeSessions;
    this.onDidAppendEvents = this.announcer.onDidAppendEvents;
  }

  /** Names a session that gets its row with its first event. Writes nothing. */
  prepareSession(id: SessionId, session: NewSession): Disposable {
    return this.log.prepare(id, session);
  }

  /**
   * Makes the row of a session before anything is said in it, with its title, model and skill as first events of its
   * log, so that it can be found by its name. Rejects with `session/invalid-title` when the title has nothing visible
   * or when there is nothing to note, and with `argument/invalid` when the session has a row.
   */
  create(id: SessionId, session: NewSession, { model }: { readonly model?: ModelRef } = {}): Promise<Session> {
    return this.choices.create(id, session, model);
  }

  /** The session that resumes by itself for these keys, or undefined. Writes nothing. */
  async findResumable(keys: readonly WorkspaceKey[]): Promise<Session | undefined> {
    const window = resumeWindow(this.deps.clock.now(), this.deps.continueMinutes());
    if (window === undefined) {
      return undefined;
    }
    return chooseResumable(await this.deps.service.findResumable(keys, window.since, window.until), keys);
  }

  /** Undefined for a session that has no row (yet). */
  getSession(id: SessionId): Promise<Session | undefined> {
    return this.deps.service.get(id);
  }

  /** Rejects with `session/not-found`. */
  get(id: SessionId): Promise<Session> {
    return requireSession(this.deps.service, id);
  }

  list(filter: SessionFilter): Promise<readonly Session[]> {
    return this.deps.service.list(filter);
  }

  loadPage(id: SessionId, limit: number, before?: EventId): Promise<EventPage> {
    return this.deps.service.loadPage(id, limit, before);
  }

  loadBranch(id: SessionId, end?: EventId): Promise<readonly StoredEvent[]> {
    return this.deps.service.loadBranch(id, end);
  }

  /** The session of one of the keys with this title, in any case; never one in the trash. */
  findByTitle(title: string, keys: readonly WorkspaceKey[]): Promise<Session | undefined> {
    return this.deps.service.findByTitle(cleanTitle(title), keys);
  }

  /**
   * Stores a person's message, and before it what has to stand there: the mark of a new invocation or of a long
   * silence, which the model needs to place what came before. Follows the newest head if another window has written.
   * Rejects with `session/busy` while another window answers in this session, and with `session/in-trash`.
   */
  appendUserMessage(id: SessionId, event: NewEvent, options: AppendOptions = {}): Promise<readonly StoredEvent[]> {
    return this.log.appendUserMessage(id, event, options);
  }

  /**
   * Stores events behind the head, or below `options.parent`. If another window moved the head during a turn they keep
   * their place behind what this window wrote last, so that an answer stays with its question.
   * Starting a turn (`turnStatus: 'running'`) rejects with `session/busy` while another window answers.
   */
  append(id: SessionId, events: readonly NewEvent[], options: AppendOptions = {}): Promise<readonly StoredEvent[]> {
    return this.log.append(id, events, options);
  }

  /** Stores events only while `head` is still the head. Rejects with `session/head-moved` when anybody has written since. */
  appendAt(id: SessionId, events: readonly NewEvent[], head: EventId | null): Promise<readonly StoredEvent[]> {
    return this.log.appendAt(id, events, head);
  }

  /**
   * A person's title; it wins over every derived one from then on. Gets a number where another session of the same
   * workspace has it. Rejects with `session/invalid-title` when nothing is left of it.
   */
  async rename(id: SessionId, title: string): Promise<Session> {
    return this.updateOne(id, { title: requireTitle(title), titleSource: 'user' });
  }

  setArchived(ids: readonly SessionId[], archived: boolean): Promise<readonly Session[]> {
    return this.update(ids, { archivedAt: archived ? this.deps.clock.now() : null });
  }

  setPinned(ids: readonly SessionId[], pinned: boolean): Promise<readonly Session[]> {
    return this.update(ids, { pinned });
  }

  moveToTrash(ids: readonly SessionId[]): Promise<readonly Session[]> {
    return this.update(ids, { deletedAt: this.deps.clock.now() });
  }

  /** Takes sessions out of the trash; a title that was given away meanwhile gets a number. */
  restore(ids: readonly SessionId[]): Promise<readonly Session[]> {
    return this.update(ids, { deletedAt: null });
  }

  /** Ends a session: it stays in the list but does not resume by itself until something is sent in it. */
  end(id: SessionId): Promise<readonly Session[]> {
    return this.update([id], { endedAt: this.deps.clock.now() });
  }

  /** Removes sessions and their text for good; returns those that were there. */
  deleteForever(ids: readonly SessionId[]): Promise<readonly SessionId[]> {
    return this.delete(() => this.deps.service.deleteForever(ids));
  }

  /** Removes for good what is in the trash: all of it, or what has been there for longer than that (milliseconds). */
  emptyTrash(olderThanMs?: number): Promise<readonly SessionId[]> {
    const before = olderThanMs === undefined ? undefined : this.deps.clock.now() - olderThanMs;
    return this.delete(() => this.deps.service.emptyTrash(before));
  }

  /** Makes another model answer from here on and notes it in the log. Does nothing when it is the same one. */
  setModel(id: SessionId, model: ModelRef): Promise<Session> {
    return this.choices.setModel(id, model);
  }

  /** Makes a skill hold from here on, null for none, and notes it in the log. Does nothing when it is the same one. */
  setSkill(id: SessionId, skill: string | null): Promise<Session> {
    return this.choices.setSkill(id, skill);
  }

  /** What is attached to a session, oldest first. */
  listContext(id: SessionId): Promise<readonly ContextItem[]> {
    return this.deps.service.listContext(id);
  }

  /** Attaches items; one of the same type and key is replaced in its place. Rejects with `session/not-found`. */
  putContext(id: SessionId, items: readonly ContextItem[]): Promise<void> {
    return this.changeContext(id, () => this.deps.service.putContext(id, items));
  }

  removeContext(id: SessionId, keys: readonly ContextKey[]): Promise<void> {
    return this.changeContext(id, () => this.deps.service.removeContext(id, keys));
  }

  /** Everything stored of a session. Rejects with `session/not-found`. */
  async readRecord(id: SessionId): Promise<SessionRecord> {
    const record = await this.deps.service.readRecord(id);
    if (record === undefined) {
      throw sessionNotFound(id);
    }
    return record;
  }

  /**
   * Writes a whole session, all of it or nothing; `replaces` goes to the trash in the same step. The title gets a
   * number where it is taken. Rejects with `argument/invalid` when the session or one of its events is stored already.
   */
  async importRecord(record: SessionRecord, options: { readonly replaces?: SessionId } = {}): Promise<Session> {
    const session = await this.sequencer.run(() => this.deps.service.importRecord(record, options));
    const replaced = options.replaces === undefined ? undefined : await this.getSession(options.replaces);
    this.announcer.changed(replaced === undefined ? [session] : [session, replaced]);
    return session;
  }

  /** Bytes of the text of sessions, of all where no ids are given. */
  sizesOf(ids?: readonly SessionId[]): Promise<ReadonlyMap<SessionId, number>> {
    return this.deps.service.sizesOf(ids);
  }

  /** What the store takes on disk. */
  storage(): Promise<StorageReport> {
    return this.deps.service.storage();
  }

  setServerSessionId(id: SessionId, serverSessionId: string): Promise<void> {
    return this.sequencer.run(() => this.deps.service.setServerSessionId(id, serverSessionId, this.log.draftOf(id)));
  }

  /** Replaces what is kept of a running reply. Creates no event. */
  savePartialReply(draft: ReplyDraft): Promise<void> {
    const { invocationId, processId: ownerPid } = this.deps;
    return this.sequencer.run(() => this.deps.service.savePartialReply({ ...draft, invocationId, ownerPid }));
  }

  getUsage(accountKey: string): Promise<UsageRecord | undefined> {
    return this.deps.service.getUsage(accountKey);
  }

  setUsage(accountKey: string, snapshot: UsageSnapshot): Promise<void> {
    return this.sequencer.run(() => this.deps.service.setUsage(accountKey, snapshot));
  }

  describeStore(): Promise<StoreDescription> {
    return this.deps.service.describe();
  }

  /** Ends, as interrupted, the replies whose process is gone. */
  async recoverInterrupted(): Promise<void> {
    const ids = await this.sequencer.run(() => this.deps.service.recoverInterrupted());
    if (ids.length > 0) {
      this.deps.logger.info(`Marked ${ids.length} interrupted replies`);
      this.announcer.reset();
    }
  }

  /** Looks whether another window has written and, if so, tells everybody to read again. */
  async refresh(): Promise<void> {
    const version = await this.deps.service.dataVersion();
    if (this.knownDataVersion !== undefined && version !== this.knownDataVersion) {
      this.announcer.reset();
    }
    this.knownDataVersion = version;
  }

  /** Resolves when everything written so far is on disk and the store is closed. */
  async close(): Promise<void> {
    await this.sequencer.idle();
    await this.deps.service.close();
  }

  dispose(): void {
    this.announcer.dispose();
  }

  private async delete(remove: () => Promise<readonly SessionId[]>): Promise<readonly SessionId[]> {
    const deleted = await this.sequencer.run(remove);
    this.log.forget(deleted);
    if (deleted.length > 0) {
      this.announcer.deleted(deleted);
    }
    return deleted;
  }

  private async changeContext(id: SessionId, change: () => Promise<void>): Promise<void> {
    await this.sequencer.run(change);
    const session = await this.getSession(id);
    if (session !== undefined) {
      this.announcer.contextChanged(session);
    }
  }

  private async updateOne(id: SessionId, patch: SessionPatch): Promise<Session> {
    const [session] = await this.update([id], patch);
    if (session === undefined) {
      throw sessionNotFound(id);
    }
    return session;
  }

  private async update(ids: readonly SessionId[], patch: SessionPatch): Promise<readonly Session[]> {
    const sessions = await this.sequencer.run(() => this.deps.service.update(ids, patch));
    this.announcer.changed(sessions);
    return sessions;
  }
}
