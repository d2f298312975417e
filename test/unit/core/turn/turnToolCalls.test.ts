import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stepsReply, streamReply, type ReplyStep } from '../../../support/fakeModelReplies';
import { clockTool, TurnFixture } from './turnFixture';

let turns: TurnFixture;
beforeEach(async () => {
  turns = await TurnFixture.open();
});
afterEach(() => turns.dispose());

const toolCallReply = (...names: readonly string[]): ReturnType<typeof stepsReply> =>
  stepsReply([
    { kind: 'text', text: 'Let me look.' },
    ...names.map((name, index): ReplyStep => ({
      kind: 'toolCall',
      index,
      id: `call-${index}`,
      name,
      arguments: '{"zone":"UTC"}',
    })),
    { kind: 'finish', reason: 'tool_calls' },
    { kind: 'usage', promptTokens: 7, completionTokens: 3 },
    { kind: 'done' },
  ]);

describe('tools', () => {
  beforeEach(() => {
    turns.tools.definitions = [clockTool];
  });

  it('asks the person, runs the tool, and sends its result with the next request', async () => {
    turns.server.enqueue(toolCallReply('clock'), streamReply('It is noon.'));
    const turnId = await turns.send('What time is it?');
    const view = await turns.until(({ pendingTools }) => pendingTools.length > 0);
    expect(view.pendingTools).toEqual([{ id: 'call-0', name: 'clock', input: { zone: 'UTC' }, phase: 'confirm' }]);
    expect(view.text).toBe('');
    turns.runner.respondToTool(turnId, 'call-0', 'once');
    await turns.idle();
    expect(await turns.bodies()).toEqual([
      { type: 'user_message', content: 'What time is it?' },
      { type: 'text', content: 'Let me look.', finish: 'completed' },
      { type: 'tool_call', id: 'call-0', name: 'clock', input: { zone: 'UTC' } },
      { type: 'tool_result', toolUseId: 'call-0', content: '12:00', isError: false },
      { type: 'text', content: 'It is noon.', finish: 'completed' },
    ]);
    expect(turns.messagesOf(1).slice(2)).toMatchObject([
      {
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [{ id: 'call-0', function: { name: 'clock', arguments: '{"zone":"UTC"}' } }],
      },
      { role: 'tool', tool_call_id: 'call-0', content: '12:00' },
    ]);
    expect((turns.server.completions[0]?.body as { tools: unknown[] }).tools).toHaveLength(1);
    expect((await turns.events())[2]?.usage).toEqual({ inputTokens: 7, outputTokens: 3 });
  });

  it('asks no more for a tool that was allowed for the session', async () => {
    turns.server.enqueue(toolCallReply('clock'), toolCallReply('clock'), streamReply('Done'));
    const turnId = await turns.send();
    await turns.until(({ pendingTools }) => pendingTools.length > 0);
    turns.runner.respondToTool(turnId, 'call-0', 'session');
    await turns.idle();
    expect(turns.tools.invoked).toHaveLength(2);
    expect(await turns.lastText()).toMatchObject({ content: 'Done' });
  });

  it('answers an unknown tool, a declined one and one with broken input, so that the model can go on', async () => {
    const broken = stepsReply([
      { kind: 'toolCall', index: 0, id: 'a', name: 'clock', arguments: '{"zone":' },
      { kind: 'toolCall', index: 1, id: 'b', name: 'rocket', arguments: '{}' },
      { kind: 'toolCall', index: 2, id: 'c', name: 'clock', arguments: '{}' },
      { kind: 'finish', reason: 'tool_calls' },
    ]);
    turns.server.enqueue(broken, streamReply('I see.'));
    const turnId = await turns.send();
    await turns.until(({ pendingTools }) => pendingTools.some((tool) => tool.id === 'c'));
    turns.runner.respondToTool(turnId, 'c', 'deny');
    await turns.idle();
    const results = (await turns.bodies()).flatMap((body) =>
      body.type === 'tool_result' ? [[body.toolUseId, body.isError]] : [],
    );
    expect(results).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
    ]);
    expect(turns.tools.invoked).toEqual([]);
    expect(await turns.lastText()).toMatchObject({ content: 'I see.', finish: 'completed' });
    expect(turns.messagesOf(1).filter((message) => message.role === 'tool')).toHaveLength(3);
  });

  it('gives the model the words of a tool that fails', async () => {
    turns.tools.granted.add('clock');
    turns.tools.outcome = () => Promise.reject(new Error('no battery'));
    turns.server.enqueue(toolCallReply('clock'), streamReply('Sorry.'));
    expect(await turns.ask()).toContainEqual({
      type: 'tool_result',
      toolUseId: 'call-0',
      content: 'The tool failed: no battery',
      isError: true,
    });
  });

  it('ends a running tool with Stop and answers its call', async () => {
    turns.tools.granted.add('clock');
    let aborted = false;
    turns.tools.outcome = (signal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => ((aborted = true), reject(new Error('aborted')))),
      );
    turns.server.enqueue(toolCallReply('clock'));
    const turnId = await turns.send();
    await turns.until(({ pendingTools }) => pendingTools[0]?.phase === 'running');
    await turns.runner.stop(turnId);
    expect(aborted).toBe(true);
    expect((await turns.bodies()).slice(-2)).toEqual([
      {
        type: 'tool_result',
        toolUseId: 'call-0',
        content: 'The user stopped the turn before this tool finished.',
        isError: true,
      },
      { type: 'text', content: '', finish: 'cancelled' },
    ]);
    await turns.ask('And now?');
    const roles = turns.messagesOf(1).map((message) => message.role);
    expect(roles).toEqual(['system', 'user', 'assistant', 'tool', 'user']);
  });

  it('offers no tools to a model that cannot call them', async () => {
    const resolve = turns.resolver.resolve.bind(turns.resolver);
    turns.resolver = {
      resolve: async (ref, signal, id) => ({
        ...(await resolve(ref, signal, id)),
        info: { id: 'm', label: 'm', supportsTools: false },
      }),
    };
    await turns.ask();
    expect(turns.server.completions[0]?.body).not.toHaveProperty('tools');
  });
});
