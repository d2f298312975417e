import { describe, expect, it } from 'vitest';
import {
  compactionPoint,
  isDue,
  planCompaction,
  targetOf,
  type PromptFill,
} from '../../../../src/core/turn/compactionPlan';
import { defaultCompactionSettings, type CompactionSettings } from '../../../../src/core/turn/compactionSettings';
import { call, compaction, exchanges, note, result, text, turnsOf, user } from './branches';

const settings = defaultCompactionSettings;

function fill(changes: Partial<PromptFill>): PromptFill {
  return { tokens: 0, messages: 0, compactsAt: null, maxMessages: null, wantsOriginals: false, ...changes };
}

/** Messages to summarise of so many, where at most `maxMessages` are sent; undefined when it is not time to. */
function target(
  messages: number,
  maxMessages: number | null,
  changes: Partial<CompactionSettings> = {},
): number | undefined {
  const used = { ...settings, ...changes };
  return isDue(fill({ messages, maxMessages }), used) ? targetOf(messages, used) : undefined;
}

describe('how many messages are summarised', () => {
  it.each([
    [38, 50, 15],
    [45, 50, 18],
    [50, 50, 20],
  ])('of %i where %i are the most: the oldest %i', (messages, most, expected) => {
    expect(target(messages, most)).toBe(expected);
  });

  it('keeps the newest: 25 of which 20 stay give 5', () => {
    expect(target(25, 30, { preserveRecent: 20 })).toBe(5);
    expect(target(12, 10, { preserveRecent: 20 })).toBe(0);
  });

  it('is none below the threshold, when it is off, without a limit, and without messages', () => {
    expect(target(36, 50)).toBeUndefined();
    expect(target(37, 50)).toBe(14);
    expect(target(80, 50, { enabled: false })).toBeUndefined();
    expect(target(80, null)).toBeUndefined();
    expect(target(0, 50)).toBeUndefined();
    expect(planCompaction([], { target: 5, preserve: 1 })).toBeUndefined();
  });
});

describe('when it is time to summarise', () => {
  const point = (changes: { window?: number; maxTokens?: number; reply?: number; wantsOriginals?: boolean }) =>
    compactionPoint(
      {
        info: changes.window === undefined ? {} : { contextWindow: changes.window },
        limits: { maxMessages: 0, maxTokens: changes.maxTokens ?? 0 },
        fixed: 100,
        budget: { tokens: (changes.window ?? Infinity) - (changes.reply ?? 0) },
        wantsOriginals: changes.wantsOriginals ?? false,
      },
      settings,
    );

  it('is at the threshold of the window, or of the setting where that is stricter', () => {
    expect(point({ window: 10_000 })).toBe(7500);
    expect(point({ window: 10_000, maxTokens: 4000 })).toBe(3100);
    expect(point({ maxTokens: 4000 })).toBe(3100);
  });

  it('is never known for a model that does not tell its window', () => {
    expect(point({})).toBeNull();
    expect(isDue(fill({ tokens: 1e9 }), settings)).toBe(false);
  });

  it('comes before messages would be left out for the sake of the answer', () => {
    expect(point({ window: 10_000, reply: 4000 })).toBe(6000);
  });

  it('waits until near the limit once a person undid a summary', () => {
    expect(point({ window: 10_000, wantsOriginals: true })).toBe(9500);
    expect(isDue(fill({ messages: 45, maxMessages: 50, wantsOriginals: true }), settings)).toBe(false);
    expect(isDue(fill({ messages: 48, maxMessages: 50, wantsOriginals: true }), settings)).toBe(true);
  });

  it('comes earlier for what is only prepared', () => {
    const near = fill({ tokens: 6800, compactsAt: 7500 });
    expect(isDue(near, settings)).toBe(false);
    expect(isDue(near, settings, 0.9)).toBe(true);
    expect(isDue({ ...near, tokens: 7500 }, settings)).toBe(true);
  });
});

describe('what a summary takes', () => {
  it('is the oldest whole turns, so that no question loses its answer', () => {
    const plan = planCompaction(turnsOf(...exchanges(19)), { target: 15, preserve: 10 });
    expect(plan).toMatchObject({ messages: 14, keptMessages: 24, fromSeq: 1, toSeq: 14, toEventId: 'e14' });
  });

  it('keeps calls with their results, whatever is in between', () => {
    const tooling = [user('q'), call('a'), call('b'), result('a'), result('b'), text('done')];
    const plan = planCompaction(turnsOf(...tooling, ...exchanges(10)), { target: 3, preserve: 4 });
    expect(plan).toMatchObject({ messages: 4, toSeq: 6 });
  });

  it('leaves the notes that belong to the next message', () => {
    const plan = planCompaction(turnsOf(...exchanges(1), note('Session resumed'), ...exchanges(6)), {
      target: 4,
      preserve: 1,
    });
    expect(plan?.toSeq).toBe(5);
    const first = planCompaction(turnsOf(...exchanges(1), note('Session resumed'), ...exchanges(6)), {
      target: 2,
      preserve: 1,
    });
    expect(first?.toSeq).toBe(2);
  });

  it('is at least one turn, where the newest messages allow it, and never the newest turn', () => {
    expect(planCompaction(turnsOf(...exchanges(6)), { target: 1, preserve: 10 })?.messages).toBe(2);
    expect(planCompaction(turnsOf(...exchanges(6)), { target: 1, preserve: 11 })).toBeUndefined();
    expect(planCompaction(turnsOf(user('huge '.repeat(5000))), { target: 1, preserve: 1 })).toBeUndefined();
    const all = planCompaction(turnsOf(...exchanges(3)), { target: 100, preserve: 1, isEnough: () => false });
    expect(all).toMatchObject({ messages: 4, keptMessages: 2 });
  });

  it('grows until the rest fits', () => {
    const turns = turnsOf(...exchanges(20));
    const each = turns[0]?.tokens ?? 0;
    const plan = planCompaction(turns, { target: 4, preserve: 10, isEnough: (tokens) => tokens <= each * 12 });
    expect(plan).toMatchObject({ messages: 16, keptMessages: 24 });
    const capped = planCompaction(turns, { target: 4, preserve: 10, isEnough: () => false });
    expect(capped).toMatchObject({ messages: 30, keptMessages: 10 });
  });

  it('folds an earlier summary in, from where that one began, and never redoes a summary alone', () => {
    const once = [...exchanges(4), compaction(1, 4, 'early', { messages: 4 }), ...exchanges(3)];
    const plan = planCompaction(turnsOf(...once), { target: 3, preserve: 4 });
    expect(plan).toMatchObject({ messages: 2, fromSeq: 1, toSeq: 6 });
    expect(plan?.entries[0]).toMatchObject({ kind: 'summary', text: 'early', messages: 4 });
    const nothingNew = [...exchanges(2), compaction(1, 4), user('newest')];
    expect(planCompaction(turnsOf(...nothingNew), { target: 5, preserve: 1 })).toBeUndefined();
  });
});
