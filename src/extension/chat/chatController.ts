import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { AppError } from '../../core/base/errors';
import { Emitter, type Event } from '../../core/base/event';
import type { Timers } from '../../core/base/ports';
import {
  toSummary,
  type ModelRef,
  type Session,
  type SessionId,
  type SessionSummary,
} from '../../core/session/session';
import type { AppendedEvents, SessionsChange } from '../../core/session/sessionManager';
import { cleanTitle } from '../../core/session/sessionTitle';
import type { TurnRunner, TurnStarted } from '../../core/turn/turnRunner';
import type { SessionSnapshot, ViewMemory } from '../../protocol/chatProtocol';
import type { ChatView } from './chatPorts';
import { buildSnapshot } from './chatSnapshot';
import { headOf, storedConversation, summaryOf, type Conversation } from './conversation';
import { ConversationOpener, type ConversationOpenerDeps } from './conversationOpener';
import { FirstMessages, type FirstMessage } from './firstMessages';
import { StatusFeed, type StatusFeedDeps } from './statusFeed';
import { toViewEvents, toViewTurn } from './viewEvents';
import { ViewPublisher } from './viewPublisher';

export interface ChatControllerDeps extends StatusFeedDeps, ConversationOpenerDeps {
  readonly turns: TurnRunner;
  readonly revealView: () => Promise<void>;
  readonly timers: Timers;
}

/**
 * Decides which conversation is shown and keeps the view a faithful copy of it.
 * Showing, hiding and rebuilding the view writes nothing.
 */
export class ChatController implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly publisher: ViewPublisher;
  private readonly opener: ConversationOpener;
  private readonly status: StatusFeed;
  private readonly firstMessages = new FirstMessages();
  private readonly currentChanged = new Emitter<void>();
  private opening: Promise<Conversation> | undefined;
  private current: Conversation | undefined;

  /** Another session is shown, or what is known of it has changed. */
  readonly onDidChangeCurrent: Event<void> = this.currentChanged.event;

  constructor(private readonly deps: ChatControllerDeps) {
    const { store, turns, models } = deps;
    this.opener = new ConversationOpener(deps);
    this.publisher = this.disposables.add(new ViewPublisher(deps.timers));
    this.status = new StatusFeed(deps, this.publisher, () => this.current);
    this.disposables.add(store.onDidAppendEvents((appended) => this.onAppended(appended)));
    this.disposables.add(store.onDidChangeSessions((change) => this.onSessionsChanged(change)));
    this.disposables.add(store.onDidChangeState(() => this.publishStatus()));
    this.disposables.add(models.onDidChangeModels(() => this.publishStatus()));
    this.disposables.add(
      turns.onDidStream((delta) => {
        if (delta.sessionId === this.current?.id) {
          this.publisher.addDelta({ turnId: delta.turnId, text: delta.text, reasoning: delta.reasoning });
        }
      }),
    );
    this.disposables.add(
      turns.onDidChangeTurn(({ sessionId, view }) => {
        if (sessionId === this.current?.id) {
          this.publisher.notify('turn/state', { turn: toViewTurn(view) });
          this.currentChanged.fire();
        }
      }),
    );
  }

  /** Id of the conversation shown; undefined before a view or command asked for one. */
  get currentId(): SessionId | undefined {
    return this.current?.id;
  }

  get currentSession(): Session | null {
    return this.current?.session ?? null;
  }

  get isStreaming(): boolean {
    return this.current !== undefined && this.deps.turns.viewOf(this.current.id) !== null;
  }

  /** Model of a conversation that has no row yet to keep it in. */
  chosenModelOf(id: SessionId): ModelRef | null {
    const conversation = this.current?.id === id ? this.current : this.firstMessages.find(id);
    return conversation?.chosenModel ?? null;
  }

  /** Connects a view; the returned disposable ends only what belongs to that view. A running turn goes on. */
  attach(view: ChatView): Disposable {
    const attached = this.publisher.attach(view);
    return {
      dispose: () => {
        this.onViewHidden(view);
        attached.dispose();
      },
    };
  }

  /** The person has seen the notice: it does not come again with the view. */
  onViewHidden(view: ChatView): void {
    if (this.publisher.isAttached(view) && this.current?.notice != null) {
      this.replaceCurrent({ ...this.current, notice: null });
    }
  }

  /** Everything that the view shows. The first call in a window resumes the session of this folder, if there is one. */
  async snapshot(): Promise<SessionSnapshot> {
    for (;;) {
      const conversation = await this.conversation();
      const { revision } = this.publisher;
      const content = await buildSnapshot(this.deps, conversation);
      // Whatever happened while the page was read would be missing from it.
      if (revision === this.publisher.revision && conversation === this.current) {
        return this.publisher.stamp({ ...content, turn: toViewTurn(this.deps.turns.viewOf(conversation.id)) });
      }
    }
  }

  /** The conversation shown; the first call in a window resumes or starts one. */
  conversation(): Promise<Conversation> {
    if (this.current !== undefined) {
      return Promise.resolve(this.current);
    }
    this.opening ??= this.begin().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  /** Shows a stored session. Rejects with `session/not-found` or `session/in-trash`. */
  async showSession(id: SessionId): Promise<SessionSummary> {
    const manager = await this.deps.store.manager();
    const session = await manager.get(id);
    if (session.deletedAt !== null) {
      throw new AppError('session/in-trash', { args: { id } });
    }
    if (this.current?.id !== id) {
      this.show(storedConversation(session, null));
    }
    await this.focus();
    return toSummary(session);
  }

  /** Ends the session shown and shows a fresh one, which gets a row with its first message. */
  async newSession(): Promise<SessionSummary> {
    const fresh = await this.opener.startFresh();
    const left = await this.conversation();
    if (left.session === null) {
      // Nothing may be awaited before the fresh one is shown: what is typed meanwhile belongs to the one that is left.
      this.firstMessages.end(left.id);
      this.inBackground('The draft was not removed', this.deps.memory.forget(['unsaved']));
    } else if (left.session.endedAt === null) {
      await (await this.deps.store.manager()).end(left.id);
    }
    this.show(fresh);
    await this.focus();
    return summaryOf(fresh, this.deps.clock.now());
  }

  /** Sends a message. Resolves when it is on disk; rejects, with nothing sent, when it is not. */
  async startTurn(sessionId: SessionId, text: string, clientMessageId: string): Promise<TurnStarted> {
    const conversation = await this.conversation();
    const start = (): Promise<TurnStarted> => this.deps.turns.start({ sessionId, text, clientMessageId });
    if (conversation.id !== sessionId || conversation.session !== null) {
      return start();
    }
    return this.firstMessages.during(conversation, async () => {
      const manager = await this.deps.store.manager();
      manager.prepareSession(sessionId, { key: conversation.key, skill: null });
      return start();
    });
  }

  /** Renames a session, also the one shown while it has no row yet. Rejects with `session/invalid-title`. */
  async rename(id: SessionId, title: string): Promise<void> {
    const conversation = await this.conversation();
    if (conversation.id !== id || conversation.session !== null) {
      await (await this.deps.store.manager()).rename(id, title);
      return;
    }
    const clean = cleanTitle(title);
    if (clean === '') {
      throw new AppError('session/invalid-title');
    }
    this.replaceCurrent({ ...conversation, chosenTitle: clean });
    await this.publishSnapshot();
  }

  /** Makes a model answer from here on, also in a conversation that has no row yet. */
  async setModel(ref: ModelRef): Promise<void> {
    const conversation = await this.conversation();
    if (conversation.session !== null) {
      await (await this.deps.store.manager()).setModel(conversation.id, ref);
    } else {
      this.replaceCurrent({ ...conversation, chosenModel: ref });
    }
    this.publishStatus();
  }

  /** Keeps a draft and scroll position. What a slow view sends for a conversation that is gone is ignored. */
  async saveMemory(id: SessionId, memory: ViewMemory): Promise<void> {
    if (id === this.current?.id && this.current.session === null) {
      await this.deps.memory.set('unsaved', memory);
    } else if (id === this.current?.id || (await this.find(id)) !== undefined) {
      await this.deps.memory.set(id, memory);
    }
  }

  /** Looks again for a session to resume after the store was opened in another way. */
  async reload(): Promise<void> {
    if (this.current?.session == null) {
      this.current = undefined;
    }
    await this.conversation();
    await this.publishSnapshot();
  }

  async focus(): Promise<void> {
    await this.deps.revealView();
    this.publisher.notify('composer/focus', {});
  }

  /** Tells the view of the model, the workspace, the store and the settings as they stand now. */
  publishStatus(): void {
    this.status.publish();
    this.currentChanged.fire();
  }

  dispose(): void {
    this.disposables.dispose();
    this.currentChanged.dispose();
  }

  private async begin(): Promise<Conversation> {
    const conversation = await this.opener.resumeOrStart();
    // A command may have shown another one while this one was looked for.
    if (this.current === undefined) {
      this.show(conversation);
    }
    return this.current ?? conversation;
  }

  private show(conversation: Conversation): void {
    this.publisher.startEpoch();
    this.replaceCurrent(conversation);
    this.sendSnapshot();
  }

  private replaceCurrent(conversation: Conversation): void {
    this.current = conversation;
    this.publisher.touch();
    this.currentChanged.fire();
  }

  private onAppended({ session, events }: AppendedEvents): void {
    const first = this.firstMessages.take(session.id);
    if (first !== undefined) {
      this.inBackground('A new session was not completed', this.completeRow(first));
    }
    const shown = this.current;
    if (shown === undefined || shown.id !== session.id) {
      return;
    }
    const continuesBranch = events[0] === undefined || events[0].parentId === headOf(shown);
    const wrote = events.some((event) => event.body.type === 'user_message');
    this.replaceCurrent({ ...shown, session, notice: wrote ? null : shown.notice });
    if (continuesBranch) {
      this.publisher.notify('session/eventsAppended', { events: toViewEvents(events) });
    } else {
      this.publisher.startEpoch();
      this.sendSnapshot();
    }
  }

  /** Writes what the row could not hold before it was there. */
  private async completeRow({ conversation, ended }: FirstMessage): Promise<void> {
    const { id } = conversation;
    const shown = this.current;
    const title = (shown?.id === id ? shown : conversation).chosenTitle;
    // Another conversation without a row has its own draft in this place.
    if (shown === undefined || shown.id === id || shown.session !== null) {
      await this.deps.memory.forget(['unsaved']);
    }
    const manager = await this.deps.store.manager();
    if (title !== null) {
      await manager.rename(id, title);
    }
    if (ended) {
      await manager.end(id);
    }
  }

  private onSessionsChanged(change: SessionsChange): void {
    if (change.kind === 'deleted') {
      this.inBackground('Drafts were not removed', this.deps.memory.purge(change.ids));
    }
    const shown = this.current;
    if (shown?.session == null) {
      this.status.publishRecent();
    } else if (change.kind === 'reset') {
      this.inBackground('The session shown was not read again', this.readCurrentAgain(shown.id));
    } else if (change.ids.includes(shown.id)) {
      this.followCurrent(
        shown,
        change.sessions.find(({ id }) => id === shown.id),
      );
    }
  }

  private followCurrent(shown: Conversation, session: Session | undefined): void {
    if (session === undefined || session.deletedAt !== null) {
      this.inBackground('No fresh session could be shown', this.replaceDeleted(shown.id));
      return;
    }
    this.replaceCurrent({ ...shown, session });
    this.publisher.notify('session/updated', { summary: toSummary(session), turnStatus: session.turnStatus });
  }

  private async replaceDeleted(id: SessionId): Promise<void> {
    const fresh = await this.opener.startFresh();
    if (this.current?.id === id) {
      this.show(fresh);
    }
  }

  private async readCurrentAgain(id: SessionId): Promise<void> {
    const session = await this.find(id);
    const shown = this.current;
    // What was read before our own newest event is older than what is shown.
    if (shown?.id !== id || (session?.lastSeq ?? Infinity) < (shown.session?.lastSeq ?? 0)) {
      return;
    }
    const moved = session !== undefined && session.headId !== headOf(shown);
    this.followCurrent(shown, session);
    if (moved) {
      this.publisher.startEpoch();
      await this.publishSnapshot();
    }
  }

  private async find(id: SessionId): Promise<Session | undefined> {
    return (await this.deps.store.openManager())?.getSession(id);
  }

  private sendSnapshot(): void {
    this.inBackground('The view was not brought up to date', this.publishSnapshot());
  }

  private async publishSnapshot(): Promise<void> {
    if (this.publisher.visible) {
      this.publisher.sendSnapshot(await this.snapshot());
    }
  }

  private inBackground(failure: string, task: Promise<unknown>): void {
    task.catch((error: unknown) => this.deps.logger.warn(failure, error));
  }
}
