import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toEventId, toInvocationId, toSessionId } from '../../../../src/core/session/session';
import type { StoredEvent } from '../../../../src/core/session/sessionEvent';
import { buildRequest } from '../../../../src/core/turn/promptBuilder';
import type { DraftEvent, TimerName, TurnEffect, TurnInput } from '../../../../src/core/turn/turnState';
import { Driven, call, finish, start, text } from './turnSteps';

type Append = Extract<TurnEffect, { type: 'append' }>;

/** A world around the machine: a log, a provider, tools and timers that do what chance says. */
class World {
  readonly turn = new Driven();
  readonly log: StoredEvent[] = [];
  private appends: Append[] = [];
  private timers = new Map<TimerName, number>();
  private checks: string[] = [];
  private running: string[] = [];
  private streamOpen = false;
  private calls = 0;
  streamedAfterStop = 0;
  private stopped = false;

  constructor() {
    this.feed(start);
  }

  get over(): boolean {
    return this.turn.state === null;
  }

  stop(): void {
    this.stopped = true;
    this.feed({ type: 'stop', at: 5, reason: 'user' });
  }

  /** Does one of the things that can happen next; late ones are among them. */
  step(choice: number, variant: number): void {
    const generation = this.turn.state?.core.generation ?? 0;
    // The provider may not have noticed yet that nobody listens.
    const sender = variant % 7 === 0 ? generation - 1 : generation;
    const delta = (): TurnInput => {
      const deltas = [
        text(`t${variant} `),
        { type: 'reasoning', text: 'r' } as const,
        call(`c${this.calls++}`),
        finish(variant % 2 === 0 ? 'stop' : 'length'),
      ];
      return { type: 'delta', at: 3, generation: sender, delta: deltas[variant % deltas.length] ?? text() };
    };
    const options: (() => void)[] = [
      () => this.settleAppend(variant % 5 !== 0),
      () => this.feed(delta()),
      () => this.feed(delta()),
      () => this.streamOpen && this.feed({ type: 'streamEnded', at: 3, generation: sender }),
      () =>
        this.streamOpen &&
        this.feed({
          type: 'streamFailed',
          at: 3,
          generation: sender,
          error: { code: variant % 2 === 0 ? 'model/overloaded' : 'model/malformed', args: {} },
          random: 0,
        }),
      () => this.fireTimer(variant),
      () => this.answerCheck(variant),
      () => this.decide(variant),
      () => this.finishTool(variant),
    ];
    options[choice % options.length]?.();
  }

  /** Lets everything end well. */
  drain(): void {
    for (let count = 0; count < 100 && !this.over; count++) {
      this.settleAppend(true);
      if (this.timers.has('store')) {
        this.fireTimerNamed('store');
      }
    }
  }

  private feed(input: TurnInput): void {
    this.turn.feed(input);
    for (const effect of this.turn.take()) {
      this.perform(effect);
    }
  }

  private perform(effect: TurnEffect): void {
    switch (effect.type) {
      case 'append':
        this.appends.push(effect);
        break;
      case 'openStream':
        this.streamOpen = true;
        expect(this.stopped).toBe(false);
        break;
      case 'abortStream':
        this.streamOpen = false;
        break;
      case 'startTimer':
        this.timers.set(effect.name, effect.token);
        break;
      case 'cancelTimer':
        this.timers.delete(effect.name);
        break;
      case 'checkTool':
        this.checks.push(effect.call.id);
        break;
      case 'runTool':
        expect(this.stopped).toBe(false);
        expect(this.log.some(({ body }) => body.type === 'tool_call' && body.id === effect.call.id)).toBe(true);
        this.running.push(effect.call.id);
        break;
      case 'stream':
        this.streamedAfterStop += this.stopped ? 1 : 0;
        break;
      default:
        break;
    }
  }

  private settleAppend(succeeds: boolean): void {
    const append = this.appends.shift();
    if (append === undefined) {
      return;
    }
    if (!succeeds) {
      this.feed({ type: 'storeFailed', at: 3, error: { code: 'store/io', args: {} } });
      return;
    }
    append.events.forEach((event) => this.store(event));
    const last = append.events.at(-1);
    this.feed({ type: 'stored', at: 3, lastEventId: last === undefined ? null : idOf(last) });
  }

  private store(event: DraftEvent): void {
    if (this.log.some(({ id }) => id === idOf(event))) {
      return;
    }
    this.log.push({
      id: idOf(event),
      sessionId: toSessionId('session'),
      seq: this.log.length + 1,
      parentId: this.log.at(-1)?.id ?? null,
      invocationId: toInvocationId('i'),
      createdAt: 0,
      body: event.body,
    });
  }

  private fireTimer(variant: number): void {
    const names = [...this.timers.keys()];
    const name = names[variant % Math.max(1, names.length)];
    if (name !== undefined) {
      this.fireTimerNamed(name);
    }
  }

  private fireTimerNamed(name: TimerName): void {
    const token = this.timers.get(name) ?? -1;
    this.timers.delete(name);
    this.feed({ type: 'timer', at: 4, name, token });
  }

  private answerCheck(variant: number): void {
    const callId = this.checks.shift();
    if (callId !== undefined) {
      const verdicts = ['granted', 'ask', 'unknown', 'malformed'] as const;
      this.feed({ type: 'toolChecked', at: 4, callId, verdict: verdicts[variant % 4] ?? 'ask' });
    }
  }

  private decide(variant: number): void {
    const now = this.turn.state?.now;
    const waiting = now?.phase === 'tools' ? now.tools.find((tool) => tool.status === 'confirm') : undefined;
    const decisions = ['once', 'session', 'always', 'deny'] as const;
    this.feed({
      type: 'toolDecision',
      at: 4,
      callId: waiting?.call.id ?? 'gone',
      decision: decisions[variant % 4] ?? 'deny',
    });
  }

  private finishTool(variant: number): void {
    const callId = this.running[variant % Math.max(1, this.running.length)];
    if (callId !== undefined) {
      this.feed({ type: 'toolDone', at: 4, callId, outcome: { content: 'ok', isError: variant % 3 === 0 } });
    }
  }
}

const idOf = (event: DraftEvent): StoredEvent['id'] => toEventId(`event-${event.key}`);

const steps = fc.array(fc.tuple(fc.nat(8), fc.nat(100)), { maxLength: 60, size: 'max' });

/** Runs some steps, stops, lets late things happen, and lets the rest end well. */
function stopAnywhere(before: [number, number][], after: [number, number][]): World {
  const world = new World();
  before.forEach(([choice, variant]) => world.step(choice, variant));
  if (!world.over) {
    world.stop();
    after.forEach(([choice, variant]) => world.step(choice, variant));
    world.drain();
  }
  return world;
}

describe('a turn that is stopped at any point', () => {
  it('ends, and shows nothing more', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const world = stopAnywhere(before, after);
        expect(world.over).toBe(true);
        expect(world.streamedAfterStop).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves every tool call answered, after its call, and no event twice', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const { log } = stopAnywhere(before, after);
        const bodies = log.map(({ body }) => body);
        bodies.forEach((body, index) => {
          if (body.type === 'tool_call') {
            const answers = bodies.filter(
              (other, at) => at > index && other.type === 'tool_result' && other.toolUseId === body.id,
            );
            // When even the end could not be stored the reader answers; the log itself must never hold two.
            expect(answers.length).toBeLessThanOrEqual(1);
          }
        });
        const last = bodies.at(-1);
        if (last !== undefined && last.type === 'text') {
          const calls = bodies.filter((body) => body.type === 'tool_call').length;
          expect(bodies.filter((body) => body.type === 'tool_result')).toHaveLength(calls);
        }
        expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves a history that can be sent', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const { log } = stopAnywhere(before, after);
        if (log.length === 0) {
          return;
        }
        const { messages } = buildRequest({
          branch: log,
          ref: start.model,
          info: { id: 'm', label: 'm', supportsTools: true },
          system: '',
          tools: [],
          limits: { maxMessages: 0, maxTokens: 0 },
        });
        expect(messages[0]?.role).toBe('user');
        expect(messages.at(-1)?.role).not.toBe('assistant');
        messages.forEach((message, index) => {
          expect(messages[index + 1]?.role).not.toBe(message.role);
          if (message.role !== 'assistant') {
            return;
          }
          const calls = message.parts.flatMap((part) => (part.type === 'tool_call' ? [part.id] : []));
          const next = messages[index + 1];
          expect(next?.role === 'tool' ? next.results.map((result) => result.toolUseId) : []).toEqual(calls);
        });
      }),
      { numRuns: 2000 },
    );
  });
});
