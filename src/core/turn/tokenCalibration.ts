import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/event';
import type { ModelRef } from '../session/session';

/** With fewer tokens what a provider adds of its own (templates, hidden texts) outweighs what is measured. */
const leastTokens = 100;
/** No tokenizer is further from the estimate; a number beyond it counts something else. */
const lowestFactor = 0.25;
const highestFactor = 4;
const refusalMargin = 1.5;
const mostModels = 200;

/** How far the estimate of tokens is off for each model, as its provider's last count showed. */
export class TokenCalibration implements Disposable {
  private readonly factors = new Map<string, number>();
  private readonly changes: Emitter<void>;

  readonly onDidChange: Event<void>;

  /** `initial` is a former `snapshot`; numbers in it that make no sense are left out. */
  constructor(initial: Readonly<Record<string, unknown>> = {}, onListenerError?: (error: unknown) => void) {
    this.changes = new Emitter(onListenerError);
    this.onDidChange = this.changes.event;
    for (const [key, factor] of Object.entries(initial)) {
      if (typeof factor === 'number' && Number.isFinite(factor)) {
        this.factors.set(key, clamp(factor));
      }
    }
  }

  /** What an estimate has to be multiplied with; 1 for a model that no provider has counted for. */
  factorOf(ref: ModelRef): number {
    return this.factors.get(keyOf(ref)) ?? 1;
  }

  /** Learns from a request. The last one wins, so that the number shown for it is the provider's own. */
  record(ref: ModelRef, estimatedTokens: number, reportedTokens: number): void {
    if (estimatedTokens >= leastTokens && reportedTokens > 0) {
      this.set(ref, reportedTokens / estimatedTokens);
    }
  }

  /**
   * Learns from a request that was refused because it has more than `tokens` tokens. How many more is not known: half
   * as many again are assumed, and the next answer puts it right.
   */
  recordRefusal(ref: ModelRef, estimatedTokens: number, tokens: number): void {
    if (estimatedTokens >= leastTokens) {
      this.set(ref, Math.max(this.factorOf(ref), tokens / estimatedTokens) * refusalMargin);
    }
  }

  /** Everything learned, to be kept until the next start. */
  snapshot(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.factors);
  }

  dispose(): void {
    this.changes.dispose();
  }

  private set(ref: ModelRef, factor: number): void {
    const key = keyOf(ref);
    const next = clamp(factor);
    if (this.factors.get(key) === next) {
      return;
    }
    // Set anew it stands last: the first is the one that was not heard of for the longest time.
    this.factors.delete(key);
    this.factors.set(key, next);
    for (const oldest of [...this.factors.keys()].slice(0, -mostModels)) {
      this.factors.delete(oldest);
    }
    this.changes.fire();
  }
}

function keyOf({ provider, model }: ModelRef): string {
  return `${provider}/${model}`;
}

function clamp(factor: number): number {
  return Math.min(highestFactor, Math.max(lowestFactor, factor));
}
