import { toDisposable, type Disposable } from '../base/disposable';
import { AppError, isAppError } from '../base/errors';
import { Emitter, type Event } from '../base/event';
import type { Clock, IdGenerator, Logger } from '../base/ports';
import { Sequencer } from '../base/sequencer';
import { boundaryOf } from './boundary';
import { chooseResumable, resumeWindow } from './resumePolicy';
import {
  toEventId,
  type EventId,
  type InvocationId,
  type ModelRef,
  type Session,
  type SessionId,
  type WorkspaceKey,
} from './session';
import type { EventBody, NewEvent, StoredEvent } from './sessionEvent';
import type {
  AppendOptions,
  AppendRequest,
  AppendResult,
  EventPage,
  NewSession,
  ReplyDraft,
  SessionFilter,
  SessionPatch,
  SessionService,
  StoreDescription,
  UsageRecord,
  UsageSnapshot,
} from './sessionService';
import type { AppendedEvents, SessionsChange } from './sessionChanges';
import { cleanTitle, deriveTitle } from './sessionTitle';

export interface SessionManagerDeps {
  readonly service: SessionService;
  readonly invocationId: InvocationId;
  /** Of this extension host: when it is gone, its running replies count as interrupted. */
  readonly processId: number;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly logger: Logger;
  /** `rejoin.session.continueMinutes` as it stands now. */
  readonly continueMinutes: () => number;
}

/** Application service of sessions and the only writer of the store in this window. */
export class SessionManager implements Disposable {
  private readonly sequencer = new Sequencer();
  /** Last event of the turns that this window is answering: what comes next belongs below it. */
  private readonly heads = new Map<SessionId, EventId>();
  private readonly written = new Set<SessionId>();
  private readonly drafts = new Map<SessionId, NewSession>();
  private readonly sessionsChanged: Emitter<SessionsChange>;
  private readonly eventsAppended: Emitter<AppendedEvents>;
  private knownDataVersion: number | undefined;

  readonly onDidChangeSessions: Event<SessionsChange>;
  readonly onDidAppendEvents: Event<AppendedEvents>;

  constructor(private readonly deps: SessionManagerDeps) {
    const report = (error: unknown): void => deps.logger.error('A session listener failed', error);
    this.sessionsChanged = new Emitter(report);
    this.eventsAppended = new Emitter(report);
    this.onDidChangeSessions = this.sessionsChanged.event;
    this.onDidAppendEvents = this.eventsAppended.event;
  }

  /** Names a session that gets its row with its first event. Writes nothing. */
  prepareSession(id: SessionId, session: NewSession): Disposable {
    this.drafts.set(id, session);
    return toDisposable(() => this.drafts.delete(id));
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
  async get(id: SessionId): Promise<Session> {
    const session = await this.deps.service.get(id);
    if (session === undefined) {
      throw new AppError('session/not-found', { args: { id } });
    }
    return session;
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

  /**
   * Stores a person's message, and before it what has to stand there: the mark of a new invocation or of a long
   * silence, which the model needs to place what came before. Follows the newest head if another window has written.
   * Rejects with `session/busy` while another window answers in this session.
   */
  appendUserMessage(id: SessionId, event: NewEvent, options: AppendOptions = {}): Promise<readonly StoredEvent[]> {
    return this.sequencer.run(async () => {
      const append = async (): Promise<AppendResult> => {
        await this.assertNotBusyElsewhere(await this.deps.service.get(id));
        const session = await this.deps.service.get(id);
        const boundary = session === undefined ? [] : this.boundaryFor(session);
        return this.write({
          ...this.baseRequest(id, session?.headId ?? null, options),
          events: [...boundary, event],
          derivedTitle: event.body.type === 'user_message' ? deriveTitle(event.body.content) : '',
        });
      };
      try {
        return (await append()).events;
      } catch (error) {
        if (!isAppError(error, 'session/head-moved')) {
          throw error;
        }
        this.publishReset();
        return (await append()).events;
      }
    });
  }

  /**
   * Stores events behind the head, or below `options.parent`. If another window moved the head during a turn they keep
   * their place behind what this window wrote last, so that an answer stays with its question.
   * Starting a turn (`turnStatus: 'running'`) rejects with `session/busy` while another window answers.
   */
  append(id: SessionId, events: readonly NewEvent[], options: AppendOptions = {}): Promise<readonly StoredEvent[]> {
    return this.sequencer.run(async () => {
      if (options.turnStatus === 'running') {
        await this.assertNotBusyElsewhere(await this.deps.service.get(id));
      }
      const own = this.heads.get(id);
      const expected = own ?? (await this.deps.service.get(id))?.headId ?? null;
      const request = { ...this.baseRequest(id, expected, options), events };
      try {
        return (await this.write(request)).events;
      } catch (error) {
        if (!isAppError(error, 'session/head-moved')) {
          throw error;
        }
        this.deps.logger.warn(`The head of session ${id} moved in another window`);
        const fresh = await this.get(id);
        this.publishReset();
        return (
          await this.write({ ...request, expectedHead: fresh.headId, parent: options.parent ?? own ?? fresh.headId })
        ).events;
      }
    });
  }

  /** A person's title; it wins over every derived one from then on. Rejects with `session/invalid-title` when nothing is left of it. */
  async rename(id: SessionId, title: string): Promise<Session> {
    const clean = cleanTitle(title);
    if (clean === '') {
      throw new AppError('session/invalid-title');
    }
    return this.updateOne(id, { title: clean, titleSource: 'user' });
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

  restore(ids: readonly SessionId[]): Promise<readonly Session[]> {
    return this.update(ids, { deletedAt: null });
  }

  /** Ends a session: it stays in the list but does not resume by itself until something is sent in it. */
  end(id: SessionId): Promise<readonly Session[]> {
    return this.update([id], { endedAt: this.deps.clock.now() });
  }

  /** Removes sessions and their text for good; returns those that were there. */
  async deleteForever(ids: readonly SessionId[]): Promise<readonly SessionId[]> {
    const deleted = await this.sequencer.run(() => this.deps.service.deleteForever(ids));
    deleted.forEach((id) => this.heads.delete(id));
    this.sessionsChanged.fire({ kind: 'deleted', ids: deleted, sessions: [] });
    return deleted;
  }

  /** Makes another model answer from here on and notes it in the log. Does nothing when it is the same one. */
  async setModel(id: SessionId, model: ModelRef): Promise<Session> {
    const session = await this.get(id);
    const from =
      session.provider !== null && session.model !== null ? { provider: session.provider, model: session.model } : null;
    if (from?.provider === model.provider && from.model === model.model) {
      return session;
    }
    await this.append(id, [this.newEvent({ type: 'model_changed', from, to: model })], { model });
    return this.get(id);
  }

  setServerSessionId(id: SessionId, serverSessionId: string): Promise<void> {
    return this.sequencer.run(() => this.deps.service.setServerSessionId(id, serverSessionId, this.drafts.get(id)));
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
      this.publishReset();
    }
  }

  /** Looks whether another window has written and, if so, tells everybody to read again. */
  async refresh(): Promise<void> {
    const version = await this.deps.service.dataVersion();
    if (this.knownDataVersion !== undefined && version !== this.knownDataVersion) {
      this.publishReset();
    }
    this.knownDataVersion = version;
  }

  /** Resolves when everything written so far is on disk and the store is closed. */
  async close(): Promise<void> {
    await this.sequencer.idle();
    await this.deps.service.close();
  }

  dispose(): void {
    this.sessionsChanged.dispose();
    this.eventsAppended.dispose();
  }

  private async assertNotBusyElsewhere(session: Session | undefined): Promise<void> {
    if (session?.turnStatus !== 'running') {
      return;
    }
    // A window that died while answering must not keep the session locked.
    await this.deps.service.recoverInterrupted();
    const reply = await this.deps.service.getPartialReply(session.id);
    if (reply !== undefined && reply.invocationId !== this.deps.invocationId) {
      throw new AppError('session/busy', { args: { id: session.id } });
    }
  }

  private boundaryFor(session: Session): readonly NewEvent[] {
    const { clock, continueMinutes, invocationId } = this.deps;
    const isOurs = this.written.has(session.id) || session.lastInvocationId === invocationId;
    const content = boundaryOf(session, {
      now: clock.now(),
      continueMinutes: continueMinutes(),
      newInvocation: !isOurs,
    });
    return content === undefined ? [] : [this.newEvent({ type: 'system_context', content })];
  }

  private newEvent(body: EventBody): NewEvent {
    return { id: toEventId(this.deps.ids.next()), body };
  }

  private baseRequest(
    id: SessionId,
    expectedHead: EventId | null,
    options: AppendOptions,
  ): Omit<AppendRequest, 'events'> {
    const create = this.drafts.get(id);
    return {
      sessionId: id,
      invocationId: this.deps.invocationId,
      expectedHead,
      ...options,
      ...(create === undefined ? {} : { create }),
    };
  }

  private async write(request: AppendRequest): Promise<AppendResult> {
    const result = await this.deps.service.append(request);
    this.rememberHead(result.session);
    this.written.add(request.sessionId);
    this.drafts.delete(request.sessionId);
    this.eventsAppended.fire({ session: result.session, events: result.events });
    this.sessionsChanged.fire({ kind: 'changed', ids: [result.session.id], sessions: [result.session] });
    return result;
  }

  private rememberHead(session: Session): void {
    if (session.turnStatus === 'running' && session.headId !== null) {
      this.heads.set(session.id, session.headId);
    } else {
      this.heads.delete(session.id);
    }
  }

  private async updateOne(id: SessionId, patch: SessionPatch): Promise<Session> {
    const [session] = await this.update([id], patch);
    if (session === undefined) {
      throw new AppError('session/not-found', { args: { id } });
    }
    return session;
  }

  private async update(ids: readonly SessionId[], patch: SessionPatch): Promise<readonly Session[]> {
    const sessions = await this.sequencer.run(() => this.deps.service.update(ids, patch));
    this.sessionsChanged.fire({ kind: 'changed', ids: sessions.map((session) => session.id), sessions });
    return sessions;
  }

  private publishReset(): void {
    this.sessionsChanged.fire({ kind: 'reset', ids: [], sessions: [] });
  }
}
