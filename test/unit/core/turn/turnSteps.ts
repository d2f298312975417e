import { toEventId, toSessionId, toTurnId } from '../../../../src/core/session/session';
import type { ModelDelta } from '../../../../src/core/turn/modelProvider';
import { defaultTurnLimits } from '../../../../src/core/turn/turnLimits';
import { stepTurn } from '../../../../src/core/turn/turnMachine';
import type {
  RunningTurn,
  StartInput,
  Step,
  TimerName,
  TurnEffect,
  TurnInput,
  TurnState,
} from '../../../../src/core/turn/turnState';

export const start: StartInput = {
  type: 'start',
  at: 0,
  sessionId: toSessionId('session'),
  turnId: toTurnId('turn'),
  model: { provider: 'fake', model: 'm' },
  opening: [{ type: 'user_message', content: 'Hi' }],
  below: null,
  branchFrom: null,
};

export const limits = { ...defaultTurnLimits, maxToolRounds: 3 };

export const stored = (id = 'e'): TurnInput => ({ type: 'stored', at: 1, lastEventId: toEventId(id) });
export const storeFailed: TurnInput = { type: 'storeFailed', at: 1, error: { code: 'store/full', args: {} } };
export const call = (id = 'c1', name = 'clock'): ModelDelta => ({ type: 'tool_call', id, name, input: {} });
export const text = (content = 'Hello'): ModelDelta => ({ type: 'text', text: content });
export const finish = (reason: 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other' = 'stop'): ModelDelta => ({
  type: 'finish',
  reason,
  usage: { inputTokens: 3, outputTokens: 2 },
});

/** A turn driven by hand: inputs for the current request and the current timers are made from its own state. */
export class Driven {
  state: TurnState = null;
  readonly effects: TurnEffect[] = [];

  constructor(readonly own = limits) {}

  feed(...inputs: readonly TurnInput[]): this {
    for (const input of inputs) {
      const step: Step = stepTurn(this.state, input, this.own);
      this.state = step.state;
      this.effects.push(...step.effects);
    }
    return this;
  }

  delta(...deltas: readonly ModelDelta[]): this {
    return this.feed(
      ...deltas.map((delta): TurnInput => ({ type: 'delta', at: 2, generation: this.running.core.generation, delta })),
    );
  }

  fail(code: string, args: Record<string, string | number> = {}): this {
    return this.feed({
      type: 'streamFailed',
      at: 2,
      generation: this.running.core.generation,
      error: { code, args },
      random: 0.5,
    });
  }

  end(): this {
    return this.feed({ type: 'streamEnded', at: 2, generation: this.running.core.generation });
  }

  timer(name: TimerName): this {
    return this.feed({ type: 'timer', at: 3, name, token: this.running.core.timers[name] ?? -1 });
  }

  get running(): RunningTurn {
    if (this.state === null) {
      throw new Error('The turn is over');
    }
    return this.state;
  }

  get phase(): string {
    return this.state?.now.phase ?? 'none';
  }

  /** The effects since the last call. */
  take(): readonly TurnEffect[] {
    return this.effects.splice(0);
  }

  appended(): readonly unknown[] {
    return this.effects.flatMap((effect) => (effect.type === 'append' ? effect.events.map(({ body }) => body) : []));
  }
}

export const preparing = (): Driven => new Driven().feed(start);
export const connecting = (): Driven => preparing().feed(stored('user'));
export const streaming = (): Driven => connecting().delta(text());
export const checking = (): Driven => streaming().delta(call(), finish('tool_calls')).feed(stored('call'));
export const confirming = (): Driven => checking().feed({ type: 'toolChecked', at: 2, callId: 'c1', verdict: 'ask' });
export const runningTool = (): Driven =>
  checking().feed({ type: 'toolChecked', at: 2, callId: 'c1', verdict: 'granted' });
export const waiting = (): Driven => connecting().fail('model/overloaded');
export const finishing = (): Driven => streaming().delta(finish());
