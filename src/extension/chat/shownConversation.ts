import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { Emitter, type Event } from '../../core/base/event';
import type { Logger, Timers } from '../../core/base/ports';
import type { SessionId } from '../../core/session/session';
import type { PartialReply } from '../../core/session/sessionService';
import type { TurnRunner } from '../../core/turn/turnRunner';
import type { TurnView } from '../../core/turn/turnView';
import type { SessionSnapshot } from '../../protocol/chatProtocol';
import type { ChatView } from './chatPorts';
import { buildSnapshot, type SnapshotDeps } from './chatSnapshot';
import type { Conversation } from './conversation';
import { ForeignTurn } from './foreignTurn';
import { toViewTurn } from './viewEvents';
import { ViewPublisher } from './viewPublisher';

export interface ShownConversationDeps extends SnapshotDeps {
  readonly turns: Pick<TurnRunner, 'viewOf'>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** The conversation that is shown, and the view as a faithful copy of it. Writes nothing. */
export class ShownConversation implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(new Emitter<void>());
  private conversation: Conversation | undefined;

  /** Another conversation is shown, or what is known of it has changed. */
  readonly onDidChange: Event<void> = this.changed.event;
  readonly publisher: ViewPublisher;
  /** The reply that another window writes in it. */
  readonly foreign: ForeignTurn;

  constructor(private readonly deps: ShownConversationDeps) {
    this.publisher = this.disposables.add(new ViewPublisher(deps.timers));
    this.foreign = new ForeignTurn(deps.store, this.publisher);
  }

  get current(): Conversation | undefined {
    return this.conversation;
  }

  /** The turn that runs in the conversation, in this window or another one. */
  turnOf(id: SessionId): TurnView | null {
    return this.deps.turns.viewOf(id) ?? this.foreign.viewOf(id);
  }

  /** Shows another conversation. */
  show(conversation: Conversation): void {
    this.publisher.startEpoch();
    this.replace(conversation);
    this.sendSnapshot();
  }

  /** Takes over what has become of the conversation shown. */
  replace(conversation: Conversation): void {
    this.conversation = conversation;
    this.publisher.touch();
    this.changed.fire();
  }

  notifyChanged(): void {
    this.changed.fire();
  }

  /** Connects a view; the returned disposable ends only what belongs to that view. */
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
    if (this.publisher.isAttached(view) && this.conversation?.notice != null) {
      this.replace({ ...this.conversation, notice: null });
    }
  }

  /** Everything that the view shows of what `conversation` gives. */
  async snapshot(conversation: () => Promise<Conversation>): Promise<SessionSnapshot> {
    for (;;) {
      const shown = await conversation();
      const { revision } = this.publisher;
      const find = async () => (shown.session === null ? undefined : this.foreign.find(shown.id));
      const reply = await find();
      this.foreign.take(reply);
      const content = await buildSnapshot(this.deps, shown);
      // Whatever happened while the page was read would be missing from it, or stand in it twice.
      const isSame = reply === undefined || isSamePart(reply, await find());
      if (isSame && revision === this.publisher.revision && shown === this.conversation) {
        return this.publisher.stamp({ ...content, turn: toViewTurn(this.turnOf(shown.id)) });
      }
    }
  }

  /** Replaces, as another transcript, all that the view knows. */
  startAgain(): void {
    this.publisher.startEpoch();
    this.sendSnapshot();
  }

  sendSnapshot(): void {
    this.inBackground('The view was not brought up to date', async () => {
      const { conversation, publisher } = this;
      if (conversation !== undefined && publisher.visible) {
        publisher.sendSnapshot(await this.snapshot(() => Promise.resolve(this.conversation ?? conversation)));
      }
    });
  }

  /** For what nobody waits for: a failure is logged. */
  inBackground(failure: string, task: () => Promise<unknown>): void {
    task().catch((error: unknown) => this.deps.logger.warn(failure, error));
  }

  dispose(): void {
    this.disposables.dispose();
  }
}

/** Whether a reply of another window still grows below the event below which it grew. */
function isSamePart(before: PartialReply, now: PartialReply | undefined): boolean {
  return now?.turnId === before.turnId && now.parentId === before.parentId;
}
