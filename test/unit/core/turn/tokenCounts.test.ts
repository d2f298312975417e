import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchanges, openCompaction, question, seed } from './compactionFixture';
import { clockTool, type TurnFixture } from './turnFixture';
import { textOfRequest, tokensOf, type WindowedModel } from './windowedModel';

let turns: TurnFixture;
let model: WindowedModel;
beforeEach(async () => {
  ({ turns, model } = await openCompaction(20_000));
});
afterEach(() => turns.dispose());

const ref = { provider: 'fake', model: 'fake-model' };

/** The question that was answered, as the measure sees it now, without the answer. */
async function measuredWithoutAnswer(): Promise<number> {
  const { tokens } = await turns.compactor.measure(turns.sessionId);
  return tokens;
}

describe('the tokens that are shown', () => {
  it('are those that the provider counted for the last request', async () => {
    await seed(turns, exchanges(20));
    model.reply = () => '';
    await turns.ask('And now?');
    const reported = tokensOf(textOfRequest(model.answers[0]!));
    expect((await turns.events()).at(-1)?.usage?.inputTokens).toBe(reported);
    expect(await measuredWithoutAnswer()).toBe(reported);
  });

  it('are those that the provider counts when it reports none, asked once for each request and in nobody’s way', async () => {
    await seed(turns, exchanges(20));
    model.reportsUsage = false;
    model.reply = () => '';
    const counted: string[] = [];
    let answer: (tokens: number) => void = () => undefined;
    const withCount = Object.assign(model, {
      countTokens: (_model: string, text: string) => {
        counted.push(text);
        return new Promise<number>((resolve) => (answer = resolve));
      },
    });
    turns.use(withCount);
    await turns.ask('And now?');
    expect(turns.calibration.factorOf(ref)).toBe(1);
    expect(counted).toHaveLength(1);
    expect(counted[0]).toMatch(/^You are helpful\.\nQuestion 1\.[^]*And now\?$/);
    answer(1111);
    await expect.poll(measuredWithoutAnswer).toBe(1111);
  });

  it('do not fail a turn when they cannot be counted', async () => {
    await seed(turns, exchanges(20));
    model.reportsUsage = false;
    turns.use(Object.assign(model, { countTokens: () => Promise.reject(new Error('no')) }));
    await turns.ask('And now?');
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
    expect(turns.calibration.factorOf(ref)).toBe(1);
  });
});

describe('a turn of many tool calls', () => {
  it('has what is older summarised between two requests, and keeps its own calls with their results', async () => {
    model.window = 3000;
    turns.info = model.info;
    turns.tools.definitions = [clockTool];
    turns.tools.granted.add('clock');
    turns.tools.outcome = () => Promise.resolve({ content: 'tick tock '.repeat(300), isError: false });
    await seed(turns, [question('FACT-old=1'), ...exchanges(20).slice(1)]);
    const { stream } = model;
    let rounds = 0;
    model.stream = async function* (request, signal) {
      for await (const delta of stream.call(model, request, signal)) {
        if (delta.type === 'finish' && request.tools.length > 0 && ++rounds <= 2) {
          yield { type: 'tool_call', id: `c${rounds}`, name: 'clock', input: {} };
          yield { ...delta, reason: 'tool_calls' };
        } else {
          yield delta;
        }
      }
    };
    await turns.ask('What time is it?');
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
    expect(model.refused).toBe(0);
    const types = (await turns.bodies()).map(({ type }) => type);
    const asked = types.lastIndexOf('user_message');
    expect(types.slice(asked)).toContain('compaction');
    expect(types.slice(asked).filter((type) => type === 'tool_result')).toHaveLength(2);
    const last = model.answers.at(-1);
    expect(textOfRequest(last!)).toContain('FACT-old=1');
    expect(last?.messages.slice(-4).map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'tool']);
  });
});
