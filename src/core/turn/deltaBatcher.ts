import type { Disposable } from '../base/disposable';
import type { Timers } from '../base/ports';
import type { ModelDelta } from './modelProvider';

/** Short enough to look immediate, long enough that a fast model costs some dozens of steps a second. */
const batchMs = 16;
/** A batch does not wait beyond this many characters. */
const batchLength = 65_536;

type TextDelta = Extract<ModelDelta, { type: 'text' | 'reasoning' }>;

/** Joins neighbouring pieces of text, so that a million tiny ones cost no more than their length. Keeps the order. */
export class DeltaBatcher implements Disposable {
  private pieces: string[] = [];
  private length = 0;
  private type: TextDelta['type'] = 'text';
  private timer: Disposable | undefined;

  constructor(
    private readonly timers: Timers,
    private readonly deliver: (delta: ModelDelta) => void,
  ) {}

  add(delta: ModelDelta): void {
    if (delta.type !== 'text' && delta.type !== 'reasoning') {
      this.flush();
      this.deliver(delta);
      return;
    }
    if (delta.type !== this.type) {
      this.flush();
      this.type = delta.type;
    }
    this.pieces.push(delta.text);
    this.length += delta.text.length;
    if (this.length >= batchLength) {
      this.flush();
    } else {
      this.timer ??= this.timers.after(batchMs, () => this.flush());
    }
  }

  /** Delivers what has gathered at once. */
  flush(): void {
    this.timer?.dispose();
    this.timer = undefined;
    if (this.pieces.length > 0) {
      const text = this.pieces.join('');
      this.pieces = [];
      this.length = 0;
      this.deliver({ type: this.type, text });
    }
  }

  /** Drops what has gathered. */
  dispose(): void {
    this.pieces = [];
    this.flush();
  }
}
