import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compactionsOf, exchanges, filler, openCompaction, seed } from './compactionFixture';
import type { TurnFixture } from './turnFixture';
import { textOfRequest, type WindowedModel } from './windowedModel';

let turns: TurnFixture;
let model: WindowedModel;
beforeEach(async () => {
  ({ turns, model } = await openCompaction(3000));
});
afterEach(() => turns.dispose());

const typesFromEnd = async (count: number): Promise<readonly string[]> =>
  (await turns.bodies()).slice(-count).map(({ type }) => type);

describe('a request that the provider finds too long', () => {
  it('is summarised and sent once more when the model told a larger window than it has', async () => {
    turns.info = { ...model.info, contextWindow: 6000 };
    await seed(turns, exchanges(80));
    await turns.ask('Does it fit?');
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
    expect(model.refused).toBe(1);
    expect(model.answers).toHaveLength(2);
    expect(await compactionsOf(turns)).not.toEqual([]);
    expect(textOfRequest(model.answers[1]!)).toMatch(/\[Summary of[^]*Does it fit\?$/);
  });

  it('is summarised and sent once more when nobody knows the window', async () => {
    turns.info = { id: 'fake-model', label: 'Fake', supportsTools: true };
    await seed(turns, exchanges(80));
    expect((await turns.compactor.measure(turns.sessionId)).compactsAt).toBeNull();
    await turns.ask('Does it fit?');
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
    expect(model.answers).toHaveLength(2);
    expect(await compactionsOf(turns)).toHaveLength(1);
    expect(await typesFromEnd(3)).toEqual(['user_message', 'compaction', 'text']);
  });

  it('is cut to the window, where that is known, while compaction is off', async () => {
    turns.settings = { ...turns.settings, enabled: false };
    await seed(turns, exchanges(80));
    await turns.ask('Does it fit?');
    expect(model.summaries).toEqual([]);
    expect(model.refused).toBe(1);
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
  });

  it('fails when nothing older can make room', async () => {
    turns.info = { id: 'fake-model', label: 'Fake', supportsTools: true };
    await turns.ask(filler.repeat(500));
    expect(await turns.lastText()).toMatchObject({ finish: 'failed', error: { code: 'model/context-too-long' } });
    expect(model.answers).toHaveLength(1);
  });
});
