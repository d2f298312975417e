import { afterEach, beforeEach, expect, it } from 'vitest';
import { toTurnId } from '../../../../src/core/session/session';
import { gate, provider } from './turnDoubles';
import { TurnFixture } from './turnFixture';

let turns: TurnFixture;
beforeEach(async () => {
  turns = await TurnFixture.open();
});
afterEach(() => turns.dispose());

/** Steps of the engine between a model that is found and a turn that begins, with some to spare. */
const steps = Array.from({ length: 16 }, (_, index) => index);

it.each(steps)('a stop %i steps after the model was found is not lost', async (step) => {
  let asked = 0;
  turns.use(
    provider(async function* (signal) {
      asked += 1;
      yield { type: 'text', text: 'Unwanted' };
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }),
  );
  const looking = gate();
  const found = gate();
  const { resolver } = turns;
  turns.resolver = {
    resolve: async (...args) => {
      const model = await resolver.resolve(...args);
      looking.open();
      await found.opened;
      return model;
    },
  };
  const sent = turns.send().catch((error: unknown) => error);
  await looking.opened;
  const turnId = turns.runner.viewOf(turns.sessionId)?.turnId ?? toTurnId('');
  found.open();
  for (let count = 0; count < step; count += 1) {
    await Promise.resolve();
  }
  await turns.runner.stop(turnId);
  await sent;
  await expect.poll(() => turns.runner.viewOf(turns.sessionId)).toBeNull();
  expect(asked).toBe(0);
});
