import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSession } from '../../../support/builders';
import { hugeReply, stallReply, stepsReply, streamReply } from '../../../support/fakeModelReplies';
import { failingLog, provider } from './turnDoubles';
import { clockTool, TurnFixture } from './turnFixture';

let turns: TurnFixture;
beforeEach(async () => {
  turns = await TurnFixture.open();
});
afterEach(() => turns.dispose());

describe('what is on disk while text streams', () => {
  it('grows with the text', async () => {
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
    turns.server.enqueue(stallReply('The answer is '), streamReply('forty-two.'));
    await turns.send('Question');
    const onDisk = async (): Promise<unknown> => (await turns.store.service.getPartialReply(turns.sessionId))?.content;
    await expect.poll(onDisk, { timeout: 3000 }).toBe('The answer is ');
    turns.kill();
    await turns.reload();
    await turns.manager.recoverInterrupted();
    expect(await turns.manager.get(turns.sessionId)).toMatchObject({ turnStatus: 'interrupted' });
    await turns.runner.continueReply(turns.sessionId);
    await turns.idle();
    expect(await turns.bodies()).toEqual([
      { type: 'user_message', content: 'Question' },
      { type: 'text', content: 'The answer is ', finish: 'interrupted' },
      expect.objectContaining({ type: 'system_context' }),
      { type: 'text', content: 'forty-two.', finish: 'completed' },
    ]);
    expect(turns.messagesOf(1).map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'user']);
  });

  it('leaves a history that can be sent when the process is killed while a tool waits for the person', async () => {
    turns.tools.definitions = [clockTool];
    turns.server.enqueue(
      stepsReply([
        { kind: 'toolCall', index: 0, id: 'c', name: 'clock', arguments: '{}' },
        { kind: 'finish', reason: 'tool_calls' },
      ]),
    );
    await turns.send('Question');
    await turns.until((view) => view.pendingTools.length > 0);
    await expect.poll(() => turns.store.service.getPartialReply(turns.sessionId)).toMatchObject({ content: '' });
    turns.kill();
    await turns.reload();
    await turns.manager.recoverInterrupted();
    expect(await turns.manager.get(turns.sessionId)).toMatchObject({ turnStatus: 'interrupted' });
    await turns.ask('Still there?');
    expect(turns.messagesOf(1).map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'tool', 'user']);
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
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
    let beats = 0;
    const beat = setInterval(() => beats++, 5);
    await turns.idle();
    clearInterval(beat);
    expect((await turns.lastText()).content).toHaveLength(3_000_000);
    expect(beats).toBeGreaterThan(20);
    expect(turns.streamed.length).toBeLessThan(20_000);
  });
});
