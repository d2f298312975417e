import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnStatus } from '../../../src/core/session/session';
import type { StoredBody, StoredEvent } from '../../../src/core/session/sessionEvent';
import { TranscriptProjector, type TranscriptOptions } from '../../../src/core/session/transcript';
import type { TranscriptItem } from '../../../src/core/session/transcriptItem';
import { LogBuilder } from '../../webview/support/conversation';

const dayMs = 86_400_000;
const dayOf = (ms: number): string => String(Math.floor(ms / dayMs));
const noon = 20_000 * dayMs + dayMs / 2;

function options(patch: Partial<TranscriptOptions> = {}): TranscriptOptions {
  return { turnStatus: 'idle', idleGapMs: 3_600_000, dayOf, today: dayOf(noon), ...patch };
}

const projectAtOnce = (events: readonly StoredEvent[], all: TranscriptOptions): readonly TranscriptItem[] =>
  new TranscriptProjector().project(events, all);

const turns = fc.constantFrom('t1', 't2', 't3');
const calls = fc.constantFrom('c1', 'c2');
const anyBody: fc.Arbitrary<StoredBody> = fc.oneof(
  fc.constant<StoredBody>({ type: 'user_message', content: 'Hi' }),
  fc.constantFrom('', 'Answer').map((content): StoredBody => ({ type: 'text', content, finish: 'completed' })),
  fc.constantFrom('', 'Hm').map((content): StoredBody => ({ type: 'reasoning', content })),
  calls.map((id): StoredBody => ({ type: 'tool_call', id, name: 'read', input: {} })),
  fc
    .record({ toolUseId: calls, content: fc.constantFrom('a', 'b') })
    .map((result): StoredBody => ({ type: 'tool_result', isError: false, ...result })),
  fc.constant<StoredBody>({ type: 'system_context', content: 'Later.' }),
  fc.constant<StoredBody>({ type: 'title_changed', from: '', to: 'Title' }),
  fc.constant<StoredBody>({ type: 'opaque', eventType: 'hologram', data: '{}' }),
  fc.constant<StoredBody>({ type: 'skill_invocation', name: 'review', arguments: null, content: 'Review.' }),
  fc
    .record({ fromSeq: fc.integer({ min: 1, max: 10 }), length: fc.nat(15) })
    .map(({ fromSeq, length }): StoredBody => ({
      type: 'compaction',
      summary: 'Short',
      fromSeq,
      toSeq: fromSeq + length,
      tokensBefore: 900,
      tokensAfter: 90,
    })),
  fc.nat(30).map((seq): StoredBody => ({
    type: 'compaction_undone',
    compactionId: `event-${String(seq).padStart(6, '0')}`,
  })),
);
const anyLog = fc
  .array(
    fc.record({
      body: anyBody,
      turn: fc.option(turns, { nil: undefined }),
      model: fc.constantFrom('gpt-5', 'llama', undefined),
      hours: fc.constantFrom(0, 0, 0, 2, 24),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((all) => {
    const log = new LogBuilder();
    let at = noon - 2 * dayMs;
    for (const { body, turn, model, hours } of all) {
      at += hours * 3_600_000;
      log.add(body, { at, ...(turn === undefined ? {} : { turn }), ...(model === undefined ? {} : { model }) });
    }
    return log.events;
  });
/** What is loaded of a log: it grows at either end, or an answer is left behind. */
const anyViews = fc.array(
  fc.record({
    from: fc.nat(30),
    to: fc.nat(30),
    without: fc.option(turns, { nil: undefined }),
    turnStatus: fc.constantFrom<TurnStatus>('idle', 'running', 'interrupted'),
    today: fc.constantFrom(dayOf(noon), dayOf(noon - dayMs)),
  }),
  { minLength: 2, maxLength: 12 },
);

describe('a transcript that goes on from the one before', () => {
  it('is the one that all events give at once, whatever was added, taken away or put in front', () => {
    fc.assert(
      fc.property(anyLog, anyViews, (log, views) => {
        const projector = new TranscriptProjector();
        let previous = projector.project([], options());
        for (const { from, to, without, turnStatus, today } of views) {
          const loaded = log.slice(Math.min(from, to), Math.max(from, to));
          const events = loaded.filter(({ turnId }) => without === undefined || turnId !== without);
          const all = options({ turnStatus, today });
          const items = projector.project(events, all);
          expect(items).toEqual(projectAtOnce(events, all));
          expectReused(items, previous);
          previous = items;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the one that all events give at once when they come piece by piece', () => {
    fc.assert(
      fc.property(anyLog, fc.array(fc.nat(30)), fc.nat(15), (log, cuts, older) => {
        const projector = new TranscriptProjector();
        let previous = projector.project([], options());
        const ends = [...new Set([...cuts, log.length])].filter((end) => end >= older).sort((a, b) => a - b);
        const views = [...ends.map((end) => log.slice(older, end)), log];
        for (const events of views) {
          const items = projector.project(events, options());
          expect(items).toEqual(projectAtOnce(events, options()));
          expectReused(items, previous);
          previous = items;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Whatever is equal to what was there before must be the same object. */
function expectReused(items: readonly TranscriptItem[], previous: readonly TranscriptItem[]): void {
  const known = new Map(previous.map((item) => [item.key, item]));
  for (const item of items) {
    const old = known.get(item.key);
    if (old !== undefined && JSON.stringify(old) === JSON.stringify(item)) {
      expect(item).toBe(old);
    }
  }
  if (JSON.stringify(items) === JSON.stringify(previous)) {
    expect(items).toBe(previous);
  }
}
