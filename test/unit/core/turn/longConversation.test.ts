import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TurnFixture } from './turnFixture';
import { factsIn, textOfRequest, tokensOf, WindowedModel } from './windowedModel';

const turns = 2000;
const window = 3000;
/** Each turn is several writes that reach the disk; a busy machine may take its time for them. */
const timeout = 300_000;

let fixture: TurnFixture;
beforeEach(async () => {
  fixture = await TurnFixture.open();
});
afterEach(() => fixture.dispose());

describe('a conversation of two thousand turns with a model of a small window', () => {
  it('never meets the end of the window, and remembers what was said in its first turn', { timeout }, async () => {
    const model = new WindowedModel(window);
    fixture.use(model);
    fixture.info = model.info;
    model.reply = (request) => `I have it. ${'That is clear to me. '.repeat(request.messages.length % 5)}`;
    const planted = ['FACT-cart=blue', 'FACT-coupon=SPRING9', 'FACT-owner=mira'];

    for (let turn = 1; turn <= turns; turn++) {
      const facts = turn === 1 ? planted.join(', ') : turn % 500 === 0 ? `FACT-turn${turn}=seen` : '';
      await fixture.send(`Message ${turn}. ${facts} ${'Please look at the order of the rows. '.repeat(turn % 7)}`);
      await fixture.idle();
    }

    const bodies = await fixture.bodies();
    expect(bodies.filter((body) => body.type === 'user_message')).toHaveLength(turns);
    expect(bodies.filter((body) => body.type === 'text' && body.finish !== 'completed')).toEqual([]);
    const answers = model.answers.map(textOfRequest);
    const last = answers.at(-1) ?? '';
    expect(factsIn(last)).toEqual(expect.arrayContaining([...planted, 'FACT-turn500=seen', 'FACT-turn1500=seen']));
    expect(last).toContain('Message 2000.');
    // The facts come from a summary and not from the message, which left the window long ago.
    expect(last).not.toContain('Message 1.');
    expect(Math.max(...answers.map(tokensOf))).toBeLessThanOrEqual(window);
    expect(answers.filter((text) => text.includes('left out here'))).toEqual([]);
    expect(bodies.some((body) => body.type === 'compaction' && body.method !== 'model')).toBe(false);
  });
});
