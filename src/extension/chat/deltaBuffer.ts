import type { Disposable } from '../../core/base/disposable';
import type { Timers } from '../../core/base/ports';
import type { TurnId } from '../../core/session/session';

/** Milliseconds between two updates of a streaming answer: smooth to read, and few enough for the slowest machine. */
const flushIntervalMs = 40;

export interface BufferedDelta {
  readonly turnId: TurnId;
  readonly text: string;
  readonly reasoning: string;
}

/** Joins the many small pieces of a stream into a few updates. */
export class DeltaBuffer implements Disposable {
  private pending: BufferedDelta | undefined;
  private timer: Disposable | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly send: (delta: BufferedDelta) => void,
  ) {}

  add(delta: BufferedDelta): void {
    if (this.pending !== undefined && this.pending.turnId !== delta.turnId) {
      this.flush();
    }
    this.pending = {
      turnId: delta.turnId,
      text: (this.pending?.text ?? '') + delta.text,
      reasoning: (this.pending?.reasoning ?? '') + delta.reasoning,
    };
    this.timer ??= this.timers.after(flushIntervalMs, () => this.flush());
  }

  /** Sends what has gathered; call it before anything that must come after the text. */
  flush(): void {
    const pending = this.pending;
    this.clear();
    if (pending !== undefined) {
      this.send(pending);
    }
  }

  /** Drops what has gathered, because a snapshot holds it already. */
  clear(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.pending = undefined;
  }

  dispose(): void {
    this.clear();
  }
}
