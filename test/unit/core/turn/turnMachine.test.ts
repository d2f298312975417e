import { describe, expect, it } from 'vitest';
import type { TurnEffect, TurnInput } from '../../../../src/core/turn/turnState';
import { stepTurn } from '../../../../src/core/turn/turnMachine';
import { turnViewOf } from '../../../../src/core/turn/turnViewOf';
import {
  call,
  checking,
  confirming,
  connecting,
  Driven,
  finish,
  finishing,
  limits,
  preparing,
  runningTool,
  start,
  stored,
  storeFailed,
  streaming,
  text,
} from './turnSteps';

const last = (turn: Driven): unknown => turn.appended().at(-1);
const ofType = <T extends TurnEffect['type']>(turn: Driven, type: T): Extract<TurnEffect, { type: T }>[] =>
  turn.effects.filter((effect): effect is Extract<TurnEffect, { type: T }> => effect.type === type);

describe('the order of a plain turn', () => {
  it('stores the message, marks the turn, asks, and ends with one append that drops the partial reply', () => {
    const turn = connecting()
      .delta({ type: 'reasoning', text: 'Hm' }, text('Hel'), text('lo'), finish())
      .feed(stored('end'));
    expect(turn.state).toBeNull();
    const [opening, end] = ofType(turn, 'append');
    expect(opening).toMatchObject({ kind: 'opening', turnStatus: 'running', clearDraft: false });
    expect(end).toMatchObject({ kind: 'end', turnStatus: 'idle', clearDraft: true });
    expect(end?.events.map(({ body }) => body)).toEqual([
      { type: 'reasoning', content: 'Hm' },
      { type: 'text', content: 'Hello', finish: 'completed' },
    ]);
    expect(end?.events.at(-1)).toMatchObject({ usage: { inputTokens: 3, outputTokens: 2 }, durationMs: 1 });
    expect(turn.effects.findIndex((effect) => effect.type === 'openStream')).toBeGreaterThan(
      turn.effects.indexOf(opening as TurnEffect),
    );
  });

  it('keeps what the provider attached to text and reasoning', () => {
    const turn = connecting().delta(
      { type: 'reasoning', text: 'Hm' },
      { type: 'part_state', part: 'reasoning', providerState: { signature: 's' } },
      text('Yes'),
      { type: 'part_state', part: 'text', providerState: { id: 't' } },
      finish(),
    );
    expect(turn.appended().slice(1)).toEqual([
      { type: 'reasoning', content: 'Hm', providerState: { signature: 's' } },
      { type: 'text', content: 'Yes', finish: 'completed', providerState: { id: 't' } },
    ]);
  });

  it.each([
    ['length', { finish: 'length' }, 'idle'],
    ['other', { finish: 'completed' }, 'idle'],
    [
      'content_filter',
      { finish: 'failed', error: { code: 'model/blocked', args: { provider: 'fake', model: 'm' } } },
      'failed',
    ],
  ] as const)('tells an answer that ended with %s from others', (reason, expected, status) => {
    const turn = streaming().delta(finish(reason));
    expect(last(turn)).toEqual({ type: 'text', content: 'Hello', ...expected });
    expect(ofType(turn, 'append').at(-1)?.turnStatus).toBe(status);
  });

  it('hands on the id of the conversation and the limits as soon as they arrive', () => {
    const turn = connecting().delta(
      { type: 'server_session', id: 's-1' },
      { type: 'usage_limits', snapshot: { tokensRemaining: 5 } },
    );
    expect(ofType(turn, 'saveServerSession')).toEqual([{ type: 'saveServerSession', id: 's-1' }]);
    expect(ofType(turn, 'saveUsageLimits')).toHaveLength(1);
    expect(turn.phase).toBe('connecting');
  });
});

describe('failures', () => {
  it('stores a text without content, so that a reload shows the same failure', () => {
    const turn = connecting().fail('model/unauthorized', { status: 401 });
    expect(last(turn)).toEqual({
      type: 'text',
      content: '',
      finish: 'failed',
      error: { code: 'model/unauthorized', args: { status: 401 } },
    });
  });

  it('keeps the text of a stream that ended early', () => {
    expect(last(streaming().end())).toEqual({
      type: 'text',
      content: 'Hello',
      finish: 'failed',
      error: { code: 'model/incomplete', args: { provider: 'fake', model: 'm' } },
    });
  });

  it('tries three times while nothing was shown, and then gives up', () => {
    const turn = connecting().fail('model/overloaded').timer('retry').fail('model/overloaded').timer('retry');
    expect(turn.phase).toBe('connecting');
    turn.fail('model/overloaded');
    expect(turn.phase).toBe('finishing');
    expect(ofType(turn, 'openStream').map((effect) => effect.generation)).toEqual([1, 3, 5]);
  });

  it('shows when it tries again, and why', () => {
    const turn = connecting().fail('model/rate-limited', { retryAfterMs: 5000 });
    expect(turnViewOf(turn.state)).toMatchObject({
      phase: 'waiting',
      retry: { at: 5002, attempt: 2, error: { code: 'model/rate-limited', args: { retryAfterMs: 5000 } } },
    });
  });

  it('does not try again once a piece of reasoning was shown', () => {
    expect(connecting().delta({ type: 'reasoning', text: 'Hm' }).fail('model/connection-lost').phase).toBe('finishing');
  });

  it('drops calls of an answer that never finished: nothing of it ran', () => {
    const turn = streaming().delta(call()).fail('model/connection-lost');
    expect(turn.appended().slice(1)).toEqual([expect.objectContaining({ type: 'text', finish: 'failed' })]);
  });

  it('cuts a reply at its limit and keeps what fits', () => {
    const turn = new Driven({ ...limits, maxReplyBytes: 10 })
      .feed(start, stored('user'))
      .delta(text('1234567'), text('äöü'));
    expect(last(turn)).toMatchObject({
      content: '1234567ä',
      finish: 'failed',
      error: { code: 'model/reply-too-large' },
    });
    expect(turn.effects.some((effect) => effect.type === 'abortStream')).toBe(true);
  });

  it('gives up an answer of countless calls, none of which has run', () => {
    const turn = connecting().delta(...Array.from({ length: 5000 }, () => call()));
    expect(last(turn)).toMatchObject({ type: 'text', finish: 'failed', error: { code: 'model/reply-too-large' } });
    expect(turn.effects.some((effect) => effect.type === 'abortStream')).toBe(true);
  });

  describe('an end that cannot be stored', () => {
    const failed = (code: string): TurnInput => ({ type: 'storeFailed', at: 2, error: { code, args: {} } });
    const endsOf = (turn: Driven) => ofType(turn, 'append').filter((effect) => effect.kind === 'end');

    it.each(['full', 'io', 'locked', 'read-only', 'cannot-open', 'replaced', 'corrupt', 'closed'])(
      'stays in memory and is tried again for as long as it takes: store/%s',
      (kind) => {
        const turn = finishing();
        for (let attempt = 0; attempt < 50; attempt++) {
          turn.feed(failed(`store/${kind}`)).timer('store');
        }
        const ends = endsOf(turn);
        expect(ends).toHaveLength(51);
        expect(ends[50]?.events).toEqual(ends[0]?.events);
        turn.feed(stored('end'));
        expect(ofType(turn, 'ended')).toEqual([{ type: 'ended', lost: null }]);
      },
    );

    it('is tried less and less often', () => {
      const turn = finishing();
      for (let attempt = 0; attempt < 7; attempt++) {
        turn.feed(storeFailed).timer('store');
      }
      const pauses = ofType(turn, 'startTimer').flatMap(({ name, ms }) => (name === 'store' ? [ms] : []));
      expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    });

    it('is given up at once when its session was deleted for good', () => {
      const turn = finishing().feed(failed('session/not-found'));
      expect(ofType(turn, 'ended')).toEqual([{ type: 'ended', lost: { code: 'session/not-found', args: {} } }]);
    });

    it('is given up after three tries when no waiting helps', () => {
      const turn = finishing().feed(failed('internal')).timer('store').feed(failed('internal')).timer('store');
      expect(turn.state).not.toBeNull();
      turn.feed(failed('internal'));
      expect(endsOf(turn)).toHaveLength(3);
      expect(ofType(turn, 'ended')).toEqual([{ type: 'ended', lost: { code: 'internal', args: {} } }]);
    });

    it('is given up after three more tries when the window goes away, the first of them at once', () => {
      const turn = finishing().feed(storeFailed).timer('store').feed(storeFailed);
      const before = endsOf(turn).length;
      turn.feed({ type: 'stop', at: 2, reason: 'shutdown' });
      expect(endsOf(turn)).toHaveLength(before + 1);
      turn.feed(storeFailed).timer('store').feed(storeFailed).timer('store').feed(storeFailed);
      expect(ofType(turn, 'ended')).toEqual([{ type: 'ended', lost: { code: 'store/full', args: {} } }]);
    });

    it('is tried at once when the person presses Stop meanwhile', () => {
      const turn = finishing().feed(storeFailed);
      const before = endsOf(turn).length;
      turn.feed({ type: 'stop', at: 2, reason: 'user' });
      expect(endsOf(turn)).toHaveLength(before + 1);
      turn.feed(storeFailed);
      expect(turn.phase).toBe('finishing');
    });
  });
});

describe('the partial reply', () => {
  const saves = (turn: Driven): readonly string[] => ofType(turn, 'savePartial').map((effect) => effect.text);

  it('is written when 4 KB have gathered, before the clock says so', () => {
    const turn = connecting().delta(text('x'.repeat(4095)));
    expect(saves(turn)).toEqual(['']);
    turn.delta(text('y'));
    expect(saves(turn)).toEqual(['', `${'x'.repeat(4095)}y`]);
    expect(turn.running.core.timers.save).toBeUndefined();
  });

  it('is due within a second of the first text that is not saved, however much follows', () => {
    const turn = streaming().delta(text('more'), text('and more'));
    const timers = ofType(turn, 'startTimer').filter((effect) => effect.name === 'save');
    expect(timers).toHaveLength(1);
    expect(timers[0]?.ms).toBeLessThan(1000);
  });

  it('is written when the time is up and not again without new text', () => {
    const turn = streaming().timer('save');
    expect(saves(turn)).toEqual(['', 'Hello']);
    expect(turn.running.core.timers.save).toBeUndefined();
  });

  it('is written by the clock alone once it is large', () => {
    const turn = connecting().delta(text('x'.repeat(300_000)));
    expect(saves(turn)).toEqual(['']);
    expect(turn.running.core.timers.save).toBeDefined();
  });
});

describe('tools', () => {
  it('stores the calls before any of them is looked at', () => {
    const turn = streaming().delta(call(), finish('tool_calls'));
    expect(ofType(turn, 'checkTool')).toEqual([]);
    expect(turn.appended().slice(1)).toEqual([
      { type: 'text', content: 'Hello', finish: 'completed' },
      { type: 'tool_call', id: 'c1', name: 'clock', input: {} },
    ]);
    turn.feed(stored('call'));
    expect(ofType(turn, 'checkTool')).toHaveLength(1);
  });

  it('asks again only when every call is answered on disk', () => {
    const turn = connecting().delta(call('a'), call('b'), finish('tool_calls')).feed(stored('calls'));
    turn.feed(
      { type: 'toolChecked', at: 2, callId: 'a', verdict: 'granted' },
      { type: 'toolChecked', at: 2, callId: 'b', verdict: 'granted' },
    );
    turn.feed({ type: 'toolDone', at: 3, callId: 'b', outcome: { content: 'B', isError: false } }, stored('b'));
    expect(turn.phase).toBe('tools');
    turn.feed({ type: 'toolDone', at: 3, callId: 'a', outcome: { content: 'A', isError: true } });
    expect(turn.phase).toBe('tools');
    turn.feed(stored('a'));
    expect(turn.phase).toBe('connecting');
    expect(ofType(turn, 'openStream').at(-1)?.end).toBe('a');
  });

  it.each([
    ['unknown', /no tool of this name/],
    ['malformed', /not a JSON object/],
  ] as const)('answers a call that is %s with an error that the model can use', (verdict, words) => {
    const turn = checking().feed({ type: 'toolChecked', at: 2, callId: 'c1', verdict });
    expect(last(turn)).toMatchObject({
      type: 'tool_result',
      toolUseId: 'c1',
      isError: true,
      content: expect.stringMatching(words),
    });
  });

  it('answers a call that the person declines and goes on', () => {
    const turn = confirming().feed({ type: 'toolDecision', at: 3, callId: 'c1', decision: 'deny' });
    expect(last(turn)).toMatchObject({ isError: true, content: expect.stringMatching(/declined/) });
    expect(turn.feed(stored('r')).phase).toBe('connecting');
  });

  it('runs the other calls of a tool that was allowed for the session', () => {
    const turn = connecting()
      .delta(call('a'), call('b'), call('c', 'other'), finish('tool_calls'))
      .feed(stored('calls'));
    for (const callId of ['a', 'b', 'c']) {
      turn.feed({ type: 'toolChecked', at: 2, callId, verdict: 'ask' });
    }
    turn.feed({ type: 'toolDecision', at: 3, callId: 'a', decision: 'session' });
    expect(ofType(turn, 'runTool').map((effect) => effect.call.id)).toEqual(['a', 'b']);
    expect(ofType(turn, 'grantTool')).toEqual([{ type: 'grantTool', name: 'clock', grant: 'session' }]);
    expect(turnViewOf(turn.state)?.pendingTools.map((tool) => `${tool.id} ${tool.phase}`)).toEqual([
      'a running',
      'b running',
      'c confirm',
    ]);
  });

  it('answers every open call when it is stopped', () => {
    const turn = connecting().delta(call('a'), call('b'), finish('tool_calls')).feed(stored('calls'));
    turn.feed({ type: 'toolChecked', at: 2, callId: 'a', verdict: 'granted' }, { type: 'stop', at: 3, reason: 'user' });
    expect(turn.appended().slice(3)).toEqual([
      expect.objectContaining({ type: 'tool_result', toolUseId: 'a', isError: true }),
      expect.objectContaining({ type: 'tool_result', toolUseId: 'b', isError: true }),
      { type: 'text', content: '', finish: 'cancelled' },
    ]);
  });

  it('stores a result that was on its way before the end', () => {
    const turn = runningTool().feed(
      { type: 'toolDone', at: 3, callId: 'c1', outcome: { content: '12:00', isError: false } },
      { type: 'stop', at: 3, reason: 'user' },
    );
    expect(ofType(turn, 'append')).toHaveLength(3);
    turn.feed(stored('result'));
    expect(ofType(turn, 'append').at(-1)).toMatchObject({ kind: 'end', turnStatus: 'cancelled' });
    expect(turn.feed(stored('end')).state).toBeNull();
  });

  it('fails the turn when a result cannot be stored, and stores it with the end', () => {
    const turn = runningTool().feed(
      { type: 'toolDone', at: 3, callId: 'c1', outcome: { content: '12:00', isError: false } },
      storeFailed,
    );
    const bodies = ofType(turn, 'append')
      .at(-1)
      ?.events.map(({ body }) => body);
    expect(bodies).toEqual([
      { type: 'tool_result', toolUseId: 'c1', content: '12:00', isError: false },
      { type: 'text', content: '', finish: 'failed', error: { code: 'store/full', args: {} } },
    ]);
  });

  it('gives calls without ids, or with the same one, ids of their own', () => {
    const turn = connecting().delta(call(''), call('x'), call('x'), finish('tool_calls'));
    expect(turn.appended().slice(1)).toMatchObject([{ id: 'call' }, { id: 'x' }, { id: 'x-2' }]);
  });

  it('ends a turn that calls tools again and again, with every call answered', () => {
    const turn = connecting();
    for (let round = 0; round < limits.maxToolRounds; round++) {
      turn
        .delta(call(), finish('tool_calls'))
        .feed(stored('c'), { type: 'toolChecked', at: 2, callId: 'c1', verdict: 'granted' });
      turn.feed({ type: 'toolDone', at: 3, callId: 'c1', outcome: { content: 'ok', isError: false } }, stored('r'));
    }
    turn.take();
    turn.delta(call(), finish('tool_calls'));
    expect(turn.appended()).toEqual([
      { type: 'tool_call', id: 'c1', name: 'clock', input: {} },
      { type: 'tool_result', toolUseId: 'c1', isError: true, content: expect.stringMatching(/limit/) },
      { type: 'text', content: '', finish: 'length' },
    ]);
    expect(turn.feed(stored('end')).state).toBeNull();
  });
});

describe('stopping', () => {
  it('waits for a message that is being stored, and then sends nothing', () => {
    const turn = preparing().feed({ type: 'stop', at: 1, reason: 'user' });
    expect(turnViewOf(turn.state)?.phase).toBe('stopping');
    turn.feed(stored('user'));
    expect(ofType(turn, 'openStream')).toEqual([]);
    expect(last(turn)).toEqual({ type: 'text', content: '', finish: 'cancelled' });
  });

  it('marks a reply as interrupted when the window goes away', () => {
    const turn = streaming().feed({ type: 'stop', at: 3, reason: 'shutdown' });
    expect(last(turn)).toEqual({ type: 'text', content: 'Hello', finish: 'interrupted' });
    expect(ofType(turn, 'append').at(-1)?.turnStatus).toBe('interrupted');
  });

  it('hangs a second answer below the message that it answers', () => {
    const retried = new Driven().feed({ ...start, opening: [], below: 'u1' as never, branchFrom: 'u1' as never });
    retried.feed({ type: 'stored', at: 1, lastEventId: null }).delta(text(), finish());
    const [opening, end] = ofType(retried, 'append');
    expect(opening).toMatchObject({ events: [], turnStatus: 'running', parent: null });
    expect(end?.parent).toBe('u1');
  });
});

it('is pure: the state it was given stays as it was', () => {
  const before = streaming().running;
  const copy = structuredClone(before);
  stepTurn(before, { type: 'stop', at: 9, reason: 'user' }, limits);
  expect(before).toEqual(copy);
});
