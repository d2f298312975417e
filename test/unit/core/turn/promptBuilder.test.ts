import { describe, expect, it } from 'vitest';
import type { StoredBody, StoredEvent } from '../../../../src/core/session/sessionEvent';
import type { ModelInfo, ModelRequest } from '../../../../src/core/turn/modelProvider';
import { buildRequest, type PromptInput } from '../../../../src/core/turn/promptBuilder';
import { branchOf, call, compaction, note, ref, result, text, user, type BodyAndOrigin } from './branches';

const info: ModelInfo = { id: 'm', label: 'M', supportsTools: true };

function build(branch: readonly StoredEvent[], overrides: Partial<PromptInput> = {}): ModelRequest {
  return buildRequest({
    branch,
    ref,
    info,
    system: '',
    tools: [],
    limits: { maxMessages: 0, maxTokens: 0 },
    ...overrides,
  });
}
const messages = (...bodies: BodyAndOrigin[]): ModelRequest['messages'] => build(branchOf(...bodies)).messages;

describe('what becomes of each kind of event', () => {
  it('sends messages, notes and skills as the user, and text as the assistant', () => {
    expect(
      messages(user('Q'), text('A'), note('Time passed'), {
        type: 'skill_invocation',
        name: 'review',
        arguments: 'src',
        content: 'Look closely',
      }),
    ).toEqual([
      { role: 'user', content: 'Q' },
      { role: 'assistant', parts: [{ type: 'text', text: 'A' }] },
      { role: 'user', content: 'Time passed\n\n[Skill "review", arguments: src]\nLook closely' },
    ]);
  });

  it('leaves out what is for the person only, what cannot be read, and texts without content', () => {
    const sent = messages(
      { type: 'out_of_band_output', name: 'shell', command: 'ls', content: 'secret' },
      user('Q'),
      { type: 'text', content: '', finish: 'failed' },
      { type: 'opaque', eventType: 'future', data: '{"secret":1}' },
      { type: 'damaged', eventType: 'text', data: '{', reason: 'secret' },
      { type: 'model_changed', from: null, to: ref },
      { type: 'title_changed', from: '', to: 'secret' },
    );
    expect(sent).toEqual([{ role: 'user', content: 'Q' }]);
  });

  it('sends the newest message exactly once, at the end', () => {
    const sent = messages(user('Old'), text('A'), user('Newest'));
    expect(JSON.stringify(sent).split('Newest')).toHaveLength(2);
    expect(sent.at(-1)).toEqual({ role: 'user', content: 'Newest' });
  });

  it('gives signatures back to the model that made them and to no other', () => {
    const reasoning: StoredBody = { type: 'reasoning', content: 'Hm', providerState: { signature: 's' } };
    const stateful: StoredBody = { type: 'text', content: 'A', finish: 'completed', providerState: { id: 1 } };
    expect(messages(user('Q'), reasoning, stateful, user('R'))[1]).toEqual({
      role: 'assistant',
      parts: [
        { type: 'reasoning', text: 'Hm', providerState: { signature: 's' } },
        { type: 'text', text: 'A', providerState: { id: 1 } },
      ],
    });
    for (const other of [
      { provider: 'p', model: 'n' },
      { provider: 'q', model: 'm' },
    ]) {
      const branch = branchOf(user('Q'), [reasoning, other], [stateful, other], user('R'));
      expect(build(branch).messages[1]).toEqual({ role: 'assistant', parts: [{ type: 'text', text: 'A' }] });
    }
  });

  it('does not send reasoning without a signature', () => {
    expect(messages(user('Q'), { type: 'reasoning', content: 'Hm' }, text('A'), user('R'))[1]).toEqual({
      role: 'assistant',
      parts: [{ type: 'text', text: 'A' }],
    });
  });

  it('never ends with the assistant and never begins with it', () => {
    const sent = messages(text('Imported answer'));
    expect(sent.map((message) => message.role)).toEqual(['user', 'assistant', 'user']);
  });
});

describe('tool calls', () => {
  it('puts the results directly behind the calls, in their order', () => {
    expect(
      messages(
        user('Q'),
        text('Look'),
        call('a'),
        call('b'),
        result('b', 'B'),
        result('a', 'A'),
        text('Done'),
        user('R'),
      ).slice(1, 4),
    ).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'text', text: 'Look' },
          expect.objectContaining({ id: 'a' }),
          expect.objectContaining({ id: 'b' }),
        ],
      },
      {
        role: 'tool',
        results: [
          { toolUseId: 'a', name: 'clock', content: 'A', isError: false },
          { toolUseId: 'b', name: 'clock', content: 'B', isError: false },
        ],
      },
      { role: 'assistant', parts: [{ type: 'text', text: 'Done' }] },
    ]);
  });

  it('answers a call that was left open, as after a crash', () => {
    const sent = messages(user('Q'), call('a'), user('Still there?'));
    expect(sent.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'user']);
    expect(sent[2]).toMatchObject({ results: [{ toolUseId: 'a', isError: true }] });
  });

  it('keeps rounds apart, also where a server uses its ids again', () => {
    const sent = messages(
      user('Q'),
      call('call_0'),
      result('call_0', 'first'),
      call('call_0'),
      result('call_0', 'second'),
    );
    expect(sent.map((message) => message.role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'tool']);
    expect([sent[2], sent[4]]).toMatchObject([
      { results: [{ content: 'first' }] },
      { results: [{ content: 'second' }] },
    ]);
  });

  it('drops a result without a call', () => {
    expect(messages(user('Q'), result('x'), text('A'), user('R')).map((message) => message.role)).toEqual([
      'user',
      'assistant',
      'user',
    ]);
  });

  it('offers tools only to models that call them', () => {
    const tools = [{ name: 'clock', description: '', inputSchema: {} }];
    expect(build(branchOf(user('Q')), { tools }).tools).toEqual(tools);
    expect(build(branchOf(user('Q')), { tools, info: { ...info, supportsTools: false } }).tools).toEqual([]);
  });
});

describe('compaction', () => {
  it('puts the summary where its range stood', () => {
    expect(messages(user('1'), text('2'), user('3'), text('4'), compaction(1, 2), user('6'))).toEqual([
      { role: 'user', content: '[Summary of the earlier part of this conversation]\nThey spoke of carts.\n\n3' },
      { role: 'assistant', parts: [{ type: 'text', text: '4' }] },
      { role: 'user', content: '6' },
    ]);
  });

  it('brings the originals back when it was undone', () => {
    const sent = messages(
      user('1'),
      text('2'),
      compaction(1, 2),
      { type: 'compaction_undone', compactionId: 'e3' },
      user('5'),
    );
    expect(sent[0]).toEqual({ role: 'user', content: '1' });
  });

  it('lets a later summary stand for those that it folded in', () => {
    const sent = JSON.stringify(
      messages(
        user('1'),
        text('2'),
        compaction(1, 2, 'early'),
        user('4'),
        text('5'),
        compaction(1, 5, 'all'),
        user('7'),
      ),
    );
    expect(sent).toContain('all');
    expect(sent).not.toContain('early');
  });

  it('never hides the newest message', () => {
    expect(JSON.stringify(messages(user('1'), text('2'), user('Newest'), compaction(1, 3)))).toContain('Newest');
  });
});

describe('limits', () => {
  const long = 'word '.repeat(400);
  const branch = branchOf(
    user(`one ${long}`),
    text(long),
    note('pause'),
    user(`two ${long}`),
    text(long),
    user(`three ${long}`),
  );

  it('leaves out whole turns from the oldest on and says so', () => {
    const sent = build(branch, { info: { ...info, contextWindow: 1600, maxOutputTokens: 100 } }).messages;
    expect(sent.map((message) => message.role)).toEqual(['user', 'assistant', 'user']);
    expect(JSON.stringify(sent[0])).toMatch(/left out here[^]*pause[^]*two/);
    expect(JSON.stringify(sent)).not.toContain('one word');
  });

  it('always sends the newest turn, however small the window is', () => {
    const sent = build(branch, { info: { ...info, contextWindow: 10 } }).messages;
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).toContain('three');
  });

  it('sends everything where nothing limits it', () => {
    expect(build(branch).messages).toHaveLength(5);
    expect(JSON.stringify(build(branch).messages)).not.toContain('left out');
  });

  it.each([
    [{ maxMessages: 3, maxTokens: 0 }, 3],
    [{ maxMessages: 0, maxTokens: 1500 }, 3],
    [{ maxMessages: 1, maxTokens: 0 }, 1],
  ])('keeps to %o of the settings', (limits, count) => {
    expect(build(branch, { limits }).messages).toHaveLength(count);
  });

  it('never parts a call from its result', () => {
    const tooling = branchOf(user(long), call('a'), result('a', long), text('Done'), user('Newest'));
    const sent = build(tooling, { limits: { maxMessages: 3, maxTokens: 0 } }).messages;
    expect(sent).toEqual([{ role: 'user', content: expect.stringMatching(/left out[^]*Newest/) }]);
  });

  it('keeps the partial answer together with the note that asks for its rest', () => {
    const continued = branchOf(
      user(long),
      text(long),
      user('Q'),
      { type: 'text', content: 'Half', finish: 'interrupted' },
      note('Go on'),
    );
    const sent = build(continued, { limits: { maxMessages: 1, maxTokens: 0 } }).messages;
    expect(sent.map((message) => message.role)).toEqual(['user', 'assistant', 'user']);
  });

  it('handles a hundred thousand events in one go', () => {
    const many = branchOf(
      ...Array.from({ length: 50_000 }, (_, index) => [user(`q${index}`), text(`a${index}`)]).flat(),
      user('Newest'),
    );
    const sent = build(many, { info: { ...info, contextWindow: 8000 } }).messages;
    expect(sent.at(-1)).toEqual({ role: 'user', content: 'Newest' });
  });
});
