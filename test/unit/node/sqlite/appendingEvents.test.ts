import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  toEventId,
  toInvocationId,
  toTurnId,
  type EventId,
  type SessionId,
} from '../../../../src/core/session/session';
import type { EventBody } from '../../../../src/core/session/sessionEvent';
import {
  answer,
  appendRequest,
  newEvent,
  newSession,
  newSessionId,
  partialReply,
  testInvocation,
  testModel,
  testTurn,
  userMessage,
} from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('appending events', () => {
  let store: TempStore;
  let id: SessionId;
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
  });
  afterEach(async () => {
    await store.dispose();
  });

  it('keeps events in order, chained to one another, with the head at the last', async () => {
    const events = [userMessage(), answer('one'), answer('two')];
    const result = await store.service.append(appendRequest(id, events));
    expect(result.events).toMatchObject([
      { id: events[0]?.id, seq: 1, parentId: null, sessionId: id, invocationId: testInvocation },
      { id: events[1]?.id, seq: 2, parentId: events[0]?.id },
      { id: events[2]?.id, seq: 3, parentId: events[1]?.id },
    ]);
    const service = await store.reopen();
    expect(await service.loadBranch(id)).toEqual(result.events);
    expect(await service.get(id)).toEqual(result.session);
    expect(result.session).toMatchObject({ headId: events[2]?.id, lastSeq: 3, messageCount: 3 });
  });

  it('continues the chain in a later invocation, each event with its own', async () => {
    const first = userMessage();
    await store.service.append(appendRequest(id, [first]));
    const service = await store.reopen();
    const later = toInvocationId('invocation-2');
    store.clock.advance(60_000);
    const second = userMessage('And now?');
    await service.append(appendRequest(id, [second], first.id, { invocationId: later }));
    expect(await service.loadBranch(id)).toMatchObject([
      { invocationId: testInvocation, parentId: null },
      { invocationId: later, parentId: first.id },
    ]);
    expect(await service.get(id)).toMatchObject({ lastInvocationId: later, updatedAt: store.clock.time });
  });

  it('keeps the order when the clock goes back', async () => {
    const events = [userMessage('1'), answer('2'), userMessage('3')];
    let head = null;
    for (const event of events) {
      await store.service.append(appendRequest(id, [event], head));
      head = event.id;
      store.clock.advance(-3_600_000);
    }
    const loaded = await store.service.loadBranch(id);
    expect(loaded.map((event) => event.id)).toEqual(events.map((event) => event.id));
    expect(loaded.map((event) => event.seq)).toEqual([1, 2, 3]);
    const page = await store.service.loadPage(id, 2);
    expect(page.events.map((event) => event.id)).toEqual(events.slice(1).map((event) => event.id));
  });

  it('never gives an event an earlier time than one before it while the clock runs on', async () => {
    let head = null;
    for (let n = 0; n < 5; n++) {
      const event = userMessage(String(n));
      await store.service.append(appendRequest(id, [event], head));
      head = event.id;
      store.clock.advance(n % 2);
    }
    const times = (await store.service.loadBranch(id)).map((event) => event.createdAt);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('stores the same events again without a change', async () => {
    const request = appendRequest(id, [userMessage(), answer()]);
    const { session } = await store.service.append(request);
    store.clock.advance(1000);
    expect(await store.service.append(request)).toEqual({ session, events: [] });
    expect(await store.service.loadBranch(id)).toHaveLength(2);
  });

  it('takes an event that it has for stored, also when asked with the head of today', async () => {
    const events = [userMessage(), answer()];
    const { session } = await store.service.append(appendRequest(id, events));
    const again = appendRequest(id, events, session.headId);
    expect(await store.service.append(again)).toEqual({ session, events: [] });
    const more = answer('more');
    const result = await store.service.append(appendRequest(id, [...events, more], session.headId));
    expect(result.events).toMatchObject([{ id: more.id, seq: 3, parentId: session.headId }]);
    expect(result.session).toMatchObject({ headId: more.id, lastSeq: 3, messageCount: 3 });
  });

  it('stores only the rest of a list that it has the start of', async () => {
    const events = [userMessage(), answer('one'), answer('two')];
    await store.service.append(appendRequest(id, events.slice(0, 2)));
    const result = await store.service.append(appendRequest(id, events));
    expect(result.events).toMatchObject([{ id: events[2]?.id, seq: 3, parentId: events[1]?.id }]);
    expect(result.session).toMatchObject({ headId: events[2]?.id, lastSeq: 3, messageCount: 3 });
  });

  it('refuses to write behind a head that has moved, and changes nothing', async () => {
    const first = userMessage();
    await store.service.append(appendRequest(id, [first]));
    const other = await store.openAnother();
    const theirs = answer('theirs');
    await other.append(appendRequest(id, [theirs], first.id));
    const before = await store.service.get(id);
    await expect(store.service.append(appendRequest(id, [answer('ours')], first.id))).rejects.toMatchObject({
      code: 'session/head-moved',
      args: { id },
    });
    expect(await store.service.get(id)).toEqual(before);
    expect((await store.service.loadBranch(id)).map((event) => event.id)).toEqual([first.id, theirs.id]);
  });

  it('does not make a session in the place of one that is gone', async () => {
    const request = appendRequest(id, [answer()], toEventId('somewhere'));
    await expect(store.service.append(request)).rejects.toMatchObject({ code: 'session/head-moved' });
    expect(await store.service.get(id)).toBeUndefined();
  });

  it('writes all events of a request or none', async () => {
    const taken = userMessage();
    await store.service.append(appendRequest(newSessionId(), [taken]));
    await expect(store.service.append(appendRequest(id, [userMessage(), taken]))).rejects.toMatchObject({
      code: 'argument/invalid',
    });
    expect(await store.service.get(id)).toBeUndefined();
    expect(await store.service.loadBranch(id)).toEqual([]);
  });

  it('starts a branch further back and shows only that one, while the other stays', async () => {
    const question = userMessage();
    const first = answer('first try');
    await store.service.append(appendRequest(id, [question, first]));
    const second = answer('second try');
    const { session } = await store.service.append(appendRequest(id, [second], first.id, { parent: question.id }));
    expect(session).toMatchObject({ headId: second.id, lastSeq: 3 });
    const ids = async (end = second.id) => (await store.service.loadBranch(id, end)).map((event) => event.id);
    expect(await ids()).toEqual([question.id, second.id]);
    expect(await ids(first.id)).toEqual([question.id, first.id]);
  });

  it('can start a second root', async () => {
    const first = userMessage('one');
    await store.service.append(appendRequest(id, [first]));
    const edited = userMessage('two');
    await store.service.append(appendRequest(id, [edited], first.id, { parent: null }));
    expect(await store.service.loadBranch(id)).toMatchObject([{ id: edited.id, parentId: null, seq: 2 }]);
  });

  it('counts questions, calls of skills and answers with text, and nothing else', async () => {
    const bodies: EventBody[] = [
      { type: 'system_context', content: 'A new run began.' },
      { type: 'user_message', content: 'Hello' },
      { type: 'text', content: '', finish: 'cancelled' },
      { type: 'tool_call', id: 'c1', name: 'read', input: {} },
      { type: 'tool_result', toolUseId: 'c1', content: 'text', isError: false },
      { type: 'text', content: 'Hi', finish: 'completed' },
      { type: 'skill_invocation', name: 'review', arguments: null, content: 'Text of the skill' },
    ];
    const { session } = await store.service.append(
      appendRequest(
        id,
        bodies.map((body) => newEvent(body)),
      ),
    );
    expect(session.messageCount).toBe(3);
  });

  it('keeps model, usage and duration of each event, and the model of the session', async () => {
    const event = answer('Hi', {
      turnId: testTurn,
      ...testModel,
      usage: { inputTokens: 3_000_000_000, outputTokens: 12 },
      durationMs: 1234.6,
    });
    const { session, events } = await store.service.append(appendRequest(id, [event], null, { model: testModel }));
    expect(session).toMatchObject(testModel);
    const service = await store.reopen();
    const loaded = await service.loadBranch(id);
    expect(loaded).toEqual(events);
    expect(loaded).toMatchObject([
      { turnId: testTurn, ...testModel, usage: { inputTokens: 3_000_000_000, outputTokens: 12 }, durationMs: 1235 },
    ]);
    await service.append(appendRequest(id, [userMessage()], event.id));
    expect(await service.get(id)).toMatchObject(testModel);
  });

  it('keeps the skill of each event and of the session, and takes it away again', async () => {
    const event = answer('Hi', { skill: 'review' });
    const { session } = await store.service.append(appendRequest(id, [event], null, { skill: 'review' }));
    expect(session.skill).toBe('review');
    const service = await store.reopen();
    expect(await service.loadBranch(id)).toMatchObject([{ skill: 'review' }]);
    const later = userMessage();
    expect((await service.append(appendRequest(id, [later], event.id))).session.skill).toBe('review');
    expect((await service.append(appendRequest(id, [], later.id, { skill: null }))).session.skill).toBeNull();
    expect((await service.loadBranch(id))[1]).not.toHaveProperty('skill');
  });

  it('keeps the last message of a person, a model or a skill as the preview', async () => {
    let head: EventId | null = null;
    const preview = async (body: EventBody): Promise<string | undefined> => {
      const event = newEvent(body);
      await store.service.append(appendRequest(id, [event], head));
      head = event.id;
      return (await store.service.get(id))?.preview;
    };
    expect(await preview({ type: 'system_context', content: 'A new run began.' })).toBe('');
    expect(await preview({ type: 'user_message', content: 'Why is\n\n  it stale?' })).toBe('Why is it stale?');
    expect(await preview({ type: 'reasoning', content: 'Hm' })).toBe('Why is it stale?');
    expect(await preview({ type: 'text', content: 'The memo key.', finish: 'completed' })).toBe('The memo key.');
    expect(await preview({ type: 'text', content: '', finish: 'cancelled' })).toBe('The memo key.');
    const skill = { type: 'skill_invocation', name: 'review', arguments: 'src/cart.ts', content: 'Long text' } as const;
    expect(await preview(skill)).toBe('/review src/cart.ts');
    expect((await (await store.reopen()).get(id))?.preview).toBe('/review src/cart.ts');
  });

  it('keeps the preview when an append is repeated or writes no event', async () => {
    const question = userMessage('One');
    await store.service.append(appendRequest(id, [question]));
    const reply = answer('Two');
    await store.service.append(appendRequest(id, [reply], question.id));
    await store.service.append(appendRequest(id, [question]));
    await store.service.append(appendRequest(id, [], reply.id, { turnStatus: 'idle' }));
    expect((await store.service.get(id))?.preview).toBe('Two');
  });

  it('takes a derived title only while there is none', async () => {
    const first = userMessage();
    const titled = await store.service.append(appendRequest(id, [first], null, { derivedTitle: 'Stale totals' }));
    expect(titled.session).toMatchObject({ title: 'Stale totals', titleSource: 'derived' });
    const second = userMessage();
    const again = await store.service.append(appendRequest(id, [second], first.id, { derivedTitle: 'Other' }));
    expect(again.session).toMatchObject({ title: 'Stale totals', titleSource: 'derived' });

    const named = newSessionId();
    await store.service.setServerSessionId(named, 's', newSession());
    await store.service.update([named], { title: '', titleSource: 'user' });
    const kept = await store.service.append(appendRequest(named, [userMessage()], null, { derivedTitle: 'Derived' }));
    expect(kept.session).toMatchObject({ title: '', titleSource: 'user' });
  });

  it('wakes an ended session up', async () => {
    const { session } = await store.service.append(appendRequest(id, [userMessage()]));
    await store.service.update([id], { endedAt: 5 });
    const again = await store.service.append(appendRequest(id, [userMessage()], session.headId));
    expect(again.session.endedAt).toBeNull();
  });

  it('can change the state of a turn without an event', async () => {
    const { session } = await store.service.append(appendRequest(id, [userMessage()], null, { turnStatus: 'running' }));
    await store.service.update([id], { endedAt: 5 });
    store.clock.advance(1000);
    const request = appendRequest(id, [], session.headId, { turnStatus: 'cancelled' });
    expect(await store.service.append(request)).toEqual({
      events: [],
      session: { ...session, endedAt: 5, turnStatus: 'cancelled' },
    });
    await expect(store.service.append({ ...request, expectedHead: null })).rejects.toMatchObject({
      code: 'session/head-moved',
    });
  });

  it('replaces the partial reply by the event that holds its text, in one step', async () => {
    const question = userMessage();
    await store.service.append(appendRequest(id, [question], null, { turnStatus: 'running' }));
    await store.service.savePartialReply(partialReply(id, question.id));
    const otherTurn = appendRequest(id, [], question.id, { clearDraftOf: toTurnId('another') });
    await store.service.append(otherTurn);
    expect(await store.service.getPartialReply(id)).toBeDefined();
    await store.service.append(
      appendRequest(id, [answer()], question.id, { clearDraftOf: testTurn, turnStatus: 'idle' }),
    );
    expect(await store.service.getPartialReply(id)).toBeUndefined();
  });

  it('stores any text unchanged', async () => {
    const texts = [
      '',
      'it\'s "quoted"',
      'line\nbreak\r\n',
      '\u0000 zero',
      'emoji 👩‍💻',
      '\ud800 alone',
      '🇩🇪 ünï',
      '%_?1',
    ];
    const { events } = await store.service.append(
      appendRequest(
        id,
        texts.map((text) => userMessage(text)),
      ),
    );
    const service = await store.reopen();
    const loaded = await service.loadBranch(id);
    expect(loaded).toEqual(events);
    expect(loaded.map((event) => (event.body.type === 'user_message' ? event.body.content : ''))).toEqual(texts);
  });
});
