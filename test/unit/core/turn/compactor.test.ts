import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSession } from '../../../support/builders';
import type { TurnFixture } from './turnFixture';
import {
  compactionsOf,
  exchanges,
  filler,
  openCompaction,
  question,
  reply,
  seed,
  stagesOf,
  untilStage,
} from './compactionFixture';
import { failingLog, gate } from './turnDoubles';
import { textOfRequest, type WindowedModel } from './windowedModel';

const window = 3000;

let turns: TurnFixture;
let model: WindowedModel;
beforeEach(async () => {
  ({ turns, model } = await openCompaction(window));
});
afterEach(() => turns.dispose());

const typesFromEnd = async (count: number): Promise<readonly string[]> =>
  (await turns.bodies()).slice(-count).map(({ type }) => type);

describe('a conversation that comes near the window of its model', () => {
  it('is summarised after an answer, so that the next message need not wait', async () => {
    await seed(turns, exchanges(40));
    await turns.ask('And now?');
    await untilStage(turns, 'completed');
    expect(stagesOf(turns)).toEqual(['starting', 'summarizing', 'completed']);
    expect(turns.progress.map((progress) => progress?.waiting)).toEqual([false, false, false]);
    expect(await typesFromEnd(3)).toEqual(['user_message', 'text', 'compaction']);
    await turns.ask('And then?');
    const last = textOfRequest(model.answers.at(-1) ?? model.requests[0]!);
    expect(last).toMatch(/^You are helpful\.\n\[Summary of the earlier part[^]*Question 20\.[^]*And then\?$/);
    expect(last).not.toContain('Question 1.');
  });

  it('tells how many messages and tokens went in and what came of it, and stores the same', async () => {
    await seed(turns, exchanges(40));
    await turns.ask('And now?');
    const { messages, tokensBefore, tokensAfter, error } = await untilStage(turns, 'completed');
    const [stored] = await compactionsOf(turns);
    // 82 messages, of which 40 % are 32; whole turns.
    expect({ messages, error }).toEqual({ messages: 32, error: null });
    expect(stored).toMatchObject({ fromSeq: 1, toSeq: 32, messages: 32, method: 'model', model: 'fake-model' });
    expect(stored?.tokensAfter).toBeGreaterThan(0);
    expect(stored?.tokensBefore).toBeGreaterThan(stored?.tokensAfter ?? 0);
    expect(stored).toMatchObject({ tokensBefore, tokensAfter });
    const { tokens } = await turns.compactor.measure(turns.sessionId);
    expect(tokens).toBeLessThan(0.75 * window);
    // What went before it, less what it saves; the mark of the summary costs a little.
    expect(tokens + tokensBefore - (tokensAfter ?? 0)).toBeGreaterThanOrEqual(0.75 * window);
  });

  it('is prepared for unseen a little before, and the summary used with the message that passes the threshold', async () => {
    await seed(turns, exchanges(30));
    turns.settings = { ...turns.settings, triggerThreshold: 0.95 };
    await turns.ask('Well.');
    const { tokens } = await turns.compactor.measure(turns.sessionId);
    turns.settings = { ...turns.settings, triggerThreshold: tokens / 0.94 / window };
    await turns.ask('Fine.');
    await expect.poll(() => model.summaries.length).toBe(1);
    expect(turns.progress).toEqual([]);
    expect(await compactionsOf(turns)).toEqual([]);
    await turns.ask(`Now more. ${filler.repeat(20)}`);
    expect(model.summaries).toHaveLength(1);
    expect(await typesFromEnd(3)).toEqual(['user_message', 'compaction', 'text']);
    expect(stagesOf(turns)).toEqual(['starting', 'summarizing', 'completed']);
    expect(textOfRequest(model.answers[2]!)).toMatch(/\[Summary of[^]*Now more\./);
  });

  it('stays as it is while compaction is off, however many messages there are', async () => {
    turns.settings = { ...turns.settings, enabled: false };
    turns.limits = { maxMessages: 50, maxTokens: 0 };
    const before = await seed(turns, exchanges(40, ''));
    await turns.ask('And now?');
    expect((await turns.bodies()).slice(0, 80)).toEqual(before.map(({ body }) => body));
    expect(await typesFromEnd(2)).toEqual(['user_message', 'text']);
    expect(turns.progress).toEqual([]);
    expect(model.requests).toHaveLength(1);
    expect(model.requests[0]?.messages).toHaveLength(49);
  });

  it('is summarised by the number of its messages where that is limited', async () => {
    turns.limits = { maxMessages: 50, maxTokens: 0 };
    await seed(turns, exchanges(18));
    await turns.ask('And now?');
    expect(await untilStage(turns, 'completed')).toMatchObject({ messages: 14 });
  });

  it('goes on unchanged when the summary cannot be stored, and says so', async () => {
    let full = true;
    const log = failingLog(turns.manager, 'appendAt', () => full);
    const failing = await openCompaction(window, { log });
    turns.manager.prepareSession(failing.turns.sessionId, newSession());
    await turns.manager.append(
      failing.turns.sessionId,
      exchanges(40).map((body, index) => ({ id: `e${index}` as never, body })),
    );
    await failing.turns.send('And now?');
    await failing.turns.idle();
    expect((await untilStage(failing.turns, 'failed')).error).toEqual({ code: 'store/full', args: {} });
    expect(stagesOf(failing.turns)).toEqual(['starting', 'summarizing', 'failed']);
    await failing.turns.send('And then?');
    await failing.turns.idle();
    expect(textOfRequest(failing.model.answers[1]!)).toContain('Question 1.');
    full = false;
    await untilStage(failing.turns, 'completed');
    await failing.turns.dispose();
  });

  it('is summarised by nobody after an answer that failed', async () => {
    await seed(turns, exchanges(40));
    model.reply = () => {
      throw new Error('broken');
    };
    await turns.ask('And now?');
    await turns.ask('Again');
    expect(model.summaries).toEqual([]);
  });
});

describe('a limit on messages below the number that is always kept', () => {
  it('leaves older messages out, as it was asked to, and makes nobody wait', async () => {
    turns.limits = { maxMessages: 4, maxTokens: 0 };
    await seed(turns, exchanges(4));
    await turns.ask('And now?');
    await turns.ask('And then?');
    expect(model.summaries).toEqual([]);
    expect(model.answers.map(({ messages }) => messages.length)).toEqual([3, 3]);
  });
});

describe('a message that would not fit', () => {
  it('waits for the summary, says so, and goes then', async () => {
    const ready = gate();
    model.summary = async () => {
      await ready.opened;
      return 'They spoke of rows.';
    };
    await seed(turns, exchanges(80));
    await turns.send('Does it fit?');
    const progress = await untilStage(turns, 'summarizing');
    expect(progress.waiting).toBe(true);
    expect(progress.messages).toBeGreaterThan(60);
    expect(turns.runner.viewOf(turns.sessionId)?.phase).toBe('connecting');
    expect(model.answers).toEqual([]);
    ready.open();
    await turns.idle();
    expect(model.refused).toBe(0);
    expect(model.answers).toHaveLength(1);
    expect(textOfRequest(model.answers[0]!)).toMatch(/They spoke of rows\.[^]*Does it fit\?$/);
    expect(textOfRequest(model.answers[0]!)).not.toContain('left out');
    expect(await typesFromEnd(3)).toEqual(['user_message', 'compaction', 'text']);
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
  });

  it('can be stopped while it waits: nothing is summarised and nothing is sent', async () => {
    let aborted = false;
    model.summary = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason as Error);
        });
      });
    await seed(turns, exchanges(80));
    const turnId = await turns.send('Does it fit?');
    await untilStage(turns, 'summarizing');
    await turns.runner.stop(turnId);
    expect(await turns.lastText()).toEqual({ type: 'text', content: '', finish: 'cancelled' });
    await expect.poll(() => turns.compactor.progressOf(turns.sessionId)).toBeNull();
    expect(aborted).toBe(true);
    expect(await compactionsOf(turns)).toEqual([]);
    expect(model.answers).toEqual([]);
  });

  it('takes as many summaries as it needs when the history is many windows long', async () => {
    await seed(turns, [question('FACT-first=kept'), reply('I see.'), ...exchanges(400)]);
    await turns.ask('Does it fit?');
    expect(model.refused).toBe(0);
    expect(textOfRequest(model.answers[0]!)).toMatch(/FACT-first=kept[^]*Does it fit\?$/);
    expect(textOfRequest(model.answers[0]!)).not.toContain('left out');
  });

  it('has even the newest messages summarised rather than left out', async () => {
    await seed(turns, [
      question(`FACT-old=1 ${filler.repeat(60)}`),
      reply(filler.repeat(60)),
      question(filler.repeat(60)),
      reply('Yes.'),
    ]);
    await turns.ask('Does it fit?');
    const [sent] = model.answers.map(textOfRequest);
    expect(sent).toContain('FACT-old=1');
    expect(sent).not.toContain('left out');
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
  });

  it('fails once and without a loop when it is too long by itself', async () => {
    await seed(turns, exchanges(3));
    await turns.ask(`Far too long. ${filler.repeat(500)}`);
    expect(await turns.lastText()).toMatchObject({ finish: 'failed', error: { code: 'model/context-too-long' } });
    expect(model.answers.length).toBeLessThanOrEqual(2);
  });

  it('is answered by the next try below the summary that was made for the first', async () => {
    await seed(turns, exchanges(80));
    const answerLater = model.reply;
    model.reply = () => {
      throw new Error('broken');
    };
    await turns.ask('Does it fit?');
    expect(await turns.lastText()).toMatchObject({ finish: 'failed' });
    model.reply = answerLater;
    const made = model.summaries.length;
    await turns.runner.retry(turns.sessionId);
    await turns.idle();
    expect(model.summaries).toHaveLength(made);
    expect(await typesFromEnd(3)).toEqual(['user_message', 'compaction', 'text']);
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
    expect(await compactionsOf(turns)).toHaveLength(1);
    expect(model.answers[1]).toEqual(model.answers[0]);
  });
});

describe('a message that would not fit while a summary is on its way', () => {
  it('waits for that one, and no other is made', async () => {
    const ready = gate();
    const { summary } = model;
    model.summary = async (request, signal) => {
      await ready.opened;
      return summary(request, signal);
    };
    await seed(turns, exchanges(38));
    await turns.ask('And now?');
    await untilStage(turns, 'summarizing');
    await turns.send(filler.repeat(90));
    await expect.poll(() => turns.compactor.progressOf(turns.sessionId)?.waiting).toBe(true);
    const asked = model.summaries.length;
    ready.open();
    await turns.idle();
    expect(model.refused).toBe(0);
    expect(asked).toBe(1);
    const [first] = await compactionsOf(turns);
    expect(first?.messages).toBe(turns.progress[0]?.messages);
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
  });

  it('is answered below it, also when it is tried again', async () => {
    model.window = 20_000;
    turns.info = model.info;
    const { reply: answer } = model;
    await seed(turns, exchanges(80));
    model.reply = () => {
      throw new Error('broken');
    };
    await turns.ask('Does it fit?');
    expect(await typesFromEnd(2)).toEqual(['user_message', 'text']);
    model.reply = answer;
    model.window = window;
    turns.info = model.info;
    await turns.runner.retry(turns.sessionId);
    await turns.idle();
    const branch = await turns.events();
    expect(branch.slice(-3).map(({ body }) => body.type)).toEqual(['user_message', 'compaction', 'text']);
    expect(branch.at(-1)?.parentId).toBe(branch.at(-2)?.id);
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
  });
});
