import { describe, expect, it } from 'vitest';
import { toEventId } from '../../../../src/core/session/session';
import type { TurnInput } from '../../../../src/core/turn/turnState';
import {
  call,
  checking,
  confirming,
  connecting,
  Driven,
  finish,
  finishing,
  preparing,
  runningTool,
  start,
  stored,
  storeFailed,
  streaming,
  text,
  waiting,
} from './turnSteps';

const states = {
  none: () => new Driven(),
  preparing,
  connecting,
  streaming,
  checking,
  confirming,
  runningTool,
  waiting,
  finishing,
} as const;
type StateName = keyof typeof states;

/** Inputs are made for the state they meet: its own request, its own timers. */
const inputs = {
  start: () => start,
  stored: () => stored('next'),
  storeFailed: () => storeFailed,
  text: (turn) => ({ type: 'delta', at: 2, generation: generationOf(turn), delta: text('more') }),
  staleText: (turn) => ({ type: 'delta', at: 2, generation: generationOf(turn) - 1, delta: text('stale') }),
  call: (turn) => ({ type: 'delta', at: 2, generation: generationOf(turn), delta: call('c9') }),
  finish: (turn) => ({ type: 'delta', at: 2, generation: generationOf(turn), delta: finish() }),
  streamEnded: (turn) => ({ type: 'streamEnded', at: 2, generation: generationOf(turn) }),
  staleEnd: (turn) => ({ type: 'streamEnded', at: 2, generation: generationOf(turn) - 1 }),
  held: (turn) => ({ type: 'held', at: 2, generation: generationOf(turn) }),
  staleHeld: (turn) => ({ type: 'held', at: 2, generation: generationOf(turn) - 1 }),
  released: (turn) => ({ type: 'released', at: 2, generation: generationOf(turn), end: null }),
  summarised: (turn) => ({ type: 'released', at: 2, generation: generationOf(turn), end: toEventId('summary') }),
  staleReleased: (turn) => ({ type: 'released', at: 2, generation: generationOf(turn) - 1, end: null }),
  transient: (turn) => failed(turn, 'model/overloaded'),
  fatal: (turn) => failed(turn, 'model/unauthorized'),
  firstByte: (turn) => timer(turn, 'firstByte'),
  idle: (turn) => timer(turn, 'idle'),
  retry: (turn) => timer(turn, 'retry'),
  save: (turn) => timer(turn, 'save'),
  store: (turn) => timer(turn, 'store'),
  staleTimer: () => ({ type: 'timer', at: 3, name: 'idle', token: 10_000 }),
  stop: () => ({ type: 'stop', at: 3, reason: 'user' }),
  shutdown: () => ({ type: 'stop', at: 3, reason: 'shutdown' }),
  toolChecked: () => ({ type: 'toolChecked', at: 3, callId: 'c1', verdict: 'granted' }),
  toolDecision: () => ({ type: 'toolDecision', at: 3, callId: 'c1', decision: 'once' }),
  toolDone: () => ({ type: 'toolDone', at: 3, callId: 'c1', outcome: { content: '12:00', isError: false } }),
  otherTool: () => ({ type: 'toolDone', at: 3, callId: 'unknown', outcome: { content: '', isError: false } }),
} as const satisfies Record<string, (turn: Driven) => TurnInput>;
type InputName = keyof typeof inputs;

const generationOf = (turn: Driven): number => turn.state?.core.generation ?? 0;
const failed = (turn: Driven, code: string): TurnInput => ({
  type: 'streamFailed',
  at: 2,
  generation: generationOf(turn),
  error: { code, args: {} },
  random: 0.5,
});
const timer = (turn: Driven, name: 'firstByte' | 'idle' | 'retry' | 'save' | 'store'): TurnInput => ({
  type: 'timer',
  at: 3,
  name,
  token: turn.state?.core.timers[name] ?? -1,
});

/** Next phase and effects of every cell that does something. Every cell that is not here changes nothing. */
const table: Partial<Record<StateName, Partial<Record<InputName, string>>>> = {
  none: { start: 'preparing: append publish' },
  preparing: {
    stored: 'connecting: startSettled savePartial openStream startTimer publish',
    storeFailed: 'none: startSettled publish',
    stop: 'preparing: publish',
    shutdown: 'preparing: publish',
  },
  connecting: {
    text: 'streaming: stream cancelTimer startTimer startTimer publish',
    call: 'streaming: cancelTimer startTimer publish',
    finish: 'finishing: cancelTimer abortStream append publish',
    streamEnded: 'finishing: cancelTimer abortStream append publish',
    held: 'connecting: cancelTimer',
    released: 'connecting: startTimer',
    summarised: 'connecting: savePartial startTimer publish',
    transient: 'waiting: cancelTimer abortStream startTimer publish',
    fatal: 'finishing: cancelTimer abortStream append publish',
    firstByte: 'finishing: abortStream append publish',
    stop: 'finishing: cancelTimer abortStream append publish',
    shutdown: 'finishing: cancelTimer abortStream append publish',
  },
  streaming: {
    text: 'streaming: stream startTimer',
    call: 'streaming: startTimer',
    finish: 'finishing: cancelTimer cancelTimer abortStream append publish',
    streamEnded: 'finishing: cancelTimer cancelTimer abortStream append publish',
    transient: 'finishing: cancelTimer cancelTimer abortStream append publish',
    fatal: 'finishing: cancelTimer cancelTimer abortStream append publish',
    idle: 'finishing: cancelTimer abortStream append publish',
    save: 'streaming: savePartial',
    stop: 'finishing: cancelTimer cancelTimer abortStream append publish',
    shutdown: 'finishing: cancelTimer cancelTimer abortStream append publish',
  },
  checking: {
    toolChecked: 'tools: runTool publish',
    stop: 'finishing: abortTools append publish',
    shutdown: 'finishing: abortTools append publish',
  },
  confirming: {
    toolDecision: 'tools: runTool publish',
    stop: 'finishing: abortTools append publish',
    shutdown: 'finishing: abortTools append publish',
  },
  runningTool: {
    toolDone: 'tools: append publish',
    stop: 'finishing: abortTools append publish',
    shutdown: 'finishing: abortTools append publish',
  },
  waiting: {
    retry: 'connecting: openStream startTimer publish',
    stop: 'finishing: cancelTimer append publish',
    shutdown: 'finishing: cancelTimer append publish',
  },
  finishing: {
    stored: 'none: ended publish',
    storeFailed: 'finishing: startTimer publish',
    shutdown: 'finishing: publish',
  },
};

describe('every input in every state', () => {
  for (const stateName of Object.keys(states) as StateName[]) {
    for (const inputName of Object.keys(inputs) as InputName[]) {
      const expected = table[stateName]?.[inputName];
      it(`${stateName} + ${inputName}: ${expected ?? 'nothing'}`, () => {
        const turn = states[stateName]();
        const before = turn.state;
        turn.take();
        turn.feed(inputs[inputName](turn));
        const effects = turn.take().map((effect) => effect.type);
        if (expected === undefined) {
          expect({ state: turn.state, effects }).toEqual({ state: before, effects: [] });
        } else {
          expect(`${turn.phase}: ${effects.join(' ')}`).toBe(expected);
        }
      });
    }
  }
});
