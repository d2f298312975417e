import { v7 as uuid } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SentContext } from '../../../../src/core/session/contextItem';
import type { ModelDelta, ModelRequest } from '../../../../src/core/turn/modelProvider';
import type { MessageRequest } from '../../../../src/core/turn/turnRunner';
import { clockTool, TurnFixture } from './turnFixture';

let turns: TurnFixture;
let requests: ModelRequest[];
/** What the model does with each request, the last for all that follow. */
let script: readonly (readonly ModelDelta[])[];

const finish: ModelDelta = { type: 'finish', reason: 'stop', usage: {} };
const says = (text: string): readonly ModelDelta[] => [{ type: 'text', text }, finish];
const calls = (name: string): readonly ModelDelta[] => [
  { type: 'tool_call', id: 'c1', name, input: {} },
  { type: 'finish', reason: 'tool_calls', usage: {} },
];
const shellTool = { ...clockTool, name: 'shell' };
const invocation = { name: 'review', arguments: 'src/cart.ts', content: 'Review src/cart.ts closely.' };
const attached: SentContext = { type: 'file', key: 'src/cart.ts', value: 'let total = 0;', changed: false };

beforeEach(async () => {
  turns = await TurnFixture.open();
  requests = [];
  script = [says('Done.')];
  turns.use({
    id: 'fake',
    label: 'Fake',
    listModels: () => Promise.resolve([]),
    // eslint-disable-next-line @typescript-eslint/require-await -- the answers are there at once
    async *stream(request) {
      requests.push(request);
      yield* script[Math.min(requests.length, script.length) - 1] ?? [];
    },
  });
  turns.tools.definitions = [clockTool, shellTool];
  turns.tools.granted.add('clock').add('shell');
});
afterEach(() => turns.dispose());

async function start(message: Partial<MessageRequest>): Promise<void> {
  await turns.runner.start({ sessionId: turns.sessionId, text: '', clientMessageId: uuid(), ...message });
  await turns.idle();
}

describe('the skill of a session', () => {
  it('is noted with what the model says under it, and with nothing else', async () => {
    script = [calls('clock'), says('Noon.')];
    await turns.ask('First');
    await turns.manager.setSkill(turns.sessionId, 'review');
    requests.length = 0;
    await turns.ask('Second');
    const skills = (await turns.events()).map(({ body, skill }) => [body.type, skill]);
    expect(skills).toEqual([
      ['user_message', undefined],
      ['tool_call', undefined],
      ['tool_result', undefined],
      ['text', undefined],
      ['skill_changed', undefined],
      ['user_message', undefined],
      ['tool_call', 'review'],
      ['tool_result', undefined],
      ['text', 'review'],
    ]);
  });

  it('offers the model no other tools than it allows', async () => {
    turns.allowedTools = () => Promise.resolve(['clock', 'elsewhere']);
    await turns.ask();
    expect(requests[0]?.tools.map(({ name }) => name)).toEqual(['clock']);
    turns.allowedTools = () => Promise.resolve([]);
    await turns.ask();
    expect(requests[1]?.tools).toEqual([]);
    turns.allowedTools = () => Promise.resolve(null);
    await turns.ask();
    expect(requests[2]?.tools).toHaveLength(2);
  });

  it('has a call of another tool refused, without running it and without asking', async () => {
    turns.allowedTools = () => Promise.resolve(['clock']);
    turns.tools.granted.delete('shell');
    script = [calls('shell'), says('I may not.')];
    await turns.ask('Delete everything');
    expect(turns.tools.invoked).toEqual([]);
    expect((await turns.bodies()).slice(1)).toEqual([
      { type: 'tool_call', id: 'c1', name: 'shell', input: {} },
      {
        type: 'tool_result',
        toolUseId: 'c1',
        content: 'The skill in use does not allow this tool. Use only the tools that are offered.',
        isError: true,
      },
      { type: 'text', content: 'I may not.', finish: 'completed' },
    ]);
  });

  it('runs the tools that it allows', async () => {
    turns.allowedTools = () => Promise.resolve(['clock']);
    script = [calls('clock'), says('Noon.')];
    await turns.ask();
    expect(turns.tools.invoked).toEqual([{ name: 'clock', input: {} }]);
  });
});

describe('calling a skill by its name', () => {
  it('stores the call as the message of the person, with what is attached, and sends both', async () => {
    await start({ invocation, context: [attached] });
    expect((await turns.bodies())[0]).toEqual({ type: 'skill_invocation', ...invocation, context: [attached] });
    const [message] = requests[0]?.messages ?? [];
    expect(message).toEqual({
      role: 'user',
      content: expect.stringMatching(
        /^\[Attached file "src\/cart\.ts"[^]*let total = 0;[^]*\[Skill "review", arguments: src\/cart\.ts\]\nReview src\/cart\.ts closely\.$/,
      ),
    });
  });

  it('counts as a message: it gives the session its title, and the mark of a new invocation goes before it', async () => {
    await start({ invocation });
    const session = await turns.manager.get(turns.sessionId);
    expect(session).toMatchObject({ title: '/review src/cart.ts', turnStatus: 'idle', messageCount: 2 });
    await turns.reload();
    await start({ invocation });
    expect((await turns.bodies()).slice(2).map(({ type }) => type)).toEqual([
      'system_context',
      'skill_invocation',
      'text',
    ]);
  });

  it('narrows the tools of its own turn only, also when that is tried again or continued', async () => {
    const asked: (string | null)[] = [];
    turns.allowedTools = (name) => {
      asked.push(name);
      return Promise.resolve(name === 'review' ? ['clock'] : null);
    };
    script = [[{ type: 'text', text: 'Half' }], says('Whole.')];
    await start({ invocation });
    await turns.runner.continueReply(turns.sessionId);
    await turns.idle();
    await turns.runner.retry(turns.sessionId);
    await turns.idle();
    expect(requests.map(({ tools }) => tools.map(({ name }) => name))).toEqual([['clock'], ['clock'], ['clock']]);
    await turns.ask('Thanks');
    expect(requests.at(-1)?.tools).toHaveLength(2);
    expect(new Set(asked)).toEqual(new Set(['review', null]));
  });

  it('hangs another answer below the call', async () => {
    await start({ invocation });
    await turns.runner.retry(turns.sessionId);
    await turns.idle();
    expect((await turns.bodies()).map(({ type }) => type)).toEqual(['skill_invocation', 'text']);
    expect(JSON.stringify(requests[1]?.messages).split('closely')).toHaveLength(2);
  });
});

describe('what goes along with a message', () => {
  it('is stored with it and sent before its text', async () => {
    await start({ text: 'Why is it zero?', context: [attached] });
    expect((await turns.bodies())[0]).toEqual({
      type: 'user_message',
      content: 'Why is it zero?',
      context: [attached],
    });
    expect(requests[0]?.messages[0]).toMatchObject({
      content: expect.stringMatching(/total = 0;\n```\n\nWhy is it zero\?$/),
    });
    expect((await turns.compactor.measure(turns.sessionId)).parts.attachments).toBeGreaterThan(0);
  });

  it('does not make an empty message one', async () => {
    await expect(start({ text: ' ', context: [attached] })).rejects.toMatchObject({ code: 'argument/invalid' });
  });
});
