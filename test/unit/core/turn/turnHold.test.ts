import { describe, expect, it } from 'vitest';
import type { TurnEffect, TurnInput } from '../../../../src/core/turn/turnState';
import { turnViewOf } from '../../../../src/core/turn/turnViewOf';
import { connecting, Driven, finish, start, text } from './turnSteps';

const last = (turn: Driven): unknown => turn.appended().at(-1);
const ofType = <T extends TurnEffect['type']>(turn: Driven, type: T): Extract<TurnEffect, { type: T }>[] =>
  turn.effects.filter((effect): effect is Extract<TurnEffect, { type: T }> => effect.type === type);

describe('a request that waits for a summary', () => {
  const held = (turn: Driven): TurnInput => ({ type: 'held', at: 2, generation: turn.running.core.generation });

  it('does not run out of time, and has its whole time again once it leaves', () => {
    const turn = connecting();
    turn.feed(held(turn));
    expect(turn.running.core.timers.firstByte).toBeUndefined();
    turn.feed({ type: 'released', at: 3, generation: turn.running.core.generation, end: null });
    expect(turn.timer('firstByte').phase).toBe('finishing');
    expect(last(turn)).toMatchObject({ finish: 'failed', error: { code: 'model/first-byte-timeout' } });
  });

  it('is answered below the summary that was stored meanwhile, also when another answer began a branch', () => {
    const turn = new Driven().feed({ ...start, opening: [], below: 'u1' as never, branchFrom: 'u1' as never });
    turn.feed({ type: 'stored', at: 1, lastEventId: null });
    expect(ofType(turn, 'openStream')).toMatchObject([{ end: 'u1', branchFrom: 'u1' }]);
    turn.feed({ type: 'released', at: 2, generation: turn.running.core.generation, end: 'summary' as never });
    expect(turnViewOf(turn.state)?.parentId).toBe('summary');
    turn.delta(text(), finish());
    expect(ofType(turn, 'append').at(-1)?.parent).toBeNull();
  });

  it('ends at once when it is stopped', () => {
    const turn = connecting();
    turn.feed(held(turn), { type: 'stop', at: 3, reason: 'user' });
    expect(ofType(turn, 'abortStream')).toHaveLength(1);
    expect(last(turn)).toEqual({ type: 'text', content: '', finish: 'cancelled' });
  });
});
