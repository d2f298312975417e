import { AppError } from '../base/errors';
import type { SessionId, TurnId } from '../session/session';
import type { TurnView } from './turnView';

/** A turn whose model is still being looked for: nothing of it is stored or sent yet, and it can be stopped. */
export class PlannedTurn {
  private readonly controller = new AbortController();
  private readonly stopped: Promise<never>;

  constructor(
    readonly sessionId: SessionId,
    readonly turnId: TurnId,
    private readonly startedAt: number,
  ) {
    this.stopped = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(new AppError('cancelled')));
    });
    // It is waited for only while the turn is planned.
    this.stopped.catch(() => undefined);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get view(): TurnView {
    const { sessionId, turnId, startedAt } = this;
    return {
      ...{ sessionId, turnId, startedAt, parentId: null, model: null, text: '', reasoning: '' },
      phase: this.signal.aborted ? 'stopping' : 'preparing',
      pendingTools: [],
      retry: null,
    };
  }

  stop(): void {
    this.controller.abort();
  }

  /** As the task, but rejects with `cancelled` at once when the turn is stopped, whether or not the task listens. */
  unlessStopped<T>(task: Promise<T>): Promise<T> {
    return Promise.race([task, this.stopped]);
  }

  /** To be asked in the very step that goes on with the turn: a stop may have come since the task was done. */
  throwIfStopped(): void {
    if (this.signal.aborted) {
      throw new AppError('cancelled');
    }
  }
}
