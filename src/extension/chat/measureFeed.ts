import { DisposableStore, type Disposable } from '../../core/base/disposable';
import type { Logger, Timers } from '../../core/base/ports';
import type { ChatCompaction } from './chatPorts';
import type { ShownConversation } from './shownConversation';
import { toViewCompaction } from './viewEvents';

export interface MeasureFeedDeps {
  readonly compaction: ChatCompaction;
  readonly shown: ShownConversation;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** What is shown changes in bursts, and counting reads all that would be sent: the conversation is to stand first. */
const settleMs = 400;

/** Tells the view how much of its model's window the conversation takes, and how far a compaction has come. */
export class MeasureFeed implements Disposable {
  private readonly disposables = new DisposableStore();
  private pending: Disposable | undefined;

  constructor(private readonly deps: MeasureFeedDeps) {
    const { compaction, shown } = deps;
    this.disposables.add(shown.onDidChange(() => this.schedule()));
    this.disposables.add(
      compaction.onDidChange(({ sessionId, progress }) => {
        if (sessionId === shown.current?.id) {
          shown.publisher.notify('compaction/updated', { compaction: toViewCompaction(progress) });
          this.schedule();
        }
      }),
    );
  }

  /** Counts again once nothing has changed for a moment. A hidden view needs no number. */
  schedule(): void {
    this.pending?.dispose();
    this.pending = this.deps.timers.after(settleMs, () => {
      this.pending = undefined;
      this.send().catch((error: unknown) => this.deps.logger.warn('The room in the window was not measured', error));
    });
  }

  dispose(): void {
    this.pending?.dispose();
    this.disposables.dispose();
  }

  private async send(): Promise<void> {
    const { compaction, shown } = this.deps;
    const id = shown.current?.id;
    if (id === undefined || !shown.publisher.visible) {
      return;
    }
    const measure = shown.current?.session == null ? null : await compaction.measure(id);
    if (shown.current?.id === id) {
      shown.publisher.notify('measure/updated', { measure });
    }
  }
}
