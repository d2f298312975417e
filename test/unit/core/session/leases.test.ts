import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toTurnId, type SessionId, type TurnId } from '../../../../src/core/session/session';
import type { SessionManager } from '../../../../src/core/session/sessionManager';
import type { LocalSessionService } from '../../../../src/node/sqlite/localSessionService';
import { answer, newEvent, newSession, newSessionId, realIds, testModel, userMessage } from '../../../support/builders';
import { launchManager, openTempStore, startSessionIn, type TempStore } from '../../../support/storeFixture';

let store: TempStore;
let otherService: LocalSessionService;
let here: SessionManager;
let there: SessionManager;
let id: SessionId;

beforeEach(async () => {
  store = await openTempStore();
  otherService = await store.openAnother();
  here = launchManager(store);
  there = launchManager(store, { service: otherService });
  id = await startSessionIn(here);
});
afterEach(() => store.dispose());

const newTurn = (): TurnId => toTurnId(realIds.next());

/** A turn as it is driven: the lease with its question, then what a test says. */
async function begin(manager: SessionManager, text = 'Question', turnId = newTurn()): Promise<Turn> {
  const question = userMessage(text, { turnId });
  const lease = { turnId, model: testModel, startedAt: store.clock.now() };
  await manager.appendUserMessage(id, question, { turnStatus: 'running', lease });
  const draft = { sessionId: id, turnId, parentId: question.id, model: testModel, reasoning: '', startedAt: 0 };
  return {
    turnId,
    grow: (content) => manager.savePartialReply({ ...draft, content }),
    finish: async (content) => {
      const end = answer(content, { turnId });
      await manager.append(id, [end], { turnStatus: 'idle', ofTurn: turnId, clearDraftOf: turnId });
    },
  };
}

interface Turn {
  readonly turnId: TurnId;
  grow(content: string): Promise<void>;
  finish(content: string): Promise<void>;
}

async function texts(manager: SessionManager = here): Promise<readonly string[]> {
  return (await manager.loadBranch(id)).flatMap(({ body }) =>
    body.type === 'user_message' || body.type === 'text' ? [body.content] : [],
  );
}

/** What a window does that takes the other one for dead, as after a long suspend. */
async function giveUpTurns(): Promise<void> {
  const judge = await store.openAnother({ findDead: (leases) => leases });
  await judge.recoverInterrupted();
}

const busyElsewhere = { code: 'session/busy-elsewhere' };

describe('a session that one window answers', () => {
  it('is taken in the transaction of the question', async () => {
    const turn = await begin(here);
    expect(await otherService.listReplies()).toMatchObject([
      { sessionId: id, turnId: turn.turnId, owner: store.service.self, stopAsked: false },
    ]);
    expect(await there.foreignReply(id)).toMatchObject({ turnId: turn.turnId, content: '' });
    expect(await here.foreignReply(id)).toBeUndefined();
  });

  it('takes no question, no other answer and no second turn of another window, and is not touched by the try', async () => {
    await begin(here);
    const before = await here.get(id);
    await expect(begin(there, 'Me too')).rejects.toMatchObject(busyElsewhere);
    await expect(there.appendUserMessage(id, userMessage('Me too'))).rejects.toMatchObject(busyElsewhere);
    const lease = { turnId: newTurn(), model: testModel, startedAt: 0, parentId: before.headId! };
    await expect(there.append(id, [], { turnStatus: 'running', lease })).rejects.toMatchObject(busyElsewhere);
    expect(await here.get(id)).toEqual(before);
  });

  it('is free again with the end of the turn', async () => {
    const turn = await begin(here);
    await turn.finish('Answer');
    expect(await there.foreignReply(id)).toBeUndefined();
    await (await begin(there, 'And now?')).finish('Now.');
    expect(await texts()).toEqual(['First question', 'Question', 'Answer', 'And now?', 'Now.']);
  });

  it('goes to one of two windows that send at the same moment', async () => {
    for (let round = 0; round < 20; round++) {
      id = await startSessionIn(here);
      const tries = await Promise.allSettled([begin(here, 'here'), begin(there, 'there')]);
      expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const lost = tries.find((each) => each.status === 'rejected');
      expect(lost?.reason).toMatchObject(busyElsewhere);
      expect(await texts()).toHaveLength(2);
    }
  });

  it('takes notes of another window, and the answer keeps its place behind the question', async () => {
    const turn = await begin(here);
    await there.setModel(id, { ...testModel, model: 'demo-2' });
    await turn.finish('Answer');
    await there.setSkill(id, 'review');
    await there.appendUserMessage(id, userMessage('Next'));
    expect(await texts(there)).toEqual(['First question', 'Question', 'Answer', 'Next']);
    expect(await there.get(id)).toMatchObject({ model: 'demo-2', skill: 'review' });
  });

  it('is answered again once its window is gone, with what that had saved', async () => {
    const turn = await begin(here);
    await turn.grow('Half an ans');
    await store.reopen();
    const next = await begin(there, 'Me too');
    await next.finish('Yes');
    expect(await texts(there)).toEqual(['First question', 'Question', 'Half an ans', 'Me too', 'Yes']);
  });

  it('is answered again by the same window when the end of its turn was lost, with nothing of it overwritten', async () => {
    const lost = await begin(here);
    await lost.grow('What could not be ended');
    await (await begin(here, 'Next')).finish('Done');
    expect(await texts()).toEqual(['First question', 'Question', 'What could not be ended', 'Next', 'Done']);
  });
});

describe('a session in the trash', () => {
  it('starts no turn, by whatever way', async () => {
    const { headId } = await here.get(id);
    await there.moveToTrash([id]);
    const inTrash = { code: 'session/in-trash' };
    await expect(begin(here)).rejects.toMatchObject(inTrash);
    const lease = { turnId: newTurn(), model: testModel, startedAt: 0, parentId: headId! };
    await expect(here.append(id, [], { turnStatus: 'running', lease })).rejects.toMatchObject(inTrash);
    expect(await here.get(id)).toMatchObject({ turnStatus: 'idle', lastSeq: 1 });
  });

  it('takes the end of a turn that ran when it went there, and brings it back', async () => {
    const turn = await begin(here);
    await there.moveToTrash([id]);
    await turn.finish('The tail');
    await there.restore([id]);
    expect((await texts(there)).at(-1)).toBe('The tail');
  });
});

describe('a turn that was taken over while its process stood still', () => {
  it('learns so with its next save, its next sign of life and its next events, and writes nothing', async () => {
    const turn = await begin(here);
    await turn.grow('The answer is');
    await giveUpTurns();
    const before = await there.get(id);
    expect(before).toMatchObject({ turnStatus: 'interrupted' });
    const takenOver = { code: 'session/taken-over' };
    await expect(turn.grow('The answer is forty')).rejects.toMatchObject(takenOver);
    await expect(here.keepAlive({ sessionId: id, turnId: turn.turnId })).rejects.toMatchObject(takenOver);
    const call = newEvent({ type: 'tool_call', id: 'c', name: 'clock', input: {} }, { turnId: turn.turnId });
    await expect(
      here.append(id, [call], { turnStatus: 'running', ofTurn: turn.turnId, clearDraftOf: turn.turnId }),
    ).rejects.toMatchObject(takenOver);
    expect(await there.get(id)).toEqual(before);
    expect(await otherService.listReplies()).toEqual([]);
  });

  it('has its end in its place when nothing of it was known and nobody went on', async () => {
    const turn = await begin(here);
    await giveUpTurns();
    expect(await there.get(id)).toMatchObject({ turnStatus: 'interrupted' });
    await turn.finish('The answer, late');
    expect(await texts(there)).toEqual(['First question', 'Question', 'The answer, late']);
    expect(await there.get(id)).toMatchObject({ turnStatus: 'idle' });
  });

  it('puts what is chosen in its window meanwhile behind what the other one wrote', async () => {
    const turn = await begin(here);
    await turn.grow('The answer is');
    await giveUpTurns();
    await (await begin(there, 'Are you there?')).finish('Yes.');
    await here.setModel(id, { ...testModel, model: 'demo-2' });
    expect(await texts()).toEqual(['First question', 'Question', 'The answer is', 'Are you there?', 'Yes.']);
  });

  it('leaves its end on a branch of its own, and the head where the conversation went on', async () => {
    const turn = await begin(here);
    await turn.grow('The answer is');
    await giveUpTurns();
    const other = await begin(there, 'Are you there?');
    await other.grow('I am');
    await turn.finish('The answer is forty-two.');
    const running = await there.get(id);
    expect(running).toMatchObject({ turnStatus: 'running' });
    await other.finish('I am here.');
    await here.appendUserMessage(id, userMessage('Good'));
    const shown = ['First question', 'Question', 'The answer is', 'Are you there?', 'I am here.', 'Good'];
    expect(await texts()).toEqual(shown);
    const { events } = await here.readRecord(id);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    const late = events.find(({ data }) => data.includes('forty-two'));
    expect(late?.parentId).toBe(events.find(({ data }) => data.includes('"Question"'))?.id);
  });
});

describe('asking a turn of another window to stop', () => {
  it('is heard with the next save, once, and outlasts the saves before it', async () => {
    const asked: string[] = [];
    here.onDidAskToStop(({ turnId }) => asked.push(turnId));
    const turn = await begin(here);
    await turn.grow('One');
    expect(asked).toEqual([]);
    await there.askToStop(id);
    await turn.grow('One two');
    await turn.grow('One two three');
    expect(asked).toEqual([turn.turnId]);
    expect(await there.foreignReply(id)).toMatchObject({ content: 'One two three' });
    expect(await otherService.listReplies()).toMatchObject([{ stopAsked: true }]);
  });

  it('is heard with a look at the store and with a sign of life', async () => {
    const asked: string[] = [];
    here.onDidAskToStop(({ turnId }) => asked.push(turnId));
    const first = await begin(here);
    await there.askToStop(id);
    await here.refresh();
    await first.finish('Stopped');
    const second = await begin(here, 'Again');
    await there.askToStop(id);
    await here.keepAlive({ sessionId: id, turnId: second.turnId });
    expect(asked).toEqual([first.turnId, second.turnId]);
  });

  it('changes nothing where nobody answers', async () => {
    const before = await here.get(id);
    await there.askToStop(id);
    await there.askToStop(newSessionId());
    expect(await here.get(id)).toEqual(before);
  });
});

describe('signs of life', () => {
  it('keep the text and make no event', async () => {
    const turn = await begin(here);
    await turn.grow('So far');
    const before = await there.get(id);
    const { beats } = (await there.foreignReply(id))!;
    await here.keepAlive({ sessionId: id, turnId: turn.turnId });
    expect(await there.foreignReply(id)).toMatchObject({ content: 'So far', beats: beats + 1 });
    expect(await there.get(id)).toEqual(before);
  });

  it('end with the session', async () => {
    const turn = await begin(here);
    await there.deleteForever([id]);
    const gone = { code: 'session/not-found' };
    await expect(here.keepAlive({ sessionId: id, turnId: turn.turnId })).rejects.toMatchObject(gone);
    await expect(turn.grow('More')).rejects.toMatchObject(gone);
  });
});

it('a turn that stores calls keeps its session without a gap', async () => {
  const turn = await begin(here);
  await turn.grow('Let me look.');
  const call = newEvent({ type: 'tool_call', id: 'c', name: 'clock', input: {} }, { turnId: turn.turnId });
  await here.append(id, [call], { turnStatus: 'running', ofTurn: turn.turnId, clearDraftOf: turn.turnId });
  expect(await there.foreignReply(id)).toMatchObject({ turnId: turn.turnId, content: '', parentId: call.id });
  await expect(begin(there)).rejects.toMatchObject(busyElsewhere);
});

it('two windows that change titles, the archive and pins at the same moment lose none of it', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, () => startSessionIn(here)));
  await Promise.all([
    ...ids.map((each, index) => here.rename(each, `Title ${index}`)),
    ...ids.map((each) => there.setPinned([each], true)),
    ...ids.map((each) => here.setArchived([each], true)),
  ]);
  for (const [index, each] of ids.entries()) {
    expect(await there.get(each)).toMatchObject({ title: `Title ${index}`, pinned: true });
    expect((await there.get(each)).archivedAt).not.toBeNull();
  }
});

it('a session that another window knows by its draft only is made once', async () => {
  const fresh = newSessionId();
  for (const manager of [here, there]) {
    manager.prepareSession(fresh, newSession());
  }
  await Promise.all([
    here.appendUserMessage(fresh, userMessage('here')),
    there.appendUserMessage(fresh, userMessage('there')),
  ]);
  expect(await here.get(fresh)).toMatchObject({ messageCount: 2, lastSeq: expect.any(Number) as number });
});
