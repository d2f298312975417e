import { l10n } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { isAppError, isCancellation } from '../../core/base/errors';
import { Emitter, type Event } from '../../core/base/event';
import type { Logger } from '../../core/base/ports';
import { asTyped, joinDrafts } from '../../core/session/drafts';
import type { SessionId, TurnId } from '../../core/session/session';
import type { SessionsChange } from '../../core/session/sessionChanges';
import type { TurnRunner } from '../../core/turn/turnRunner';
import type { QueuedMessage } from '../../protocol/chatProtocol';
import { textOfError } from '../platform/errorTexts';
import type { StoreHost } from '../platform/storeHost';
import type { ViewMemoryStore } from './viewMemoryStore';

export interface MessageQueueDeps {
  readonly store: StoreHost;
  readonly turns: Pick<TurnRunner, 'viewOf' | 'onDidChangeTurn' | 'startedBy'>;
  readonly memory: ViewMemoryStore;
  /** Sends a message now. Resolves when it is on disk. */
  readonly send: (sessionId: SessionId, message: QueuedMessage) => Promise<{ readonly turnId: TurnId }>;
  /** Resolves when the message that makes a session is on disk or refused; at once where none is on its way. */
  readonly firstMessage: (sessionId: SessionId) => Promise<void>;
  /** The session of these messages is in the trash or gone: the text is the person's again. */
  readonly giveBack: (sessionId: SessionId, text: string, where: 'trash' | 'gone') => Promise<void>;
  readonly logger: Logger;
}

/** Why the first message does not go: its sending failed, or the reply before it did. */
interface Problem {
  readonly kind: 'store' | 'message' | 'reply';
  readonly text: string;
}

/**
 * Messages that were sent while a reply was running in their session, by this window or another one: each goes when the
 * reply before it is over, whatever is shown by then. They outlive the window as drafts, and are not sent by themselves
 * once nobody can see them wait.
 */
export class MessageQueue implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(new Emitter<SessionId>());
  private readonly problems = new Map<SessionId, Problem>();
  /** Sessions in which it is looked whether the first message can go, and those in which something happened meanwhile. */
  private readonly advancing = new Set<SessionId>();
  private readonly stirred = new Map<SessionId, { readonly asked: boolean }>();
  /** Messages on their way to the disk. */
  private readonly leaving = new Set<string>();

  /** Fires with the session whose waiting messages are other ones now. */
  readonly onDidChange: Event<SessionId> = this.changed.event;

  constructor(private readonly deps: MessageQueueDeps) {
    const { store, turns } = deps;
    this.returnToDrafts();
    this.disposables.add(
      turns.onDidChangeTurn(({ sessionId, view }) => {
        if (view === null) {
          this.advance(sessionId);
        }
      }),
    );
    this.disposables.add(store.onDidChangeSessions((change) => this.onSessionsChanged(change)));
    this.disposables.add(
      store.onDidChangeState(({ kind }) => {
        if (kind === 'ok') {
          this.retryWhatTheStoreRefused();
        }
      }),
    );
  }

  /** Messages that wait in a session, in order. */
  list(id: SessionId): readonly QueuedMessage[] {
    const problem = this.problems.get(id)?.text;
    const waiting = this.waitingIn(id);
    return problem === undefined
      ? waiting
      : waiting.map((message, index) => (index === 0 ? { ...message, problem } : message));
  }

  /**
   * Sends a message, or keeps it behind those that wait when a reply is running: `turnId` is null then.
   * Rejects when it could neither be sent nor kept. The same message a second time changes nothing.
   */
  async submit(sessionId: SessionId, message: QueuedMessage): Promise<{ readonly turnId: TurnId | null }> {
    // Until then there is no session to wait in, and none to come back to after a reload.
    await this.deps.firstMessage(sessionId);
    const started = this.deps.turns.startedBy(sessionId, message.clientMessageId);
    if (started !== undefined) {
      return started;
    }
    const waiting = this.waitingIn(sessionId);
    if (waiting.some(({ clientMessageId }) => clientMessageId === message.clientMessageId)) {
      return { turnId: null };
    }
    if (waiting.length === 0 && !(await this.isRunning(sessionId))) {
      try {
        return await this.deps.send(sessionId, message);
      } catch (error) {
        if (!isBusy(error)) {
          throw error;
        }
      }
    }
    await this.set(sessionId, [...this.waitingIn(sessionId), message]);
    // The reply may be over by now.
    this.sendNow(sessionId);
    return { turnId: null };
  }

  /** Takes a message out. False when it was sent already or is being sent. */
  async remove(sessionId: SessionId, clientMessageId: string): Promise<boolean> {
    const waiting = this.waitingIn(sessionId);
    const index = waiting.findIndex((message) => message.clientMessageId === clientMessageId);
    if (index < 0 || this.leaving.has(clientMessageId)) {
      return false;
    }
    await this.set(sessionId, waiting.toSpliced(index, 1));
    return true;
  }

  /** Sends the first message also after an earlier failure, unless a reply is running. */
  sendNow(sessionId: SessionId): void {
    this.problems.delete(sessionId);
    this.advance(sessionId, true);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private waitingIn(id: SessionId): readonly QueuedMessage[] {
    return this.deps.memory.queues.find(([session]) => session === id)?.[1] ?? [];
  }

  private async set(id: SessionId, messages: readonly QueuedMessage[]): Promise<void> {
    if (messages.length === 0) {
      this.problems.delete(id);
    }
    await this.deps.memory.setQueue(id, messages);
    this.changed.fire(id);
  }

  /** What waited in a window that is gone is left to the person. Drafts first: rather twice than not at all. */
  private returnToDrafts(): void {
    const { memory } = this.deps;
    for (const [id, messages] of memory.queues) {
      this.inBackground(async () => {
        const draft = memory.addToDraft(id, joinDrafts(...messages.map(asTyped)));
        await Promise.all([draft, memory.setQueue(id, [])]);
      });
    }
  }

  private onSessionsChanged({ kind, ids, sessions }: SessionsChange): void {
    for (const [id] of this.deps.memory.queues) {
      if (kind === 'deleted' && ids.includes(id)) {
        this.inBackground(() => this.giveBack(id, 'gone'));
      } else if (sessions.some((session) => session.id === id && session.deletedAt !== null)) {
        this.inBackground(() => this.giveBack(id, 'trash'));
      } else if (kind === 'reset') {
        this.inBackground(() => this.lookAgain(id));
      } else if (ids.includes(id)) {
        this.advance(id);
      }
    }
  }

  /** Another window wrote, and may have thrown the session away. */
  private async lookAgain(id: SessionId): Promise<void> {
    const session = await (await this.deps.store.manager()).getSession(id);
    if (session === undefined || session.deletedAt !== null) {
      await this.giveBack(id, session === undefined ? 'gone' : 'trash');
    } else {
      this.advance(id);
    }
  }

  private retryWhatTheStoreRefused(): void {
    for (const [id, { kind }] of [...this.problems]) {
      if (kind === 'store') {
        this.sendNow(id);
      }
    }
  }

  /** Sends the first message when nothing keeps it; `asked` when the person wants it in spite of a failure before it. */
  private advance(sessionId: SessionId, asked = false): void {
    if (this.advancing.has(sessionId)) {
      this.stirred.set(sessionId, { asked: asked || this.stirred.get(sessionId)?.asked === true });
      return;
    }
    const [first] = this.waitingIn(sessionId);
    const held = this.problems.get(sessionId);
    if (first === undefined || held?.kind === 'store' || held?.kind === 'message') {
      return;
    }
    this.advancing.add(sessionId);
    this.inBackground(async () => {
      let again = false;
      try {
        again = await this.trySending(sessionId, first, asked);
      } finally {
        this.advancing.delete(sessionId);
        this.changed.fire(sessionId);
        const stirred = this.stirred.get(sessionId);
        this.stirred.delete(sessionId);
        if (stirred !== undefined || again) {
          this.advance(sessionId, stirred?.asked);
        }
      }
    });
  }

  /** True when the next one may follow. */
  private async trySending(sessionId: SessionId, message: QueuedMessage, asked: boolean): Promise<boolean> {
    const { clientMessageId } = message;
    try {
      if (await this.isRunning(sessionId)) {
        return false;
      }
      if (!asked && (await this.replyFailed(sessionId))) {
        this.problems.set(sessionId, { kind: 'reply', text: l10n.t('The reply before it failed.') });
        return false;
      }
      this.problems.delete(sessionId);
      if (this.waitingIn(sessionId)[0]?.clientMessageId !== clientMessageId) {
        // It was taken out meanwhile.
        return true;
      }
      this.leaving.add(clientMessageId);
      await this.deps.send(sessionId, message);
      await this.set(
        sessionId,
        this.waitingIn(sessionId).filter((each) => each.clientMessageId !== clientMessageId),
      );
      return true;
    } catch (error) {
      await this.onRefused(sessionId, error);
      return false;
    } finally {
      this.leaving.delete(clientMessageId);
    }
  }

  private async onRefused(sessionId: SessionId, error: unknown): Promise<void> {
    if (isAppError(error, 'session/in-trash', 'session/not-found')) {
      await this.giveBack(sessionId, error.code === 'session/in-trash' ? 'trash' : 'gone');
    } else if (!isBusy(error) && !isCancellation(error)) {
      this.deps.logger.warn('A waiting message could not be sent', error);
      this.problems.set(sessionId, this.problemOf(error));
    }
  }

  private problemOf(error: unknown): Problem {
    const ofStore = isAppError(error) && error.code.startsWith('store/');
    // The chat says of a store in trouble what is wrong, and the message goes by itself when that is over.
    const isTold = ofStore && this.deps.store.state.kind !== 'ok';
    return {
      kind: ofStore ? 'store' : 'message',
      text: isTold ? l10n.t('It is sent as soon as it can be saved.') : textOfError(error),
    };
  }

  private async giveBack(id: SessionId, where: 'trash' | 'gone'): Promise<void> {
    const text = joinDrafts(...this.waitingIn(id).map(asTyped));
    if (text !== '') {
      // At once, so that whoever else hears of the end of the session finds nothing to give back again.
      await Promise.all([this.deps.giveBack(id, text, where), this.set(id, [])]);
    }
  }

  private async isRunning(id: SessionId): Promise<boolean> {
    if (this.deps.turns.viewOf(id) !== null) {
      return true;
    }
    return (await (await this.deps.store.manager()).foreignReply(id)) !== undefined;
  }

  private async replyFailed(id: SessionId): Promise<boolean> {
    return (await (await this.deps.store.manager()).getSession(id))?.turnStatus === 'failed';
  }

  private inBackground(task: () => Promise<void>): void {
    task().catch((error: unknown) => this.deps.logger.warn('Waiting messages could not be kept', error));
  }
}

/** A reply is running in the session, here or in another window. */
function isBusy(error: unknown): boolean {
  return isAppError(error, 'session/busy', 'session/busy-elsewhere');
}
