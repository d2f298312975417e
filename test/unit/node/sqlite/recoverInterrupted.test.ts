import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toTurnId, type SessionId } from '../../../../src/core/session/session';
import type { NewEvent } from '../../../../src/core/session/sessionEvent';
import { createResumeNotice } from '../../../../src/core/session/resumePolicy';
import {
  answer,
  appendRequest,
  deadOwner,
  newEvent,
  newSessionId,
  partialReply,
  testInvocation,
  testModel,
  testTurn,
  userMessage,
} from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('a turn that nobody works on', () => {
  let store: TempStore;
  let id: SessionId;
  let question: NewEvent;
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
    question = userMessage();
    await store.service.append(appendRequest(id, [question], null, { turnStatus: 'running' }));
  });
  afterEach(async () => {
    await store.dispose();
  });

  it('reads back the reply as it was saved last', async () => {
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner, content: 'The' }));
    const reply = partialReply(id, question.id, { content: 'The memo', reasoning: 'Hm', owner: deadOwner });
    await store.service.savePartialReply(reply);
    const service = await store.reopen();
    expect(await service.getPartialReply(id)).toEqual({ ...reply, beats: 2 });
    expect(await service.get(id)).toMatchObject({ lastSeq: 1, headId: question.id });
  });

  it('cannot have a reply without a session', async () => {
    const reply = partialReply(newSessionId(), question.id);
    await expect(store.service.savePartialReply(reply)).rejects.toMatchObject({ code: 'session/not-found' });
  });

  it('becomes an interrupted answer below its question', async () => {
    const reply = partialReply(id, question.id, { owner: deadOwner, reasoning: 'First the key.' });
    await store.service.savePartialReply(reply);
    const service = await store.reopen();
    expect(await service.recoverInterrupted()).toEqual([id]);
    const origin = { turnId: testTurn, ...testModel, invocationId: testInvocation };
    const loaded = await service.loadBranch(id);
    expect(loaded).toMatchObject([
      { id: question.id },
      { ...origin, seq: 2, parentId: question.id, body: { type: 'reasoning', content: 'First the key.' } },
      {
        ...origin,
        seq: 3,
        parentId: loaded[1]?.id,
        body: { type: 'text', content: 'The memo key', finish: 'interrupted' },
      },
    ]);
    expect(await service.getPartialReply(id)).toBeUndefined();
    const session = await service.get(id);
    expect(session).toMatchObject({ turnStatus: 'interrupted', headId: loaded[2]?.id, lastSeq: 3, messageCount: 2 });
    expect(session?.preview).toBe('The memo key');
    expect(session && createResumeNotice(session, store.clock.time).kind).toBe('interrupted');
    expect(await service.recoverInterrupted()).toEqual([]);
  });

  it('keeps the time at which it broke off, so that an old chat does not look new', async () => {
    store.clock.advance(5000);
    const brokeOff = store.clock.time;
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner }));
    store.clock.advance(86_400_000);
    await store.service.recoverInterrupted();
    expect(await store.service.get(id)).toMatchObject({ updatedAt: brokeOff });
    expect((await store.service.loadBranch(id)).at(-1)).toMatchObject({ createdAt: brokeOff });
  });

  it('leaves no event behind when nothing had come yet', async () => {
    const before = await store.service.get(id);
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner, content: '' }));
    expect(await store.service.recoverInterrupted()).toEqual([id]);
    expect(await store.service.loadBranch(id)).toHaveLength(1);
    expect(await store.service.get(id)).toEqual({ ...before, turnStatus: 'interrupted' });
    expect(await store.service.getPartialReply(id)).toBeUndefined();
  });

  it('is shown also when another skill was chosen while it streamed', async () => {
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner }));
    const note = newEvent({ type: 'skill_changed', from: null, to: 'review' });
    await store.service.append(appendRequest(id, [note], question.id, { skill: 'review' }));
    expect(await store.service.recoverInterrupted()).toEqual([id]);
    const branch = await store.service.loadBranch(id);
    expect(branch.map(({ body }) => body.type)).toEqual(['user_message', 'skill_changed', 'text']);
    expect(await store.service.get(id)).toMatchObject({ skill: 'review', turnStatus: 'interrupted' });
  });

  it('is shown also when another model was chosen while it streamed', async () => {
    await store.service.append(appendRequest(id, [], question.id, { turnStatus: 'running' }));
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner }));
    const notes = [testModel, { ...testModel, model: 'demo-2' }].map((to) =>
      newEvent({ type: 'model_changed', from: null, to }),
    );
    await store.service.append(appendRequest(id, notes, question.id));
    expect(await store.service.recoverInterrupted()).toEqual([id]);
    expect(await store.service.get(id)).toMatchObject({ turnStatus: 'interrupted', messageCount: 2 });
    const branch = await store.service.loadBranch(id);
    expect(branch.map(({ body }) => body.type)).toEqual(['user_message', 'model_changed', 'model_changed', 'text']);
    expect(branch.at(-1)?.body).toMatchObject({ content: 'The memo key', finish: 'interrupted' });
  });

  it('of an answer that is made again leaves the earlier one in its place', async () => {
    const earlier = answer('The earlier answer');
    await store.service.append(appendRequest(id, [earlier], question.id, { turnStatus: 'running' }));
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner }));
    await store.service.append(
      appendRequest(id, [newEvent({ type: 'model_changed', from: null, to: testModel })], earlier.id),
    );
    const service = await store.reopen();
    expect(await service.recoverInterrupted()).toEqual([id]);
    const branch = await service.loadBranch(id);
    expect(branch.map(({ body }) => body.type)).toEqual(['user_message', 'text', 'model_changed']);
    expect(await service.get(id)).toMatchObject({ turnStatus: 'interrupted', messageCount: 3 });
  });

  it('is kept as a branch of its own when the conversation went on elsewhere', async () => {
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner }));
    const other = answer('from another window');
    await store.service.append(appendRequest(id, [other], question.id, { turnStatus: 'idle' }));
    const before = await store.service.get(id);
    expect(await store.service.recoverInterrupted()).toEqual([id]);
    expect(await store.service.get(id)).toEqual({ ...before, lastSeq: 3, messageCount: 3 });
    expect((await store.service.loadBranch(id)).map((event) => event.id)).toEqual([question.id, other.id]);
    const next = userMessage();
    await store.service.append(appendRequest(id, [next], other.id));
    expect((await store.service.loadBranch(id)).map((event) => event.seq)).toEqual([1, 2, 4]);
  });

  it('is left alone while its process lives', async () => {
    await store.service.savePartialReply(partialReply(id, question.id, { owner: store.service.self }));
    const own = await store.service.getPartialReply(id);
    expect(await store.service.recoverInterrupted()).toEqual([]);
    const otherWindow = await store.openAnother();
    expect(await otherWindow.recoverInterrupted()).toEqual([]);
    expect(await store.service.getPartialReply(id)).toEqual(own);
    expect(await store.service.get(id)).toMatchObject({ turnStatus: 'running' });
  });

  it('does not end while another one of the same window is given up', async () => {
    await store.service.savePartialReply(partialReply(id, question.id, { owner: store.service.self }));
    const running = userMessage();
    const live = newSessionId();
    await store.service.append(appendRequest(live, [running], null, { turnStatus: 'running' }));
    const own = { turnId: toTurnId('turn-2'), owner: store.service.self };
    await store.service.savePartialReply(partialReply(live, running.id, own));
    expect(await store.service.recoverInterrupted(id)).toEqual([id]);
    expect(await store.service.get(live)).toMatchObject({ turnStatus: 'running' });
  });

  it('is marked when it broke off before its reply began', async () => {
    const service = await store.reopen();
    expect(await service.recoverInterrupted()).toEqual([id]);
    expect(await service.get(id)).toMatchObject({ turnStatus: 'interrupted', headId: question.id });
  });

  it('is recovered once when two windows start together', async () => {
    await store.service.savePartialReply(partialReply(id, question.id, { owner: deadOwner }));
    const other = await store.openAnother();
    const touched = await Promise.all([store.service.recoverInterrupted(), other.recoverInterrupted()]);
    expect(touched.flat()).toEqual([id]);
    expect(await store.service.loadBranch(id)).toHaveLength(2);
  });

  it('leaves finished turns as they are', async () => {
    const statuses = ['idle', 'cancelled', 'failed', 'interrupted'] as const;
    for (const turnStatus of statuses) {
      await store.service.append(appendRequest(newSessionId(), [userMessage()], null, { turnStatus }));
    }
    const service = await store.reopen();
    expect(await service.recoverInterrupted()).toEqual([id]);
    const sessions = await service.list({ states: ['active'], limit: 10 });
    expect(
      sessions
        .filter((session) => session.id !== id)
        .map((session) => session.turnStatus)
        .sort(),
    ).toEqual([...statuses].sort());
  });
});
