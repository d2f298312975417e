import type { TokenUsage, EventBody } from '../session/sessionEvent';
import type {
  DraftEvent,
  PhaseName,
  PhaseOf,
  RunningPhase,
  RunningTurn,
  Step,
  TimerName,
  TurnCore,
  TurnEffect,
  TurnInput,
} from './turnState';
import type { TurnLimits } from './turnLimits';

/** One step in the making: the turn as it changes and the effects in their order. Lives only as long as the step. */
export class TurnEdit {
  private readonly effects: TurnEffect[] = [];
  private changed = false;
  private over = false;

  constructor(
    private turn: RunningTurn,
    readonly limits: TurnLimits,
    /** Unix milliseconds of the input. */
    readonly time: number,
  ) {}

  get core(): TurnCore {
    return this.turn.core;
  }

  get now(): RunningPhase {
    return this.turn.now;
  }

  /** The phase with its own fields, or undefined when the turn is in another one. */
  in<P extends PhaseName>(phase: P): PhaseOf<P> | undefined {
    return this.now.phase === phase ? (this.now as PhaseOf<P>) : undefined;
  }

  patch(fields: Partial<TurnCore>): void {
    this.turn = { ...this.turn, core: { ...this.turn.core, ...fields } };
  }

  enter(phase: RunningPhase): void {
    this.turn = { ...this.turn, now: phase };
    this.publish();
  }

  /** Tells views, once and after everything else of the step. */
  publish(): void {
    this.changed = true;
  }

  emit(effect: TurnEffect): void {
    this.effects.push(effect);
  }

  /** Starts a timer anew. What the one before still sends carries another token and is dropped. */
  startTimer(name: TimerName, ms: number): void {
    const token = this.core.nextTimer;
    this.patch({ nextTimer: token + 1, timers: { ...this.core.timers, [name]: token } });
    this.emit({ type: 'startTimer', name, token, ms });
  }

  cancelTimer(...names: readonly TimerName[]): void {
    for (const name of names.filter((candidate) => this.core.timers[candidate] !== undefined)) {
      this.clearTimer(name);
      this.emit({ type: 'cancelTimer', name });
    }
  }

  /** True once for the timer that runs; false for one that was cancelled or started anew since. */
  takeTimer(input: Extract<TurnInput, { type: 'timer' }>): boolean {
    if (this.core.timers[input.name] !== input.token) {
      return false;
    }
    this.clearTimer(input.name);
    return true;
  }

  /** Gives the bodies keys and puts them behind what waits to be stored. The last one carries usage and duration. */
  enqueue(bodies: readonly EventBody[], measured: { usage?: TokenUsage; durationMs?: number } = {}): void {
    const first = this.core.nextKey;
    const events = bodies.map((body, index): DraftEvent => {
      const key = first + index;
      return index === bodies.length - 1 ? { key, body, ...measured } : { key, body };
    });
    this.patch({ nextKey: first + bodies.length, queued: [...this.core.queued, ...events] });
  }

  /** Stops the turn at this step. */
  end(effect: Extract<TurnEffect, { type: 'ended' | 'startSettled' }>): void {
    this.over = true;
    this.emit(effect);
    this.publish();
  }

  toStep(): Step {
    const effects: readonly TurnEffect[] = this.changed ? [...this.effects, { type: 'publish' }] : this.effects;
    return { state: this.over ? null : this.turn, effects };
  }

  private clearTimer(name: TimerName): void {
    this.patch({ timers: Object.fromEntries(Object.entries(this.core.timers).filter(([other]) => other !== name)) });
  }
}
