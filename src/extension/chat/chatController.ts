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
import { buildSnapshot, buildStatus, loadRecent, type SnapshotDeps } from './chatSnapshot';
import { headOf, modelOf, storedConversation, summaryOf, type Conversation } from './conversation';
import { toViewEvents, toViewTurn } from './viewEvents';
import { ConversationOpener, type ConversationOpenerDeps } from './conversationOpener';
import { ViewPublisher } from './viewPublisher';

export interface ChatControllerDeps extends SnapshotDeps, ConversationOpenerDeps {
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
  private readonly currentChanged = new Emitter<void>();
  private opening: Promise<Conversation> | undefined;
  private current: Conversation | undefined;

  /** Another session is shown, or what is known of it has changed. */
  readonly onDidChangeCurrent: Event<void> = this.currentChanged.event;

  constructor(private readonly deps: ChatControllerDeps) {
    const { store, turns, models } = deps;
    this.opener = new ConversationOpener(deps);
    this.publisher = this.disposables.add(new ViewPublisher(deps.timers));
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
  get chosenModel(): ModelRef | null {
    return this.current?.chosenModel ?? null;
  }

  /** Connects a view; the returned disposable ends only what belongs to that view. A running turn goes on. */
  attach(view: ChatView): Disposable {
    const attached = this.publisher.attach(view);
    return {
      dispose: () => {
        if (this.publisher.isAttached(view)) {
          this.clearNotice();
        }
        attached.dispose();
      },
    };
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
    const { session } = await this.conversation();
    if (session !== null && session.endedAt === null) {
      await (await this.deps.store.manager()).end(session.id);
    }
    await this.deps.memory.forget(['unsaved']);
    const fresh = await this.opener.startFresh();
    this.show(fresh);
    await this.focus();
    return summaryOf(fresh, this.deps.clock.now());
  }

  /** Sends a message. Resolves when it is on disk; rejects, with nothing sent, when it is not. */
  async startTurn(sessionId: SessionId, text: string, clientMessageId: string): Promise<TurnStarted> {
    const conversation = await this.conversation();
    if (conversation.id === sessionId && conversation.session === null) {
      const manager = await this.deps.store.manager();
      manager.prepareSession(sessionId, { key: conversation.key, skill: null });
    }
    return this.deps.turns.start({ sessionId, text, clientMessageId });
  }

  /** Renames the conversation, also one that has no row yet. Rejects with `session/invalid-title`. */
  async renameCurrent(title: string): Promise<void> {
    const conversation = await this.conversation();
    if (conversation.session !== null) {
      await (await this.deps.store.manager()).rename(conversation.id, title);
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
    const shown = this.current;
    if (shown === undefined) {
      return;
    }
    void buildStatus(this.deps, modelOf(shown)).then((status) => {
      if (this.current?.id === shown.id) {
        this.publisher.notify('status/updated', status);
      }
    });
    this.currentChanged.fire();
  }

  dispose(): void {
    this.disposables.dispose();
    this.currentChanged.dispose();
  }

  private async begin(): Promise<Conversation> {
    const conversation = await this.opener.resumeOrStart();
    this.show(conversation);
    return conversation;
  }

  private show(conversation: Conversation): void {
    this.publisher.startEpoch();
    this.replaceCurrent(conversation);
    void this.publishSnapshot();
  }

  private replaceCurrent(conversation: Conversation): void {
    this.current = conversation;
    this.publisher.touch();
    this.currentChanged.fire();
  }

  private clearNotice(): void {
    if (this.current?.notice != null) {
      this.replaceCurrent({ ...this.current, notice: null });
    }
  }

  private onAppended({ session, events }: AppendedEvents): void {
    const shown = this.current;
    if (shown === undefined || shown.id !== session.id) {
      return;
    }
    const continuesBranch = events[0] === undefined || events[0].parentId === headOf(shown);
    const wrote = events.some((event) => event.body.type === 'user_message');
    this.replaceCurrent({ ...shown, session, notice: wrote ? null : shown.notice });
    if (shown.session === null) {
      void this.afterFirstEvent(shown);
    }
    if (continuesBranch) {
      this.publisher.notify('session/eventsAppended', { events: toViewEvents(events) });
    } else {
      this.publisher.startEpoch();
      void this.publishSnapshot();
    }
  }

  private async afterFirstEvent(unsaved: Conversation): Promise<void> {
    await this.deps.memory.forget(['unsaved']);
    if (unsaved.chosenTitle !== null) {
      await (await this.deps.store.manager()).rename(unsaved.id, unsaved.chosenTitle);
    }
  }

  private onSessionsChanged(change: SessionsChange): void {
    if (change.kind === 'deleted') {
      void this.deps.memory.forget(change.ids);
    }
    const shown = this.current;
    if (shown?.session == null) {
      this.publishRecent();
    } else if (change.kind === 'reset') {
      void this.readCurrentAgain(shown.id);
    } else if (change.ids.includes(shown.id)) {
      this.followCurrent(
        shown,
        change.sessions.find(({ id }) => id === shown.id),
      );
    }
  }

  private followCurrent(shown: Conversation, session: Session | undefined): void {
    if (session === undefined || session.deletedAt !== null) {
      void this.opener.startFresh().then((fresh) => this.show(fresh));
      return;
    }
    this.replaceCurrent({ ...shown, session });
    this.publisher.notify('session/updated', { summary: toSummary(session), turnStatus: session.turnStatus });
  }

  private async readCurrentAgain(id: SessionId): Promise<void> {
    const session = await this.find(id);
    const shown = this.current;
    if (shown?.id !== id) {
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

  private publishRecent(): void {
    if (this.current !== undefined && this.publisher.visible) {
      void loadRecent(this.deps).then((recent) => this.publisher.notify('recent/updated', { recent }));
    }
  }

  private async publishSnapshot(): Promise<void> {
    if (this.publisher.visible) {
      this.publisher.sendSnapshot(await this.snapshot());
    }
  }
}
