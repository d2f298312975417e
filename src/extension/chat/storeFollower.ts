import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { toSummary, type Session, type SessionId } from '../../core/session/session';
import type { AppendedEvents, SessionsChange } from '../../core/session/sessionChanges';
import { startsTurn } from '../../core/session/startsTurn';
import type { StoreHost } from '../platform/storeHost';
import { headOf, type Conversation } from './conversation';
import type { ConversationOpener } from './conversationOpener';
import type { FirstMessage, FirstMessages } from './firstMessages';
import type { ShownConversation } from './shownConversation';
import type { StatusFeed } from './statusFeed';
import { toViewEvents } from './viewEvents';
import type { ViewMemoryStore } from './viewMemoryStore';

export interface StoreFollowerDeps {
  readonly store: StoreHost;
  readonly memory: ViewMemoryStore;
  readonly shown: ShownConversation;
  readonly firstMessages: FirstMessages;
  readonly opener: ConversationOpener;
  readonly status: StatusFeed;
}

/** Keeps the conversation shown, its view and the drafts in step with what is stored, whoever stored it. */
export class StoreFollower implements Disposable {
  private readonly disposables = new DisposableStore();

  constructor(private readonly deps: StoreFollowerDeps) {
    const { store } = deps;
    this.disposables.add(store.onDidAppendEvents((appended) => this.onAppended(appended)));
    this.disposables.add(store.onDidChangeSessions((change) => this.onSessionsChanged(change)));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private onAppended({ session, events }: AppendedEvents): void {
    const { shown, firstMessages, status } = this.deps;
    const first = firstMessages.take(session.id);
    if (first !== undefined) {
      shown.inBackground('A new session was not completed', () => this.completeRow(first));
    }
    const { current } = shown;
    if (current === undefined || current.id !== session.id) {
      return;
    }
    const continuesBranch = events[0] === undefined || events[0].parentId === headOf(current);
    const wrote = events.some(({ body }) => startsTurn(body));
    shown.replace({ ...current, session, notice: wrote ? null : current.notice });
    if (wrote || events.some(({ provider }) => provider !== undefined)) {
      // Who gets the conversation next is another question with each message and each answer.
      status.publish();
    }
    if (continuesBranch) {
      shown.publisher.notify('session/eventsAppended', { events: toViewEvents(events) });
    } else {
      shown.startAgain();
    }
  }

  /** Writes what the row could not hold before it was there. */
  private async completeRow({ conversation, ended }: FirstMessage): Promise<void> {
    const { memory, store, shown } = this.deps;
    const { id } = conversation;
    const { current } = shown;
    const title = (current?.id === id ? current : conversation).chosenTitle;
    // Another conversation without a row has its own draft in this place.
    if (current === undefined || current.id === id || current.session !== null) {
      await memory.forget(['unsaved']);
    }
    const manager = await store.manager();
    if (title !== null) {
      await manager.rename(id, title);
    }
    if (ended) {
      await manager.end(id);
    }
  }

  private onSessionsChanged(change: SessionsChange): void {
    const { memory, shown, status } = this.deps;
    if (change.kind === 'deleted') {
      shown.inBackground('Drafts were not removed', () => memory.purge(change.ids));
    }
    const { current } = shown;
    if (current?.session == null) {
      status.publishRecent();
    } else if (change.kind === 'reset') {
      shown.inBackground('The session shown was not read again', () => this.readAgain(current.id));
    } else if (change.ids.includes(current.id)) {
      const session = change.sessions.find(({ id }) => id === current.id);
      this.follow(current, session);
    }
  }

  private follow(current: Conversation, session: Session | undefined): void {
    const { shown } = this.deps;
    if (session === undefined || session.deletedAt !== null) {
      shown.inBackground('No fresh session could be shown', () => this.replaceDeleted(current.id));
      return;
    }
    shown.replace({ ...current, session });
    shown.publisher.notify('session/updated', { summary: toSummary(session), turnStatus: session.turnStatus });
  }

  private async replaceDeleted(id: SessionId): Promise<void> {
    const fresh = await this.deps.opener.startFresh();
    if (this.deps.shown.current?.id === id) {
      this.deps.shown.show(fresh);
    }
  }

  private async readAgain(id: SessionId): Promise<void> {
    const { shown, store } = this.deps;
    const session = await (await store.openManager())?.getSession(id);
    const { current } = shown;
    // What was read before our own newest event is older than what is shown.
    if (current?.id !== id || (session?.lastSeq ?? Infinity) < (current.session?.lastSeq ?? 0)) {
      return;
    }
    const moved = session !== undefined && session.headId !== headOf(current);
    this.follow(current, session);
    if (moved) {
      shown.startAgain();
    }
  }
}
