import { DisposableStore, type Disposable } from '../../core/base/disposable';
import type { SessionId } from '../../core/session/session';
import type { TurnRunner } from '../../core/turn/turnRunner';
import type { MessageQueue } from './messageQueue';
import type { ShownConversation } from './shownConversation';
import { toViewTurn } from './viewEvents';

export interface TurnFeedDeps {
  readonly turns: Pick<TurnRunner, 'onDidStream' | 'onDidChangeTurn'>;
  readonly queue: MessageQueue;
  readonly shown: ShownConversation;
}

/** Tells the view how the turn of the conversation shown goes on, and what waits for its end. */
export function feedTurns({ turns, queue, shown }: TurnFeedDeps): Disposable {
  const { publisher } = shown;
  const disposables = new DisposableStore();
  const isShown = (id: SessionId): boolean => id === shown.current?.id;
  disposables.add(
    turns.onDidStream(({ sessionId, ...delta }) => {
      if (isShown(sessionId)) {
        publisher.addDelta(delta);
      }
    }),
  );
  disposables.add(
    turns.onDidChangeTurn(({ sessionId, view }) => {
      if (isShown(sessionId)) {
        // A try of this window that was refused leaves the turn of the other one as it is.
        publisher.notify('turn/state', { turn: toViewTurn(view ?? shown.turnOf(sessionId)) });
        shown.notifyChanged();
      }
    }),
  );
  disposables.add(
    queue.onDidChange((id) => {
      if (isShown(id)) {
        publisher.notify('queue/updated', { queued: queue.list(id) });
      }
    }),
  );
  return disposables;
}
