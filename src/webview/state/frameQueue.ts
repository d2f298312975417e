import type { Disposable } from '../../core/base/disposable';

export interface FrameScheduler {
  /** Calls back once, before the next paint or shortly after when nothing is painted. Returns how to call it off. */
  schedule(callback: () => void): () => void;
}

/** A hidden page paints nothing: then the queue must not wait for a frame. */
const longestWaitMs = 100;

export const browserFrames: FrameScheduler = {
  schedule: (callback) => {
    const frame = requestAnimationFrame(() => {
      clearTimeout(timer);
      callback();
    });
    const timer = setTimeout(() => {
      cancelAnimationFrame(frame);
      callback();
    }, longestWaitMs);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  },
};

/** Collects values and hands them over once per frame, in order. */
export class FrameQueue<T> implements Disposable {
  private waiting: T[] = [];
  private cancel: (() => void) | undefined;

  constructor(
    private readonly frames: FrameScheduler,
    private readonly deliver: (values: readonly T[]) => void,
  ) {}

  push(value: T): void {
    this.waiting.push(value);
    this.cancel ??= this.frames.schedule(() => this.flush());
  }

  /** Hands over at once what waits. */
  flush(): void {
    this.cancel?.();
    this.cancel = undefined;
    const values = this.waiting;
    this.waiting = [];
    if (values.length > 0) {
      this.deliver(values);
    }
  }

  dispose(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.waiting = [];
  }
}
