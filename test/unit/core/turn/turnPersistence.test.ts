import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSession } from '../../../support/builders';
import { hugeReply, stallReply } from '../../../support/fakeModelReplies';
import { failingLog, provider } from './turnDoubles';
import { TurnFixture } from './turnFixture';

let turns: TurnFixture;
beforeEach(async () => {
  turns = await TurnFixture.open();
});
afterEach(() => turns.dispose());

describe('what is on disk while text streams', () => {
  it('is at most a second behind', async () => {
    turns.server.enqueue(stallReply('Half a sentence'));
    await turns.send();
    await turns.until((view) => view.text !== '');
    await expect
      .poll(async () => (await turns.store.service.getPartialReply(turns.sessionId))?.content, {
        timeout: 1000,
        interval: 20,
      })
      .toBe('Half a sentence');
  });

  it('comes back as an interrupted reply after the process was killed, and can be continued', async () => {
    turns.server.enqueue(stallReply('The answer is '));
    await turns.send('Question');
    await expect
      .poll(async () => (await turns.store.service.getPartialReply(turns.sessionId))?.content, { timeout: 3000 })
      .toBe('The answer is ');
    const after = await turns.store.openAnother({ isProcessAlive: () => false });
    await after.recoverInterrupted();
    const branch = await after.loadBranch(turns.sessionId);
    expect(branch.at(-1)?.body).toEqual({ type: 'text', content: 'The answer is ', finish: 'interrupted' });
  });
});

it('keeps the partial reply and says so when the end cannot be stored', async () => {
  let full = false;
  const failing = await TurnFixture.open({ log: failingLog(turns.manager, 'append', () => full) });
  turns.manager.prepareSession(failing.sessionId, newSession());
  const lost: string[] = [];
  failing.runner.onDidLoseTurn(({ error }) => lost.push(error.code));
  failing.server.enqueue(stallReply('Precious'));
  const turnId = await failing.send();
  const onDisk = async (): Promise<unknown> => (await turns.store.service.getPartialReply(failing.sessionId))?.content;
  await expect.poll(onDisk, { timeout: 3000 }).toBe('Precious');
  full = true;
  await failing.runner.stop(turnId);
  expect(lost).toEqual(['store/full']);
  expect(await onDisk()).toBe('Precious');
  await failing.dispose();
});

describe('large replies', () => {
  it('stops at the limit of a reply, keeps the beginning, and closes the connection', async () => {
    turns.server.enqueue(hugeReply(50 * 1024 * 1024));
    await turns.ask();
    const text = await turns.lastText();
    expect(text).toMatchObject({ finish: 'failed', error: { code: 'model/reply-too-large' } });
    expect(text.content).toHaveLength(8 * 1024 * 1024);
    expect(await turns.server.completions[0]?.finished).toBe('closed');
  });

  it('takes a million tiny pieces and stays stoppable meanwhile', async () => {
    let yielded = 0;
    turns.use(
      provider(async function* (signal) {
        await Promise.resolve();
        while (!signal.aborted && yielded < 1_000_000) {
          yielded++;
          yield { type: 'text', text: 'ab ' };
        }
        yield { type: 'finish', reason: 'stop', usage: {} };
      }),
    );
    await turns.send();
    let longestWait = 0;
    let before = Date.now();
    const beat = setInterval(() => {
      longestWait = Math.max(longestWait, Date.now() - before);
      before = Date.now();
    }, 5);
    await turns.idle();
    clearInterval(beat);
    expect((await turns.lastText()).content).toHaveLength(3_000_000);
    expect(longestWait).toBeLessThan(500);
    expect(turns.streamed.length).toBeLessThan(20_000);
  });
});
