import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReplyDraft } from '../../../../src/core/session/sessionService';
import { stallReply, stepsReply, streamReply } from '../../../support/fakeModelReplies';
import { launchManager } from '../../../support/storeFixture';
import type { SessionManager } from '../../../../src/core/session/sessionManager';
import { gate } from './turnDoubles';
import { clockTool, shortLimits, TurnFixture } from './turnFixture';

let turns: TurnFixture;
/** What another window has of the same file. */
let elsewhere: SessionManager;
beforeEach(() => open(20));

async function open(heartbeatMs: number): Promise<void> {
  turns = await TurnFixture.open({ limits: { ...shortLimits, heartbeatMs } });
  elsewhere = launchManager(turns.store, { service: await turns.store.openAnother() });
}
afterEach(() => turns.dispose());

/** What a window does that takes this one for dead. */
async function takeOver(): Promise<void> {
  const judge = await turns.store.openAnother({ findDead: (leases) => leases });
  // A sign of life in the very moment puts it off.
  await expect.poll(() => judge.recoverInterrupted(), { interval: 5 }).toEqual([turns.sessionId]);
}

const foreign = () => elsewhere.foreignReply(turns.sessionId);

describe('a running turn as other windows see it', () => {
  it('is there from the moment on at which its question is, and gone with its end', async () => {
    turns.server.enqueue(stallReply('Half'));
    const turnId = await turns.send();
    expect(await foreign()).toMatchObject({ turnId, content: '' });
    await turns.until((view) => view.text !== '');
    await expect.poll(async () => (await foreign())?.content).toBe('Half');
    await turns.runner.stop(turnId);
    expect(await foreign()).toBeUndefined();
  });

  it('shows signs of life while it waits for the first word, for a tool, and for another try', async () => {
    const beatsGrow = async (): Promise<void> => {
      const before = (await foreign())?.beats ?? 0;
      await expect.poll(async () => (await foreign())?.beats ?? 0).toBeGreaterThan(before + 1);
    };
    turns.tools.definitions = [clockTool];
    turns.server.enqueue(
      stepsReply([
        { kind: 'toolCall', index: 0, id: 'c', name: 'clock', arguments: '{}' },
        { kind: 'finish', reason: 'tool_calls' },
      ]),
      stallReply(''),
    );
    await turns.send();
    const { pendingTools, turnId } = await turns.until((view) => view.pendingTools.length > 0);
    await beatsGrow();
    const { lastSeq } = await elsewhere.get(turns.sessionId);
    turns.runner.respondToTool(turnId, pendingTools[0]?.id ?? '', 'once');
    await turns.until((view) => view.phase === 'connecting');
    await beatsGrow();
    expect((await elsewhere.get(turns.sessionId)).lastSeq).toBe(lastSeq + 1);
  });

  it('is one that another window cannot join, and can ask to stop', async () => {
    turns.manager.onDidAskToStop(({ turnId }) => void turns.runner.stop(turnId));
    turns.server.enqueue(stallReply('Half'));
    await turns.send();
    await turns.until((view) => view.text !== '');
    await elsewhere.askToStop(turns.sessionId);
    await turns.idle();
    expect(await turns.lastText()).toMatchObject({ content: 'Half', finish: 'cancelled' });
    expect(await elsewhere.get(turns.sessionId)).toMatchObject({ turnStatus: 'cancelled' });
  });
});

describe('a turn that was taken over', () => {
  it('stops by itself, and keeps what it had on a branch of its own', async () => {
    turns.server.enqueue(stallReply('The answer is'));
    await turns.send('Question');
    await turns.until((view) => view.text !== '');
    await expect.poll(async () => (await foreign())?.content).toBe('The answer is');
    await takeOver();
    await turns.idle();
    expect(await turns.server.completions[0]?.finished).toBe('closed');
    const { events } = await elsewhere.readRecord(turns.sessionId);
    expect(events.map(({ type, seq }) => [type, seq])).toEqual([
      ['user_message', 1],
      ['text', 2],
      ['text', 3],
    ]);
    expect(events[2]?.parentId).toBe(events[0]?.id);
    expect(await elsewhere.get(turns.sessionId)).toMatchObject({ turnStatus: 'interrupted', headId: events[1]?.id });
    await turns.ask('Next');
    const shown = (await turns.bodies()).flatMap((body) => ('content' in body ? [body.content] : []));
    expect(shown.slice(0, 3)).toEqual(['Question', 'The answer is', 'Next']);
  });

  it('runs none of the tools that it is told to run afterwards', async () => {
    await turns.dispose();
    await open(60_000);
    const told = gate();
    turns.tools.definitions = [clockTool];
    turns.tools.granted.add('clock');
    turns.server.enqueue(
      stepsReply([
        { kind: 'text', text: 'Let me look.' },
        { kind: 'gate', until: told.opened },
        { kind: 'toolCall', index: 0, id: 'c', name: 'clock', arguments: '{}' },
        { kind: 'finish', reason: 'tool_calls' },
      ]),
    );
    await turns.send();
    await turns.until((view) => view.text !== '');
    await takeOver();
    told.open();
    await turns.idle();
    expect(turns.tools.invoked).toEqual([]);
    expect(await foreign()).toBeUndefined();
  });
});

describe('a process that is killed', () => {
  it('while it makes an answer again leaves the earlier one and no session that seems to reply', async () => {
    turns.server.enqueue(streamReply('First answer'), stallReply(''));
    await turns.ask('Question');
    const [, answered] = await turns.events();
    await turns.runner.regenerate(turns.sessionId, answered!.id);
    turns.kill();
    await turns.reload();
    await elsewhere.refresh();
    expect(await elsewhere.get(turns.sessionId)).toMatchObject({ turnStatus: 'interrupted', headId: answered?.id });
    expect(await elsewhere.foreignReply(turns.sessionId)).toBeUndefined();
  });
});

describe('a turn whose model is still looked for', () => {
  it('is shown, and stops at once, with nothing stored and the way free for the next', async () => {
    const found = gate();
    const resolve = turns.resolver.resolve.bind(turns.resolver);
    turns.resolver = {
      resolve: async (...args) => {
        await found.opened;
        return resolve(...args);
      },
    };
    const sent = turns.send('Question');
    sent.catch(() => undefined);
    const view = await turns.until(({ phase }) => phase === 'preparing');
    await turns.runner.stop(view.turnId);
    await expect(sent).rejects.toMatchObject({ code: 'cancelled' });
    expect(turns.runner.viewOf(turns.sessionId)).toBeNull();
    expect(turns.views.at(-1)).toBeNull();
    expect(await turns.manager.getSession(turns.sessionId)).toBeUndefined();
    found.open();
    turns.server.enqueue(streamReply('Answer'));
    await turns.ask('Again');
    expect(turns.server.completions).toHaveLength(1);
    expect(await turns.lastText()).toMatchObject({ content: 'Answer' });
  });

  it('is the one that is stored under the same name', async () => {
    turns.server.enqueue(streamReply('Answer'));
    const turnId = await turns.send();
    expect(new Set(turns.views.flatMap((view) => (view === null ? [] : [view.turnId])))).toEqual(new Set([turnId]));
    await turns.idle();
  });
});

it('a turn of ours whose end was lost is kept when the next one begins', async () => {
  turns.server.enqueue(streamReply('Next answer'));
  await turns.ask('Question');
  const [question] = await turns.events();
  const lost: ReplyDraft = {
    ...{ sessionId: turns.sessionId, turnId: (await turns.manager.loadBranch(turns.sessionId))[0]!.turnId! },
    ...{ parentId: question!.id, model: { provider: 'fake', model: 'fake-model' }, startedAt: 0, reasoning: '' },
    content: 'What could not be stored',
  };
  await turns.store.service.savePartialReply({
    ...lost,
    ...{ invocationId: question!.invocationId, owner: turns.store.service.self, beats: 0 },
  });
  turns.server.enqueue(streamReply('And on'));
  await turns.ask('Next');
  const { events } = await turns.manager.readRecord(turns.sessionId);
  expect(events.some(({ data }) => data.includes('What could not be stored'))).toBe(true);
});
