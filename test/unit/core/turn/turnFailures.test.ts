import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnLimits } from '../../../../src/core/turn/turnLimits';
import {
  dropReply,
  errorEventReply,
  htmlReply,
  malformedReply,
  stallReply,
  statusReply,
  stepsReply,
  streamReply,
  unfinishedReply,
  type FakeReply,
} from '../../../support/fakeModelReplies';
import { gate } from './turnDoubles';
import { shortLimits, TurnFixture } from './turnFixture';

let turns: TurnFixture;

async function open(limits: Partial<TurnLimits> = {}): Promise<void> {
  turns = await TurnFixture.open({ limits: { ...shortLimits, ...limits }, random: () => 0 });
}
beforeEach(() => open());
afterEach(() => turns.dispose());

/** What is stored for a reply that goes wrong, and how many requests it took. */
async function outcomeOf(reply: FakeReply): Promise<unknown> {
  turns.server.defaultReply = reply;
  await turns.ask();
  const { content, finish, error } = await turns.lastText();
  return { content, finish, code: error?.code, requests: turns.server.completions.length };
}

describe('a provider that fails', () => {
  const failed = (code: string, content = '', requests = 1): unknown => ({ content, finish: 'failed', code, requests });

  it.each<[string, FakeReply, unknown]>([
    ['drops the connection before the first byte', dropReply(), failed('model/connection-lost', '', 3)],
    ['ends the response without an end of the answer', unfinishedReply('Half'), failed('model/incomplete', 'Half')],
    ['ends the response without anything', unfinishedReply(), failed('model/incomplete')],
    ['sends something that is not JSON', malformedReply('Half'), failed('model/malformed', 'Half')],
    ['sends an error after text', errorEventReply('The engine broke', 'Half'), failed('model/server-error', 'Half')],
    ['sends an error before any text', errorEventReply('The engine broke'), failed('model/server-error', '', 3)],
    ['answers with a web page', htmlReply(), failed('model/malformed')],
    [
      'answers 200 with an error body',
      statusReply(200, {}, '{"error":{"message":"no","type":"invalid_request_error"}}'),
      failed('model/bad-request'),
    ],
    ['does not know the key', statusReply(401), failed('model/unauthorized')],
    ['forbids it', statusReply(403), failed('model/forbidden')],
    ['does not know the model', statusReply(404), failed('model/not-found')],
    ['does not understand', statusReply(400), failed('model/bad-request')],
    [
      'finds the request too long',
      statusReply(400, {}, '{"error":{"message":"This model\'s maximum context length is 8192 tokens"}}'),
      failed('model/context-too-long'),
    ],
    ['finds the body too large', statusReply(413), failed('model/context-too-long')],
    ['breaks', statusReply(500), failed('model/server-error', '', 3)],
    ['is overloaded', statusReply(503), failed('model/overloaded', '', 3)],
    ["is overloaded in Anthropic's way", statusReply(529), failed('model/overloaded', '', 3)],
    ['limits the rate', statusReply(429), failed('model/rate-limited', '', 3)],
    [
      'has no more quota',
      statusReply(429, {}, '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}'),
      failed('model/rate-limited'),
    ],
  ])('%s', async (_what, reply, expected) => {
    expect(await outcomeOf(reply)).toEqual(expected);
  });

  it('drops the connection in the middle of the text', async () => {
    const shown = gate();
    turns.server.enqueue(
      stepsReply([{ kind: 'text', text: 'Half' }, { kind: 'gate', until: shown.opened }, { kind: 'drop' }]),
    );
    await turns.send();
    await turns.until((view) => view.text === 'Half');
    shown.open();
    await turns.idle();
    expect(await turns.lastText()).toMatchObject({
      content: 'Half',
      finish: 'failed',
      error: { code: 'model/connection-lost' },
    });
    expect(turns.server.completions).toHaveLength(1);
  });

  it('is asked again and the answer is stored once', async () => {
    turns.server.enqueue(statusReply(503), dropReply(), streamReply('There.'));
    expect(await turns.ask('Question')).toEqual([
      { type: 'user_message', content: 'Question' },
      { type: 'text', content: 'There.', finish: 'completed' },
    ]);
    expect(turns.messagesOf(2)).toEqual(turns.messagesOf(0));
  });

  it('cannot be reached at all', async () => {
    await turns.server.dispose();
    await turns.ask();
    expect(await turns.lastText()).toMatchObject({
      finish: 'failed',
      error: { code: 'model/unreachable', args: { reason: 'refused', provider: 'fake' } },
    });
  });

  it('marks the session as failed and can be asked again by hand', async () => {
    turns.server.enqueue(statusReply(401));
    await turns.ask();
    expect((await turns.manager.get(turns.sessionId)).turnStatus).toBe('failed');
    await turns.runner.retry(turns.sessionId);
    await turns.idle();
    expect((await turns.manager.get(turns.sessionId)).turnStatus).toBe('idle');
  });

  it('never finds its key in what is stored', async () => {
    turns.server.defaultReply = statusReply(
      401,
      {},
      JSON.stringify({ error: { message: 'Incorrect API key provided: sk-test-key-1234. Bearer sk-test-key-1234' } }),
    );
    await turns.ask();
    const text = await turns.lastText();
    expect(text.error?.args['detail']).toContain('Incorrect API key');
    expect(JSON.stringify(await turns.bodies())).not.toContain('sk-test-key');
  });
});

describe('Retry-After', () => {
  it.each<[string, Record<string, string>, number, number]>([
    ['in seconds', { 'retry-after': '7' }, 7000, 7000],
    ['in fractions of a second', { 'retry-after': '1.5' }, 1500, 1500],
    ['in milliseconds', { 'retry-after-ms': '2500', 'retry-after': '99' }, 2500, 2500],
    ['as a date', { 'retry-after': new Date(Date.now() + 100_000).toUTCString() }, 40_000, 100_000],
    [
      'as a date by a clock of its own',
      { date: 'Fri, 20 Nov 2015 10:00:00 GMT', 'retry-after': 'Fri, 20 Nov 2015 10:00:08 GMT' },
      8000,
      8000,
    ],
    ['as a date that is past', { 'retry-after': 'Fri, 20 Nov 2015 10:00:00 GMT' }, 10, 10],
    ['in words that mean nothing', { 'retry-after': 'soon' }, 10, 10],
    ['not at all', {}, 10, 10],
  ])('%s is waited for', async (_what, headers, least, most) => {
    turns.server.enqueue(statusReply(429, headers));
    let wait: number | undefined;
    turns.runner.onDidChangeTurn(({ view }) => {
      if (view?.phase === 'waiting' && view.retry !== null) {
        wait = view.retry.at - Date.now();
        void turns.runner.stop(view.turnId);
      }
    });
    await turns.ask();
    expect(wait).toBeGreaterThan(least - 1000);
    expect(wait).toBeLessThanOrEqual(most);
  });

  it('fails at once, with the time, when it is longer than anybody waits', async () => {
    turns.server.defaultReply = statusReply(429, { 'retry-after': '3600' });
    await turns.ask();
    expect((await turns.lastText()).error).toMatchObject({
      code: 'model/rate-limited',
      args: { retryAfterMs: 3_600_000, status: 429 },
    });
    expect(turns.server.completions).toHaveLength(1);
  });
});

describe('a provider that falls silent', () => {
  beforeEach(async () => {
    await turns.dispose();
    await open({ firstByteMs: 1000, idleMs: 500 });
  });

  it.each<[string, FakeReply, unknown]>([
    [
      'before the headers',
      { kind: 'silent' },
      { content: '', finish: 'failed', code: 'model/first-byte-timeout', requests: 1 },
    ],
    [
      'after the headers',
      stallReply(),
      { content: '', finish: 'failed', code: 'model/first-byte-timeout', requests: 1 },
    ],
    [
      'after the first words',
      stallReply('Half'),
      { content: 'Half', finish: 'failed', code: 'model/idle-timeout', requests: 1 },
    ],
    [
      'but for comments that keep the connection open',
      stepsReply(
        Array.from({ length: 40 }, (_, index) =>
          index % 2 === 0 ? { kind: 'raw' as const, data: ': ping\n\n' } : { kind: 'delay' as const, ms: 100 },
        ),
      ),
      { content: '', finish: 'failed', code: 'model/first-byte-timeout', requests: 1 },
    ],
  ])('%s', async (_when, reply, expected) => {
    expect(await outcomeOf(reply)).toEqual(expected);
    expect(await turns.server.completions[0]?.finished).toBe('closed');
  });

  it('is not given up while the input of a tool call is still arriving', async () => {
    const slowCall = stepsReply([
      { kind: 'toolCall', index: 0, id: 'a', name: 'write', arguments: '{"text":"' },
      ...Array.from({ length: 10 }, () => [
        { kind: 'delay' as const, ms: 150 },
        { kind: 'toolCall' as const, index: 0, arguments: 'x' },
      ]).flat(),
      { kind: 'toolCall', index: 0, arguments: '"}' },
      { kind: 'finish', reason: 'tool_calls' },
    ]);
    turns.server.enqueue(slowCall, streamReply('Fine.'));
    await turns.ask();
    expect(await turns.lastText()).toEqual({ type: 'text', content: 'Fine.', finish: 'completed' });
    expect(await turns.bodies()).toContainEqual({
      type: 'tool_call',
      id: 'a',
      name: 'write',
      input: { text: 'xxxxxxxxxx' },
    });
  });
});
