import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stallReply, streamReply, unfinishedReply } from '../../../support/fakeModelReplies';
import { TurnFixture } from './turnFixture';

let turns: TurnFixture;
beforeEach(async () => {
  turns = await TurnFixture.open();
});
afterEach(() => turns.dispose());

describe('another try', () => {
  const failThenAnswer = async (): Promise<void> => {
    turns.server.enqueue(unfinishedReply('Half'));
    await turns.ask('Question');
    expect(await turns.lastText()).toMatchObject({ content: 'Half', finish: 'failed' });
    turns.server.enqueue(streamReply('Whole answer'));
  };

  it('Retry hangs a new answer below the same message and sends the message once', async () => {
    await failThenAnswer();
    await turns.runner.retry(turns.sessionId);
    await turns.idle();
    expect(await turns.bodies()).toEqual([
      { type: 'user_message', content: 'Question' },
      { type: 'text', content: 'Whole answer', finish: 'completed' },
    ]);
    expect(turns.messagesOf(1)).toEqual([
      { role: 'system', content: 'You are helpful.' },
      { role: 'user', content: 'Question' },
    ]);
  });

  it('Retry leaves the failed answer in the log', async () => {
    await failThenAnswer();
    const [question, failed] = await turns.events();
    await turns.runner.retry(turns.sessionId);
    await turns.idle();
    const kept = await turns.manager.loadBranch(turns.sessionId, failed?.id);
    expect(kept.map((event) => event.id)).toEqual([question?.id, failed?.id]);
    expect((await turns.manager.get(turns.sessionId)).turnStatus).toBe('idle');
  });

  it('marks the session as running while a retry is on its way', async () => {
    await failThenAnswer();
    turns.server.reset();
    turns.server.enqueue(stallReply('again'));
    const { turnId } = await turns.runner.retry(turns.sessionId);
    expect((await turns.manager.get(turns.sessionId)).turnStatus).toBe('running');
    expect(turns.runner.viewOf(turns.sessionId)?.parentId).toBe((await turns.events())[0]?.id);
    await turns.runner.stop(turnId);
  });

  it('Continue keeps the partial answer and asks for the rest', async () => {
    await failThenAnswer();
    await turns.runner.continueReply(turns.sessionId);
    await turns.idle();
    expect(await turns.bodies()).toEqual([
      { type: 'user_message', content: 'Question' },
      expect.objectContaining({ type: 'text', content: 'Half', finish: 'failed' }),
      { type: 'system_context', content: expect.stringMatching(/Go on exactly where it stopped/) },
      { type: 'text', content: 'Whole answer', finish: 'completed' },
    ]);
    expect(turns.messagesOf(1).map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'user']);
  });

  it('Continue after an answer without a word asks the question again, without a trace of the empty answer', async () => {
    turns.server.enqueue({ kind: 'status', status: 401, headers: {}, body: '{}' });
    await turns.ask('Question');
    await turns.runner.continueReply(turns.sessionId);
    await turns.idle();
    expect(await turns.bodies()).toEqual([
      { type: 'user_message', content: 'Question' },
      { type: 'text', content: 'Hello from the fake model.', finish: 'completed' },
    ]);
  });

  it('Regenerate answers the message above an earlier answer', async () => {
    await turns.ask('First');
    const early = (await turns.events())[1];
    await turns.ask('Second');
    turns.server.enqueue(streamReply('Another first'));
    await turns.runner.regenerate(turns.sessionId, early?.id ?? ('' as never));
    await turns.idle();
    expect(await turns.bodies()).toEqual([
      { type: 'user_message', content: 'First' },
      { type: 'text', content: 'Another first', finish: 'completed' },
    ]);
    expect(turns.messagesOf(2).map((message) => message.content)).toEqual(['You are helpful.', 'First']);
  });

  it('refuses where there is no message to answer', async () => {
    await expect(turns.runner.retry(turns.sessionId)).rejects.toMatchObject({ code: 'argument/invalid' });
  });
});
