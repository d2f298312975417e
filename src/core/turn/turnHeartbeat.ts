import type { Disposable } from '../base/disposable';
import type { Timers } from '../base/ports';

/** Calls again and again, unless something else was a sign of life in between. */
export class TurnHeartbeat implements Disposable {
  private timer: Disposable | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly everyMs: number,
    private readonly beat: () => void,
  ) {}

  /** Waits anew from here on. */
  restart(): void {
    this.timer?.dispose();
    this.timer = this.timers.after(this.everyMs, () => {
      this.restart();
      this.beat();
    });
  }

  dispose(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}
