import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { toSummary, type Session, type SessionId } from '../../core/session/session';
import type { AppendedEvents, SessionsChange } from '../../core/session/sessionChanges';
import { startsTurn } from '../../core/session/startsTurn';
import type { StoreHost } from '../platform/storeHost';
import { plainTitle, withoutLinks } from '../sessions/sessionText';
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
  private reopenings = 0;

  constructor(private readonly deps: StoreFollowerDeps) {
    const { store } = deps;
    this.disposables.add(store.onDidAppendEvents((appended) => this.onAppended(appended)));
    this.disposables.add(store.onDidChangeSessions((change) => this.onSessionsChanged(change)));
    // Another store has nothing to say of what other windows did.
    this.disposables.add(store.onDidReopen(() => (this.reopenings += 1)));
    this.disposables.add(store.onDidGrowReplies((ids) => this.onRepliesGrew(ids)));
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
    const continuesBranch =
      events[0] === undefined || (events[0].parentId === headOf(current) && events.at(-1)?.id === session.headId);
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

  private onRepliesGrew(ids: readonly SessionId[]): void {
    const { shown } = this.deps;
    const id = shown.current?.id;
    if (id !== undefined && ids.includes(id)) {
      shown.inBackground('The reply of another window was not shown', () => this.showGrowth(id));
    }
  }

  /** Of a reply that is over meanwhile the events tell, which stay on the screen when its growing text goes. */
  private async showGrowth(id: SessionId): Promise<void> {
    const { shown } = this.deps;
    const reply = await shown.foreign.find(id);
    if (reply !== undefined && shown.current?.id === id) {
      shown.foreign.publish(reply);
      shown.notifyChanged();
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

  /** The person did not do it here, so they are told why the conversation has gone. */
  private tellWhereItWent(session: Session | undefined): void {
    void vscode.window.showInformationMessage(
      session === undefined
        ? vscode.l10n.t('The session shown was deleted for good in another window.')
        : vscode.l10n.t(
            'The session shown, “{0}”, was moved to the trash in another window. It can be restored from there.',
            withoutLinks(plainTitle(session.title, session.id)),
          ),
    );
  }

  private async replaceDeleted(id: SessionId): Promise<void> {
    const fresh = await this.deps.opener.startFresh();
    if (this.deps.shown.current?.id === id) {
      this.deps.shown.show({ ...fresh, takesOver: id });
    }
  }

  private async readAgain(id: SessionId): Promise<void> {
    const { shown, store } = this.deps;
    const { reopenings } = this;
    const session = await (await store.openManager())?.getSession(id);
    const reply = session === undefined ? undefined : await shown.foreign.find(id);
    const { current } = shown;
    // What was read before our own newest event is older than what is shown.
    if (
      current?.id !== id ||
      reopenings !== this.reopenings ||
      (session?.lastSeq ?? Infinity) < (current.session?.lastSeq ?? 0)
    ) {
      return;
    }
    const moved = session !== undefined && session.headId !== headOf(current);
    this.follow(current, session);
    if (session === undefined || session.deletedAt !== null) {
      this.tellWhereItWent(session);
    } else if (moved) {
      // The events and the end of the growing text that they hold come in one piece.
      shown.foreign.take(reply);
      shown.startAgain();
    } else {
      shown.foreign.publish(reply);
    }
  }
}
