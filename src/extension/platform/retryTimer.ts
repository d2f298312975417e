import type { Disposable } from '../../core/base/disposable';
import type { Timers } from '../../core/base/ports';

/** How many times the first pause the longest one is. */
const longest = 15;

/** One try at a time, each after twice the pause of the one before. */
export class RetryTimer {
  private timer: Disposable | undefined;
  private tries = 0;

  constructor(
    private readonly timers: Timers,
    /** Milliseconds of the first pause. */
    private readonly firstMs: number,
  ) {}

  /** Does nothing while a try is waiting already. */
  schedule(callback: () => void): void {
    if (this.timer !== undefined) {
      return;
    }
    const pause = this.firstMs * Math.min(2 ** this.tries, longest);
    this.tries++;
    this.timer = this.timers.after(pause, () => {
      this.timer = undefined;
      callback();
    });
  }

  cancel(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }

  /** The next pause is the first again. */
  reset(): void {
    this.cancel();
    this.tries = 0;
  }
}
