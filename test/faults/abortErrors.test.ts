import { beforeEach, describe, expect, it } from 'vitest';
import { stepsReply, streamReply } from '../support/fakeModelReplies';
import { provider } from '../unit/core/turn/turnDoubles';
import { clockTool, shortLimits, TurnFixture } from '../unit/core/turn/turnFixture';
import { useCleanup } from './support/cleanup';
import { textsOf } from './support/soundStore';

const cleanup = useCleanup();
const abortError = (): Error => new DOMException('This operation was aborted', 'AbortError');

describe('an abort that nobody asked for', () => {
  let turns: TurnFixture;
  beforeEach(async () => {
    turns = await TurnFixture.open({ limits: shortLimits });
    cleanup.add(() => turns.dispose());
    turns.server.enqueue(streamReply('First answer.'));
    await turns.ask('First question');
  });

  /** The conversation goes on with everything that was said before. */
  async function expectGoesOn(): Promise<void> {
    turns.server.enqueue(streamReply('Here again.'));
    await turns.ask('Are you there?');
    expect(await turns.lastText()).toMatchObject({ content: 'Here again.', finish: 'completed' });
    const sent = JSON.stringify(turns.server.completions.at(-1)?.body);
    expect(sent).toContain('First question');
    expect(sent).toContain('First answer.');
    expect(textsOf(await turns.manager.loadBranch(turns.sessionId)).slice(0, 2)).toEqual([
      'First question',
      'First answer.',
    ]);
  }

  it('in the middle of a reply keeps what had come, and the conversation goes on whole', async () => {
    const http = turns.resolver;
    turns.use(
      provider(async function* () {
        yield { type: 'text', text: 'Half' };
        await Promise.resolve();
        throw abortError();
      }),
    );
    await turns.ask('Second question');
    const text = await turns.lastText();
    expect(text.content).toBe('Half');
    expect(text.finish).not.toBe('completed');
    turns.resolver = http;
    await expectGoesOn();
  });

  it('before a reply leaves the question, and the conversation goes on whole', async () => {
    const http = turns.resolver;
    turns.use(
      provider(() => {
        throw abortError();
      }),
    );
    await turns.ask('Second question');
    expect((await turns.lastText()).finish).not.toBe('completed');
    turns.resolver = http;
    await expectGoesOn();
  });

  it('in a tool answers its call, and the conversation goes on whole', async () => {
    turns.tools.definitions = [clockTool];
    turns.tools.granted.add(clockTool.name);
    turns.tools.outcome = () => Promise.reject(abortError());
    turns.server.enqueue(
      stepsReply([
        { kind: 'toolCall', index: 0, id: 'a', name: clockTool.name, arguments: '{}' },
        { kind: 'finish', reason: 'tool_calls' },
      ]),
      streamReply('No clock.'),
    );
    await turns.ask('What time is it?');
    expect(await turns.lastText()).toMatchObject({ content: 'No clock.', finish: 'completed' });
    await expectGoesOn();
  });
});
