import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/base/errors';
import { newSession, newSessionId } from '../../../support/builders';
import { stallReply, stepsReply, streamReply, type ReplyStep } from '../../../support/fakeModelReplies';
import { failingLog, gate, provider } from './turnDoubles';
import { TurnFixture } from './turnFixture';

let turns: TurnFixture;
beforeEach(async () => {
  turns = await TurnFixture.open();
});
afterEach(() => turns.dispose());

describe('a plain turn', () => {
  it('stores question and answer with model, usage and duration', async () => {
    expect(await turns.ask('What time is it?')).toEqual([
      { type: 'user_message', content: 'What time is it?' },
      { type: 'text', content: 'Hello from the fake model.', finish: 'completed' },
    ]);
    const [question, answer] = await turns.events();
    expect(answer).toMatchObject({
      provider: 'fake',
      model: 'fake-model',
      usage: { inputTokens: 10, outputTokens: 5 },
      parentId: question?.id,
    });
    expect(answer?.durationMs).toBeGreaterThanOrEqual(0);
    expect(answer?.turnId).toBe(question?.turnId);
    expect(await turns.manager.get(turns.sessionId)).toMatchObject({
      turnStatus: 'idle',
      provider: 'fake',
      model: 'fake-model',
    });
    expect(await turns.store.service.getPartialReply(turns.sessionId)).toBeUndefined();
  });

  it('has the question on disk, and the turn marked as running, when the request arrives', async () => {
    let seen: unknown;
    turns.server.enqueue({
      kind: 'dynamic',
      reply: async () => {
        // A connection of its own, as another process would have it.
        const other = await turns.store.openAnother();
        const branch = await other.loadBranch(turns.sessionId);
        seen = {
          bodies: branch.map((event) => event.body),
          status: (await other.get(turns.sessionId))?.turnStatus,
          partial: (await other.getPartialReply(turns.sessionId))?.content,
        };
        return streamReply('Noon.');
      },
    });
    await turns.ask('What time is it?');
    expect(seen).toEqual({
      bodies: [{ type: 'user_message', content: 'What time is it?' }],
      status: 'running',
      partial: '',
    });
  });

  it('sends the whole history once, the newest message once, and the system text', async () => {
    await turns.ask('First');
    await turns.ask('Second');
    expect(turns.messagesOf(1)).toEqual([
      { role: 'system', content: 'You are helpful.' },
      { role: 'user', content: 'First' },
      { role: 'assistant', content: 'Hello from the fake model.' },
      { role: 'user', content: 'Second' },
    ]);
  });

  it('answers a session again after a reload, with the mark of the new invocation', async () => {
    await turns.ask('First');
    await turns.reload();
    await turns.ask('Second');
    const messages = turns.messagesOf(1);
    expect(messages.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(messages[3]?.content).toMatch(/^\[Session resumed\.[^]*\n\nSecond$/);
  });

  it('tells views of each phase and gives the text piece by piece', async () => {
    await turns.ask();
    const phases = turns.views.map((view) => view?.phase ?? 'over');
    expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual([
      'preparing',
      'connecting',
      'streaming',
      'stopping',
      'over',
    ]);
    expect(turns.streamed.join('')).toBe('Hello from the fake model.');
  });

  it('puts letters together that are cut between two packets', async () => {
    const bytes = new TextEncoder().encode(
      'data: {"choices":[{"index":0,"delta":{"content":"Grüße 🌍!"},"finish_reason":"stop"}]}\n\n',
    );
    const steps = [...bytes].flatMap((byte): ReplyStep[] => [
      { kind: 'raw', data: Uint8Array.of(byte) },
      { kind: 'delay', ms: 0 },
    ]);
    turns.server.enqueue(stepsReply([...steps, { kind: 'done' }]));
    await turns.ask();
    expect((await turns.lastText()).content).toBe('Grüße 🌍!');
  });

  it('stores reasoning before the text', async () => {
    turns.server.enqueue(
      stepsReply([
        { kind: 'reasoning', text: 'Let me see' },
        { kind: 'text', text: 'Noon' },
        { kind: 'finish', reason: 'stop' },
        { kind: 'done' },
      ]),
    );
    expect((await turns.ask()).slice(1)).toEqual([
      { type: 'reasoning', content: 'Let me see' },
      { type: 'text', content: 'Noon', finish: 'completed' },
    ]);
  });

  it('keeps the id of the conversation as soon as the headers are there, and sends it back', async () => {
    const later = gate();
    turns.server.enqueue(
      stepsReply(
        [
          { kind: 'gate', until: later.opened },
          { kind: 'text', text: 'Hi' },
          { kind: 'finish', reason: 'stop' },
        ],
        { 'x-session-id': 'gw-7', 'x-ratelimit-remaining-tokens': '42' },
      ),
    );
    await turns.send('First');
    await expect.poll(async () => (await turns.manager.get(turns.sessionId)).serverSessionId).toBe('gw-7');
    later.open();
    await turns.idle();
    await turns.ask('Second');
    expect(turns.server.completions.map((request) => request.headers['x-session-id'])).toEqual([undefined, 'gw-7']);
    expect((await turns.manager.getUsage('fake@local'))?.snapshot).toEqual({ tokensRemaining: 42 });
  });

  it('does not show the id of one provider to another', async () => {
    turns.server.enqueue(
      stepsReply(
        [
          { kind: 'text', text: 'Hi' },
          { kind: 'finish', reason: 'stop' },
        ],
        { 'x-session-id': 'gw-7' },
      ),
    );
    await turns.ask('First');
    await turns.manager.setModel(turns.sessionId, { provider: 'other', model: 'm' });
    await turns.ask('Second');
    await turns.ask('Third');
    expect(turns.server.completions.map((request) => request.headers['x-session-id'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('starting', () => {
  it('hands the message back when there is no model, and stores nothing', async () => {
    turns.resolver = { resolve: () => Promise.reject(new AppError('model/not-found')) };
    await expect(turns.send()).rejects.toMatchObject({ code: 'model/not-found' });
    expect(await turns.manager.getSession(turns.sessionId)).toBeUndefined();
    expect(turns.runner.viewOf(turns.sessionId)).toBeNull();
  });

  it('sends nothing when the message cannot be stored, and takes the same message again afterwards', async () => {
    let full = true;
    const failing = await TurnFixture.open({ log: failingLog(turns.manager, 'appendUserMessage', () => full) });
    turns.manager.prepareSession(failing.sessionId, newSession());
    const message = { sessionId: failing.sessionId, text: 'Hi', clientMessageId: 'm1' };
    await expect(failing.runner.start(message)).rejects.toMatchObject({ code: 'store/full' });
    expect(failing.server.completions).toEqual([]);
    expect(failing.runner.viewOf(failing.sessionId)).toBeNull();
    full = false;
    await failing.runner.start(message);
    await failing.idle();
    expect(failing.server.completions).toHaveLength(1);
    await failing.dispose();
  });

  it('refuses a second turn in the same session', async () => {
    turns.server.enqueue(stallReply('busy'));
    const turnId = await turns.send();
    await expect(turns.send('Another')).rejects.toMatchObject({ code: 'session/busy' });
    await expect(turns.runner.retry(turns.sessionId)).rejects.toMatchObject({ code: 'session/busy' });
    await turns.runner.stop(turnId);
    expect((await turns.bodies()).filter((body) => body.type === 'user_message')).toHaveLength(1);
  });

  it('runs several sessions side by side', async () => {
    const second = newSessionId();
    turns.manager.prepareSession(second, newSession());
    turns.server.enqueue(stallReply('first'));
    const turnId = await turns.send();
    await turns.until((view) => view.text === 'first');
    const over = new Promise<void>((resolve) =>
      turns.runner.onDidChangeTurn(({ sessionId, view }) => sessionId === second && view === null && resolve()),
    );
    await turns.runner.start({ sessionId: second, text: 'Hi', clientMessageId: 'other' });
    await over;
    expect((await turns.manager.loadBranch(second)).at(-1)?.body).toMatchObject({
      content: 'Hello from the fake model.',
    });
    expect(turns.runner.viewOf(turns.sessionId)?.text).toBe('first');
    await turns.runner.stop(turnId);
  });

  it('starts one turn when the same message arrives twice', async () => {
    const message = { sessionId: turns.sessionId, text: 'Hi', clientMessageId: 'm1' };
    const [one, two] = await Promise.all([turns.runner.start(message), turns.runner.start(message)]);
    await turns.idle();
    expect(one.turnId).toBe(two.turnId);
    expect((await turns.runner.start(message)).turnId).toBe(one.turnId);
    expect((await turns.bodies()).filter((body) => body.type === 'user_message')).toHaveLength(1);
  });

  it('refuses an empty message', async () => {
    await expect(turns.send('  \n')).rejects.toMatchObject({ code: 'argument/invalid' });
  });
});

describe('stopping', () => {
  it('keeps the text so far, tells the provider, and lets nothing land afterwards', async () => {
    turns.server.enqueue(stallReply('One ', 'two'));
    const turnId = await turns.send();
    await turns.until((view) => view.text === 'One two');
    await turns.runner.stop(turnId);
    expect(await turns.lastText()).toEqual({ type: 'text', content: 'One two', finish: 'cancelled' });
    expect(await turns.manager.get(turns.sessionId)).toMatchObject({ turnStatus: 'cancelled' });
    expect(await turns.server.completions[0]?.finished).toBe('closed');
    expect(turns.runner.viewOf(turns.sessionId)).toBeNull();
  });

  it('drops what a provider yields after it was told to stop', async () => {
    const stopped = gate();
    turns.use(
      provider(async function* () {
        yield { type: 'text', text: 'before' };
        await stopped.opened;
        yield { type: 'text', text: 'after' };
        yield { type: 'finish', reason: 'stop', usage: {} };
      }),
    );
    const turnId = await turns.send();
    await turns.until((view) => view.text === 'before');
    const ended = turns.runner.stop(turnId);
    stopped.open();
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(turns.streamed.join('')).toBe('before');
    expect((await turns.bodies()).slice(1)).toEqual([{ type: 'text', content: 'before', finish: 'cancelled' }]);
  });

  it('works while nothing has arrived, and while a retry is waited for', async () => {
    turns.server.enqueue({ kind: 'silent' });
    const first = await turns.send('First');
    await turns.server.waitForCompletion();
    await turns.runner.stop(first);
    expect(await turns.lastText()).toEqual({ type: 'text', content: '', finish: 'cancelled' });
    turns.server.enqueue({ kind: 'status', status: 429, headers: { 'retry-after': '60' }, body: '{}' });
    const turnId = await turns.send('Second');
    await turns.until((view) => view.phase === 'waiting');
    await turns.runner.stop(turnId);
    expect(await turns.lastText()).toEqual({ type: 'text', content: '', finish: 'cancelled' });
    expect(turns.server.completions).toHaveLength(2);
  });

  it('marks replies as interrupted when the window goes away', async () => {
    turns.server.enqueue(stallReply('Half a'));
    await turns.send();
    await turns.until((view) => view.text === 'Half a');
    await turns.runner.stopAll();
    expect(await turns.lastText()).toEqual({ type: 'text', content: 'Half a', finish: 'interrupted' });
    expect(await turns.manager.get(turns.sessionId)).toMatchObject({ turnStatus: 'interrupted' });
  });

  it('takes no notice of a turn that is over', async () => {
    const turnId = await turns.send();
    await turns.idle();
    await turns.runner.stop(turnId);
    expect(await turns.lastText()).toMatchObject({ finish: 'completed' });
  });
});
