import { describe, expect, it } from 'vitest';
import type { ModelDelta } from '../../../../src/core/turn/modelProvider';
import { AiSdkDeltas } from '../../../../src/node/models/aiSdkDeltas';
import { toAiSdkPrompt } from '../../../../src/node/models/aiSdkPrompt';
import { packBlocks, unpackBlocks } from '../../../../src/node/models/partBlocks';

const signed = (signature: string): { a: { signature: string } } => ({ a: { signature } });

describe('blocks of one text', () => {
  it('are cut where they were joined, each with its own signature', () => {
    const deltas = new AiSdkDeltas('p');
    const read: ModelDelta[] = [];
    for (const [id, text] of [
      ['1', 'First. '],
      ['2', 'Second.'],
    ] as const) {
      read.push(
        ...deltas.read({ type: 'reasoning-start', id }),
        ...deltas.read({ type: 'reasoning-delta', id, delta: text }),
        ...deltas.read({ type: 'reasoning-delta', id, delta: '', providerMetadata: signed(id) }),
        ...deltas.read({ type: 'reasoning-end', id }),
      );
    }
    const state = read.findLast((delta) => delta.type === 'part_state');
    expect(state?.type === 'part_state' ? unpackBlocks('First. Second.', state.providerState) : undefined).toEqual([
      { text: 'First. ', metadata: signed('1') },
      { text: 'Second.', metadata: signed('2') },
    ]);
  });

  it('leave the end of a reasoning that was stopped out of the request', () => {
    const providerState = packBlocks([{ length: 6, metadata: signed('1') }]);
    const prompt = toAiSdkPrompt({
      model: 'm',
      system: '',
      tools: [],
      messages: [{ role: 'assistant', parts: [{ type: 'reasoning', text: 'Whole.Hal', providerState }] }],
    });
    expect(prompt).toEqual([
      { role: 'assistant', content: [{ type: 'reasoning', text: 'Whole.', providerOptions: signed('1') }] },
    ]);
  });

  it.each([
    undefined,
    null,
    'x',
    {},
    { blocks: 'x' },
    { blocks: [{ length: 'x' }] },
    packBlocks([{ length: 99, metadata: null }]),
  ])('are not made up from %o', (state) => {
    expect(unpackBlocks('short', state)).toBeUndefined();
  });
});
