import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSession } from '../../../support/builders';
import { hugeReply, stallReply, stepsReply, streamReply } from '../../../support/fakeModelReplies';
import type { TurnLog } from '../../../../src/core/turn/turnLog';
import { failingLog, gate, provider } from './turnDoubles';
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

describe('a store that cannot be written for a while', () => {
  let full: boolean;
  let failing: TurnFixture;
  let lost: string[];

  async function failOn(...methods: readonly (keyof TurnLog)[]): Promise<void> {
    full = false;
    lost = [];
    const log = methods.reduce<TurnLog>((inner, method) => failingLog(inner, method, () => full), turns.manager);
    failing = await TurnFixture.open({ log });
    turns.manager.prepareSession(failing.sessionId, newSession());
    failing.runner.onDidLoseTurn(({ error }) => lost.push(error.code));
  }
  afterEach(() => failing.dispose());

  const textsOnDisk = async (): Promise<readonly unknown[]> =>
    (await turns.store.service.loadBranch(failing.sessionId)).map(({ body }) => body);

  it('keeps the end of a reply in memory, shows it as unfinished, and stores it by itself later', async () => {
    await failOn('append');
    failing.server.enqueue(streamReply('Precious'));
    await failing.send('Question');
    full = true;
    const view = await failing.until(({ phase, text }) => phase === 'stopping' && text !== '');
    expect(view.text).toBe('Precious');
    expect(await textsOnDisk()).toEqual([{ type: 'user_message', content: 'Question' }]);
    full = false;
    await failing.idle();
    expect(lost).toEqual([]);
    expect(await textsOnDisk()).toEqual([
      { type: 'user_message', content: 'Question' },
      { type: 'text', content: 'Precious', finish: 'completed' },
    ]);
  });

  it('lets a reply be stopped at once, and keeps what had come', async () => {
    await failOn('append', 'savePartialReply');
    failing.server.enqueue(stallReply('Half'));
    const turnId = await failing.send();
    full = true;
    await failing.until(({ text }) => text === 'Half');
    await failing.runner.stop(turnId);
    expect(failing.runner.viewOf(failing.sessionId)).toMatchObject({ phase: 'stopping', text: 'Half' });
    full = false;
    await failing.idle();
    expect((await textsOnDisk()).at(-1)).toEqual({ type: 'text', content: 'Half', finish: 'cancelled' });
  });

  it('does not end a reply whose parts cannot be saved while it grows', async () => {
    await failOn('savePartialReply');
    const { opened, open } = gate();
    failing.use(
      provider(async function* () {
        yield { type: 'text', text: 'One. ' };
        await opened;
        yield { type: 'text', text: 'Two.' };
        yield { type: 'finish', reason: 'stop', usage: {} };
      }),
    );
    full = true;
    await failing.send();
    await failing.until(({ text }) => text === 'One. ');
    open();
    await failing.idle();
    expect((await textsOnDisk()).at(-1)).toMatchObject({ content: 'One. Two.', finish: 'completed' });
  });

  it('ends a reply whose session was deleted for good meanwhile', async () => {
    await failOn('append');
    failing.server.enqueue(streamReply('Precious'));
    await failing.send();
    full = true;
    await failing.until(({ phase, text }) => phase === 'stopping' && text !== '');
    await turns.manager.deleteForever([failing.sessionId]);
    full = false;
    await failing.idle();
    expect(lost).toEqual(['session/not-found']);
  });

  it('does not keep a window from going away', async () => {
    await failOn('append');
    failing.server.enqueue(stallReply('Half'));
    await failing.send();
    await failing.until(({ text }) => text === 'Half');
    full = true;
    await failing.runner.stopAll();
    expect(lost).toEqual(['store/full']);
    full = false;
  });
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
