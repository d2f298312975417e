import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactionsInForce, lastUserMessage } from '../../../../src/core/session/compactionsInForce';
import { toEventId } from '../../../../src/core/session/session';
import type { StoredBody, StoredEvent } from '../../../../src/core/session/sessionEvent';
import { TranscriptProjector } from '../../../../src/core/session/transcript';
import { applyCompactions, type PromptEntry } from '../../../../src/core/turn/promptBranch';
import { toMessages } from '../../../../src/core/turn/promptMessages';
import { branchOf, call, compaction, note, ref, result, text, user } from './branches';

/** What applying compactions means, written down without a thought for its cost. */
function appliedOneByOne(branch: readonly StoredEvent[]): readonly PromptEntry[] {
  const active = compactionsInForce(branch, lastUserMessage(branch)).filter(
    ({ body }, index, all) =>
      !all.slice(index + 1).some((later) => later.body.fromSeq <= body.fromSeq && later.body.toSeq >= body.toSeq),
  );
  const placed = new Set<string>();
  return branch.flatMap((event): PromptEntry[] => {
    const standIn = active.find(({ body }) => event.seq >= body.fromSeq && event.seq <= body.toSeq);
    if (standIn === undefined) {
      return [{ kind: 'event', event }];
    }
    const { id, body } = standIn;
    const isPlaced = placed.has(id);
    placed.add(id);
    const { fromSeq, toSeq, summary } = body;
    return isPlaced ? [] : [{ kind: 'summary', id, text: summary, fromSeq, toSeq, messages: null }];
  });
}

const anyBody: fc.Arbitrary<StoredBody> = fc.oneof(
  fc.constant(user('Hi')),
  fc.constant(text('Answer')),
  fc
    .tuple(fc.integer({ min: -2, max: 25 }), fc.integer({ min: -3, max: 25 }))
    .map(([from, length]) => compaction(from, from + length, `${from}+${length}`)),
  fc.nat(25).map((seq): StoredBody => ({ type: 'compaction_undone', compactionId: toEventId(`e${seq}`) })),
);
const anyBranch = fc.array(fc.record({ body: anyBody, gap: fc.nat(3) }), { maxLength: 25 }).map((entries) => {
  let seq = 0;
  return branchOf(...entries.map(({ body }) => body)).map((event, index): StoredEvent => {
    seq += 1 + (entries[index]?.gap ?? 0);
    return { ...event, seq };
  });
});

describe('compactions of any ranges', () => {
  it('put each summary where the oldest one that holds was found one by one', () => {
    fc.assert(
      fc.property(anyBranch, (branch) => {
        expect(applyCompactions(branch)).toEqual(appliedOneByOne(branch));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a session of somebody else with countless entries', () => {
  const count = 100_000;
  const many = (bodyOf: (index: number) => StoredBody): readonly StoredEvent[] =>
    branchOf(...Array.from({ length: count }, (_, index) => bodyOf(index)));
  const newest = [user('Hi')];
  const withNewest = (bodyOf: (index: number) => StoredBody): readonly StoredEvent[] =>
    branchOf(...Array.from({ length: count }, (_, index) => bodyOf(index)), ...newest);

  it.each<[string, (index: number) => StoredBody]>([
    ['summaries of one entry each', (index) => compaction(index + 1, index + 1)],
    ['summaries that overlap', (index) => compaction(index, index + 1000)],
    ['summaries within one another', (index) => compaction(index, 2 * count - index)],
    ['summaries around one another', (index) => compaction(count - index, count + 1)],
    ['the same summary again and again', () => compaction(1, count)],
    ['summaries of nothing', (index) => compaction(index + 1, index)],
  ])('is prepared for a model and shown: %s', (_, bodyOf) => {
    const branch = withNewest(bodyOf);
    expect(toMessages(applyCompactions(branch), ref)).not.toEqual([]);
    const options = { turnStatus: 'idle', idleGapMs: 1, dayOf: () => '', today: '' } as const;
    expect(new TranscriptProjector().project(branch, options)).not.toEqual([]);
  });

  it.each<[string, (index: number) => StoredBody]>([
    ['calls and their results', (index) => (index % 2 === 0 ? call(`c${index}`) : result(`c${index - 1}`))],
    ['calls that nothing answers', (index) => call(`c${index}`)],
    ['answers without a question', () => text('a')],
    ['remarks', () => note('n')],
    ['results of no call', (index) => result(`c${index}`)],
  ])('is prepared for a model: %s', (_, bodyOf) => {
    expect(toMessages(applyCompactions(many(bodyOf)), ref).length).toBeLessThanOrEqual(count);
  });
});
