import { AppError } from '../../../src/core/base/errors';
import type { ModelDelta } from '../../../src/core/turn/modelProvider';
import { provider } from '../core/turn/turnDoubles';

const usage = { inputTokens: 1, outputTokens: 1 };

/** A model whose pieces a test sends one by one. */
export class Feed {
  private readonly waiting: (ModelDelta | AppError)[] = [];
  private wake: () => void = () => undefined;
  readonly provider = provider((signal) => this.stream(signal));

  say(text: string): void {
    this.push({ type: 'text', text });
  }
  finish(): void {
    this.push({ type: 'finish', reason: 'stop', usage });
  }
  /** Ends the answer with a refusal that is not tried again by itself. */
  fail(): void {
    this.push(new AppError('model/unauthorized'));
  }
  private push(delta: ModelDelta | AppError): void {
    this.waiting.push(delta);
    this.wake();
  }
  private async *stream(signal: AbortSignal): AsyncIterable<ModelDelta> {
    signal.addEventListener('abort', () => this.wake());
    for (;;) {
      const next = this.waiting.shift();
      if (signal.aborted) {
        return;
      }
      if (next === undefined) {
        await new Promise<void>((resolve) => (this.wake = resolve));
      } else if (next instanceof AppError) {
        throw next;
      } else {
        yield next;
        if (next.type === 'finish') {
          return;
        }
      }
    }
  }
}
