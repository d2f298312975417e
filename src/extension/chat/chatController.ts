import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { AppError } from '../../core/base/errors';
import type { Event } from '../../core/base/event';
import { asTyped } from '../../core/session/drafts';
import {
  toSummary,
  type ModelRef,
  type Session,
  type SessionId,
  type SessionSummary,
  type TurnId,
} from '../../core/session/session';
import type { TurnRunner, TurnStarted } from '../../core/turn/turnRunner';
import type { QueuedMessage, SessionSnapshot, ViewMemory } from '../../protocol/chatProtocol';
import type { ChatCompaction, ChatView, MessageParts } from './chatPorts';
import { storedConversation, summaryOf, type Conversation } from './conversation';
import { ConversationChoices } from './conversationChoices';
import { ConversationContext } from './conversationContext';
import { ConversationOpener, type ConversationOpenerDeps } from './conversationOpener';
import { FirstMessages } from './firstMessages';
import { MeasureFeed } from './measureFeed';
import { MessageQueue } from './messageQueue';
import { ShownConversation, type ShownConversationDeps } from './shownConversation';
import { StatusFeed } from './statusFeed';
import { StoreFollower } from './storeFollower';
import { giveBackUnsent } from './unsentMessages';
import { feedTurns } from './turnFeed';

export interface ChatControllerDeps extends Omit<ShownConversationDeps, 'queued'>, ConversationOpenerDeps {
  readonly turns: TurnRunner;
  readonly compaction: ChatCompaction;
  readonly messages: MessageParts;
  /** Shows the view; the keyboard stays where it is when asked to. */
  readonly revealView: (preserveFocus: boolean) => Promise<void>;
}

/**
 * Decides which conversation is shown and keeps the view a faithful copy of it.
 * Showing, hiding and rebuilding the view writes nothing.
 */
export class ChatController implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly shown: ShownConversation;
  private readonly opener: ConversationOpener;
  private readonly status: StatusFeed;
  private readonly firstMessages = new FirstMessages();
  private opening: Promise<Conversation> | undefined;

  /** What a person chooses for the conversation shown. */
  readonly choices: ConversationChoices;
  /** What is attached to the conversation shown. */
  readonly context: ConversationContext;
  /** Messages that wait for the reply before them, in all sessions. */
  readonly queue: MessageQueue;
  /** Another session is shown, or what is known of it has changed. */
  readonly onDidChangeCurrent: Event<void>;

  constructor(private readonly deps: ChatControllerDeps) {
    const { store, memory, turns, models, skills, attachments } = deps;
    const queue: MessageQueue = new MessageQueue({
      ...deps,
      send: (id, { text, clientMessageId, skill }) => this.startTurn(id, text, clientMessageId, skill),
      firstMessage: (id) => this.firstMessages.settled(id),
      giveBack: (id, text, where) => giveBackUnsent({ shown, memory }, id, text, where),
    });
    this.queue = this.disposables.add(queue);
    const shown: ShownConversation = this.disposables.add(
      new ShownConversation({ ...deps, queued: (id) => queue.list(id) }),
    );
    this.shown = shown;
    this.onDidChangeCurrent = shown.onDidChange;
    this.opener = new ConversationOpener(deps);
    this.status = new StatusFeed(deps, shown.publisher, () => shown.current);
    const conversation = (): Promise<Conversation> => this.conversation();
    this.context = new ConversationContext({ store, shown, attachments, memory, conversation });
    this.choices = new ConversationChoices({
      store,
      shown,
      clock: deps.clock,
      conversation,
      onDidChoose: () => this.publishStatus(),
    });
    this.disposables.add(new MeasureFeed({ ...deps, shown }));
    const { opener, status, firstMessages } = this;
    this.disposables.add(new StoreFollower({ store, memory, shown, firstMessages, opener, status }));
    this.disposables.add(feedTurns({ turns, queue, shown }));
    this.disposables.add(store.onDidChangeState(() => this.publishStatus()));
    this.disposables.add(
      store.onDidReopen(() => shown.inBackground('What is shown was not looked for again', () => this.reload())),
    );
    this.disposables.add(models.onDidChangeModels(() => this.publishStatus()));
    this.disposables.add(skills.onDidChange(() => this.publishStatus()));
  }

  /** Id of the conversation shown; undefined before a view or command asked for one. */
  get currentId(): SessionId | undefined {
    return this.shown.current?.id;
  }

  get currentSession(): Session | null {
    return this.shown.current?.session ?? null;
  }

  get isStreaming(): boolean {
    return this.currentId !== undefined && this.shown.turnOf(this.currentId) !== null;
  }

  /** A person has the chat before them. */
  get isVisible(): boolean {
    return this.shown.publisher.visible;
  }

  /** Stops a turn, or asks the window that drives it to. */
  async stopTurn(turnId: TurnId): Promise<void> {
    if (!(await this.shown.foreign.askToStop(turnId))) {
      await this.deps.turns.stop(turnId);
    }
  }

  /** Stops what runs in the conversation shown. Does nothing when nothing does. */
  async stop(): Promise<void> {
    const turn = this.currentId === undefined ? null : this.shown.turnOf(this.currentId);
    if (turn !== null) {
      await this.stopTurn(turn.turnId);
    }
  }

  /** Model of a conversation that has no row yet to keep it in. */
  chosenModelOf(id: SessionId): ModelRef | null {
    const { current } = this.shown;
    const conversation = current?.id === id ? current : this.firstMessages.find(id);
    return conversation?.chosenModel ?? null;
  }

  /** Connects a view; the returned disposable ends only what belongs to that view. A running turn goes on. */
  attach(view: ChatView): Disposable {
    return this.shown.attach(view);
  }

  onViewHidden(view: ChatView): void {
    this.shown.onViewHidden(view);
  }

  /** Everything that the view shows. The first call in a window resumes the session of this folder, if there is one. */
  async snapshot(): Promise<SessionSnapshot> {
    const snapshot = await this.shown.snapshot(() => this.conversation());
    if (this.deps.skills.knownStatus(null) === undefined) {
      this.status.publish();
    }
    return snapshot;
  }

  /** The conversation shown; the first call in a window resumes or starts one. */
  conversation(): Promise<Conversation> {
    if (this.shown.current !== undefined) {
      return Promise.resolve(this.shown.current);
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
    if (this.currentId !== id) {
      this.shown.show(storedConversation(session, null));
    }
    await this.focus();
    return toSummary(session);
  }

  /**
   * Ends the session shown and shows a fresh one, which gets a row with its first message. The keyboard moves to the
   * composer, unless something else is about to ask.
   */
  async newSession({ preserveFocus = false } = {}): Promise<SessionSummary> {
    const fresh = await this.opener.startFresh();
    const left = await this.conversation();
    if (left.session === null) {
      // Nothing may be awaited before the fresh one is shown: what is typed meanwhile belongs to the one that is left.
      this.firstMessages.end(left.id);
      this.shown.inBackground('The draft was not removed', () => this.deps.memory.forget(['unsaved']));
    } else if (left.session.endedAt === null) {
      await (await this.deps.store.manager()).end(left.id);
    }
    this.shown.show(fresh);
    await (preserveFocus ? this.deps.revealView(true) : this.focus());
    return summaryOf(fresh, this.deps.clock.now());
  }

  /**
   * Sends a message, or with `skill` calls a skill with the text as its arguments. Resolves when it is on disk;
   * rejects, with nothing sent, when it is not.
   */
  async startTurn(sessionId: SessionId, text: string, clientMessageId: string, skill?: string): Promise<TurnStarted> {
    const conversation = await this.conversation();
    const { turns, messages, store } = this.deps;
    const attached = conversation.id === sessionId ? conversation.attached : [];
    const start = async (): Promise<TurnStarted> => {
      const parts = await messages.parts(sessionId, attached, text, skill);
      if (parts.context !== undefined) {
        // What was read again may have another size.
        this.shown.inBackground('The attachments were not shown again', () => this.context.publish());
      }
      return turns.start({ sessionId, text, clientMessageId, ...parts });
    };
    if (conversation.id !== sessionId || conversation.session !== null) {
      return start();
    }
    return this.firstMessages.during(conversation, async () => {
      const manager = await store.manager();
      const { key, chosenSkill, chosenTitle } = conversation;
      manager.prepareSession(sessionId, {
        key,
        skill: chosenSkill,
        context: attached,
        ...(chosenTitle === null ? {} : { title: chosenTitle }),
      });
      return start();
    });
  }

  /** Sends what was typed in the composer, or keeps it behind a reply that runs; see `MessageQueue.submit`. */
  async submitTyped(sessionId: SessionId, message: QueuedMessage): Promise<{ readonly turnId: TurnId | null }> {
    const result = await this.queue.submit(sessionId, message);
    // The view may show another session by now, or be gone, and would bring the text back with this one.
    const { memory } = this.deps;
    this.shown.inBackground('The draft was not removed', () => memory.takeSent(sessionId, asTyped(message)));
    return result;
  }

  /** A session, also the one shown while it has no row yet. Rejects with `session/not-found`. */
  async summaryOf(id: SessionId): Promise<SessionSummary> {
    const conversation = await this.conversation();
    return conversation.id === id
      ? summaryOf(conversation, this.deps.clock.now())
      : toSummary(await (await this.deps.store.manager()).get(id));
  }

  /** Keeps a draft and scroll position. What a slow view sends for a conversation that is gone is ignored. */
  async saveMemory(id: SessionId, memory: ViewMemory): Promise<void> {
    if (id === this.currentId && this.currentSession === null) {
      await this.deps.memory.set('unsaved', memory);
    } else if (id === this.currentId || (await this.isStored(id))) {
      await this.deps.memory.set(id, memory);
    } else if (id === this.shown.current?.takesOver && this.shown.current.takesUnsaved && memory.draft === '') {
      // The view has taken the draft along.
      await this.deps.memory.set('unsaved', memory);
    }
  }

  /** Shows what another store, or the same one opened anew, has of the conversation shown, or else resumes there. */
  async reload(): Promise<void> {
    const left = await this.conversation();
    const found = this.deps.store.state.kind === 'unavailable' ? left : await this.opener.findAgain(left);
    if (found !== left && this.shown.current === left) {
      this.shown.show(found);
    } else {
      this.shown.sendSnapshot();
    }
  }

  async focus(): Promise<void> {
    await this.deps.revealView(false);
    this.shown.publisher.notify('composer/focus', {});
  }

  /** Tells the view of the model, the workspace, the store and the settings as they stand now. */
  publishStatus(): void {
    this.status.publish();
    this.shown.notifyChanged();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async begin(): Promise<Conversation> {
    const conversation = await this.opener.resumeOrStart();
    // A command may have shown another one while this one was looked for.
    if (this.shown.current === undefined) {
      this.shown.show(conversation);
    }
    return this.shown.current ?? conversation;
  }

  private async isStored(id: SessionId): Promise<boolean> {
    return (await (await this.deps.store.openManager())?.getSession(id)) !== undefined;
  }
}
