import type { Timers } from '../../../../src/core/base/ports';

/** Calls back when the test says so, and never for what was disposed. */
export class ManualTimers implements Timers {
  private readonly waiting = new Map<() => void, number>();

  after(ms: number, callback: () => void) {
    this.waiting.set(callback, ms);
    return { dispose: () => this.waiting.delete(callback) };
  }

  /** Lets the time pass. */
  run(): void {
    const due = [...this.waiting.keys()];
    this.waiting.clear();
    due.forEach((callback) => callback());
  }

  /** Milliseconds that are waited for. */
  get pending(): readonly number[] {
    return [...this.waiting.values()];
  }
}
