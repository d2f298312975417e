import type { Disposable } from '../base/disposable';
import type { Event } from '../base/event';
import { Sequencer } from '../base/sequencer';
import type { ContextItem, ContextKey } from './contextItem';
import { OtherWindows, type Elsewhere, type StopRequest } from './otherWindows';
import { sessionNotFound } from './requireSession';
import type { EventId, ModelRef, Session, SessionId } from './session';
import { SessionAnnouncer, type AppendedEvents, type SessionsChange } from './sessionChanges';
import { SessionChoices } from './sessionChoices';
import type { NewEvent, StoredEvent } from './sessionEvent';
import { SessionLog, type SessionLogDeps } from './sessionLog';
import { SessionReads } from './sessionReads';
import type { SessionRecord } from './sessionRecord';
import type {
  AppendOptions,
  NewSession,
  PartialReply,
  ReplyDraft,
  SavedReply,
  SessionPatch,
  UsageSnapshot,
} from './sessionService';
import { requireTitle } from './sessionTitle';

/** Application service of sessions and the only writer of the store in this window. */
export class SessionManager extends SessionReads implements Disposable {
  private readonly sequencer = new Sequencer();
  private readonly announcer: SessionAnnouncer;
  private readonly log: SessionLog;
  private readonly choices: SessionChoices;
  private readonly windows: OtherWindows;

  readonly onDidChangeSessions: Event<SessionsChange>;
  readonly onDidAppendEvents: Event<AppendedEvents>;
  /** Replies of these sessions grew in other windows. */
  readonly onDidGrowReplies: Event<readonly SessionId[]>;
  /** Another window asked a turn of this one to stop. */
  readonly onDidAskToStop: Event<StopRequest>;

  constructor(private readonly deps: SessionLogDeps) {
    super(deps);
    this.announcer = new SessionAnnouncer(deps.logger);
    this.log = new SessionLog(deps, this.sequencer, this.announcer);
    this.choices = new SessionChoices(deps.service, this.log);
    this.windows = new OtherWindows(deps, this.announcer);
    this.onDidChangeSessions = this.announcer.onDidChangeSessions;
    this.onDidAppendEvents = this.announcer.onDidAppendEvents;
    this.onDidGrowReplies = this.windows.onDidGrowReplies;
    this.onDidAskToStop = this.windows.onDidAskToStop;
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

  /**
   * Stores a person's message, and before it what has to stand there: the mark of a new invocation or of a long
   * silence, which the model needs to place what came before. Follows the newest head if another window has written.
   * Rejects with `session/busy-elsewhere` while another window answers in this session, and with `session/in-trash`.
   */
  appendUserMessage(id: SessionId, event: NewEvent, options: AppendOptions = {}): Promise<readonly StoredEvent[]> {
    return this.log.appendUserMessage(id, event, options);
  }

  /**
   * Stores events behind the head, or below `options.parent`. If another window moved the head during a turn they keep
   * their place behind what this window wrote last, so that an answer stays with its question.
   * Starting a turn (`lease`) rejects with `session/busy-elsewhere` while another window answers, and with
   * `session/in-trash`; what a turn stores further (`ofTurn`) with `session/taken-over` once another window has ended it.
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

  /** Attaches items; one of the same type and key is replaced in its place. Rejects with `session/not-found`. */
  putContext(id: SessionId, items: readonly ContextItem[]): Promise<void> {
    return this.changeContext(id, () => this.deps.service.putContext(id, items));
  }

  removeContext(id: SessionId, keys: readonly ContextKey[]): Promise<void> {
    return this.changeContext(id, () => this.deps.service.removeContext(id, keys));
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

  setServerSessionId(id: SessionId, serverSessionId: string): Promise<void> {
    return this.sequencer.run(() => this.deps.service.setServerSessionId(id, serverSessionId, this.log.draftOf(id)));
  }

  /**
   * Replaces what is kept of a running reply. Creates no event. Rejects with `session/taken-over` when another window
   * has ended the turn, because this one seemed to be gone.
   */
  savePartialReply(draft: ReplyDraft): Promise<void> {
    return this.sequencer.run(async () => this.noteSaved(draft, await this.log.saveReply(draft)));
  }

  /** A sign of life of a turn without new text. Rejects as `savePartialReply` does. */
  keepAlive(turn: StopRequest): Promise<void> {
    const { sessionId, turnId } = turn;
    return this.sequencer.run(async () => this.noteSaved(turn, await this.deps.service.beat(sessionId, turnId)));
  }

  /** The reply that another window is writing in a session, as far as it was saved. */
  foreignReply(id: SessionId): Promise<PartialReply | undefined> {
    return this.windows.replyIn(id);
  }

  /** Asks whichever window answers in a session to stop, which takes it a moment. */
  askToStop(id: SessionId): Promise<void> {
    return this.sequencer.run(() => this.deps.service.askToStop(id));
  }

  setUsage(accountKey: string, snapshot: UsageSnapshot): Promise<void> {
    return this.sequencer.run(() => this.deps.service.setUsage(accountKey, snapshot));
  }

  /** Ends, as interrupted, the replies whose process is gone. */
  async recoverInterrupted(): Promise<void> {
    const ids = await this.sequencer.run(() => this.deps.service.recoverInterrupted());
    if (ids.length > 0) {
      this.deps.logger.info(`Marked ${ids.length} interrupted replies`);
      this.announcer.reset();
    }
  }

  /** Looks what other windows have written, tells it, and ends the replies of those that are gone. */
  refresh(): Promise<Elsewhere> {
    return this.windows.look();
  }

  /** Resolves when everything written so far is on disk and the store is closed. */
  async close(): Promise<void> {
    await this.sequencer.idle();
    await this.deps.service.close();
  }

  dispose(): void {
    this.announcer.dispose();
    this.windows.dispose();
  }

  private noteSaved({ sessionId, turnId }: StopRequest, { stopAsked }: SavedReply): void {
    if (stopAsked) {
      this.windows.tellStop({ sessionId, turnId });
    }
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
