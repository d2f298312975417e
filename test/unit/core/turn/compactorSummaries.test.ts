import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/base/errors';
import { compactionsOf, exchanges, filler, openCompaction, question, reply, seed } from './compactionFixture';
import type { TurnFixture } from './turnFixture';
import { factsIn, textOfRequest, tokensOf, type WindowedModel } from './windowedModel';

let turns: TurnFixture;
let model: WindowedModel;
beforeEach(async () => {
  ({ turns, model } = await openCompaction(20_000, { limits: { firstByteMs: 100, idleMs: 100 } }));
});
afterEach(() => turns.dispose());

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('when the summary of the model is of no use', () => {
  const cases: readonly (readonly [string, WindowedModel['summary'], string])[] = [
    ['the request fails', () => Promise.reject(new AppError('model/overloaded')), 'model/overloaded'],
    ['something unforeseen happens', () => Promise.reject(new Error('oops')), 'internal'],
    ['it is empty', () => ' \n ', 'compaction/empty-summary'],
    ['it is longer than the messages', () => 'word '.repeat(3000), 'compaction/longer-summary'],
    ['the model falls silent', (_, signal) => never(signal), 'model/first-byte-timeout'],
  ];

  it.each(cases)(
    '%s: the beginnings of the messages stand for them, and the person hears why',
    async (_, summary, code) => {
      model.summary = summary;
      await seed(turns, exchanges(10));
      await turns.compactor.compact(turns.sessionId);
      const progress = turns.compactor.progressOf(turns.sessionId);
      expect(progress?.stage).toBe('completed');
      expect(progress?.error).toMatchObject({ code, args: { provider: 'fake', model: 'fake-model' } });
      const stored = await turns.lastCompaction();
      expect(stored).toMatchObject({ method: 'simple', messages: 8 });
      expect(stored.model).toBeUndefined();
      expect(stored.summary).toMatch(
        /^Summary of earlier messages[^]*\[user\]: Question 1\.[^]*\(8 messages summarised\)$/,
      );
      await turns.ask('Go on');
      expect(textOfRequest(model.answers[0]!)).toMatch(/\[Summary of[^]*Question 1\.[^]*Question 5\.[^]*Go on$/);
    },
  );

  it('ends without a finish: the rest of the summary may be missing', async () => {
    turns.use({
      id: 'fake',
      label: 'Fake',
      listModels: () => Promise.resolve([]),
      // eslint-disable-next-line @typescript-eslint/require-await -- a stream that breaks off at once
      async *stream() {
        yield { type: 'text', text: 'Half a summ' };
      },
    });
    await seed(turns, exchanges(10));
    await turns.compactor.compact(turns.sessionId);
    expect(turns.compactor.progressOf(turns.sessionId)?.error?.code).toBe('model/incomplete');
    expect((await turns.lastCompaction()).method).toBe('simple');
  });

  it('cuts texts of any script without breaking a character', async () => {
    model.summary = () => '';
    await seed(turns, [question(`買い物かごの合計 ${'👨‍👩‍👧𠮷'.repeat(200)}`), reply('да '.repeat(300)), ...exchanges(9)]);
    await turns.compactor.compact(turns.sessionId);
    const { summary } = await turns.lastCompaction();
    expect(summary).toContain('買い物かごの合計');
    expect(summary).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/);
  });
});

describe('how a summary is made', () => {
  it('does not ask the model when that is off, and tells of no fault', async () => {
    turns.settings = { ...turns.settings, useAiSummary: false };
    await seed(turns, exchanges(10));
    await turns.compactor.compact(turns.sessionId);
    expect(model.summaries).toEqual([]);
    expect(turns.compactor.progressOf(turns.sessionId)?.error).toBeNull();
    expect(await turns.lastCompaction()).toMatchObject({ method: 'simple' });
  });

  it('asks the model of the session, with no tools and no id of a conversation', async () => {
    turns.tools.definitions = [{ name: 'clock', description: '', inputSchema: {} }];
    await seed(turns, exchanges(10));
    await turns.manager.setModel(turns.sessionId, { provider: 'fake', model: 'large-1' });
    await turns.manager.setServerSessionId(turns.sessionId, 'gw-7');
    await turns.compactor.compact(turns.sessionId);
    expect(model.summaries).toMatchObject([{ model: 'large-1', tools: [] }]);
    expect(model.summaries[0]).not.toHaveProperty('serverSessionId');
    expect((await turns.lastCompaction()).model).toBe('large-1');
  });

  it('is made in parts that fit the window, each with the summary of those before it', async () => {
    model.window = 3000;
    turns.info = model.info;
    const many = exchanges(150);
    await seed(turns, [
      question('FACT-a=1'),
      reply('Yes.'),
      ...many,
      question('FACT-b=2'),
      reply('Yes.'),
      ...exchanges(3),
    ]);
    await turns.ask('Does it fit?');
    expect(model.refused).toBe(0);
    expect(model.summaries.length).toBeGreaterThan(2);
    expect(Math.max(...model.summaries.map((request) => tokensOf(textOfRequest(request))))).toBeLessThan(3000);
    expect(factsIn((await compactionsOf(turns)).at(-1)?.summary ?? '')).toContain('FACT-a=1');
    expect(factsIn(textOfRequest(model.answers[0]!))).toEqual(['FACT-a=1', 'FACT-b=2']);
  });

  it('is asked for in smaller parts when the provider finds a request for it too long', async () => {
    await seed(turns, exchanges(60));
    model.window = 2200;
    await turns.compactor.compact(turns.sessionId);
    expect(model.refused).toBeGreaterThan(0);
    expect(turns.compactor.progressOf(turns.sessionId)?.error).toBeNull();
    expect((await turns.lastCompaction()).method).toBe('model');
  });

  it('is not made at all where even the beginnings of the messages are no shorter than they are', async () => {
    model.summary = () => 'A long summary of nothing. '.repeat(20);
    turns.systemText = 'You are helpful. '.repeat(60);
    model.window = 500;
    turns.info = model.info;
    await seed(turns, Array.from({ length: 10 }, () => [question('Hi'), reply('Yes')]).flat());
    await turns.ask('And?');
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
    expect(await compactionsOf(turns)).toEqual([]);
    await expect.poll(() => turns.compactor.progressOf(turns.sessionId)).toBeNull();
    const asked = model.summaries.length;
    expect(asked).toBeGreaterThan(0);
    await turns.ask('And?');
    await turns.ask('And?');
    expect(model.summaries).toHaveLength(asked);
  });

  it('names the messages it stands for in what is sent, where that is set', async () => {
    turns.settings = { ...turns.settings, showSummaryMarkers: true };
    await seed(turns, exchanges(10, filler));
    await turns.compactor.compact(turns.sessionId);
    await turns.ask('Go on');
    expect(textOfRequest(model.answers[0]!)).toMatch(
      /\[Summary of messages 1 to 8 of this conversation\][^]*\[End of the summary of messages 1 to 8\]/,
    );
  });
});
