import { afterEach, beforeEach, expect, it } from 'vitest';
import { toEventId, type SessionId } from '../../../src/core/session/session';
import type { EventBody } from '../../../src/core/session/sessionEvent';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { wholeEvent, wholeMessages } from '../../../src/extension/chat/wholeMessages';
import { newEvent, newSession, newSessionId, userMessage } from '../../support/builders';
import { launchManager, openTempStore, type TempStore } from '../../support/storeFixture';

let store: TempStore;
let manager: SessionManager;
let id: SessionId;

beforeEach(async () => {
  store = await openTempStore();
  manager = launchManager(store);
  id = newSessionId();
  manager.prepareSession(id, newSession());
  await manager.appendUserMessage(id, userMessage('Asked'));
});
afterEach(() => store.dispose());

const add = async (body: EventBody) => {
  const event = newEvent(body);
  await manager.append(id, [event]);
  return event.id;
};

it.each<[string, EventBody, { text: string; language: string }]>([
  ['an answer', { type: 'text', content: '# Hi', finish: 'completed' }, { text: '# Hi', language: 'markdown' }],
  ['reasoning', { type: 'reasoning', content: 'Hm' }, { text: 'Hm', language: 'plaintext' }],
  [
    'an input',
    { type: 'tool_call', id: 'c', name: 'run', input: { a: [1] } },
    { text: JSON.stringify({ a: [1] }, null, 2), language: 'json' },
  ],
  [
    'a skill',
    { type: 'skill_invocation', name: 'review', arguments: 'a.ts', content: 'Review a.ts.' },
    { text: '/review a.ts\n\nReview a.ts.', language: 'markdown' },
  ],
])('reads all of %s, also with more behind it', async (_name, body, expected) => {
  const eventId = await add(body);
  await add({ type: 'text', content: 'More', finish: 'completed' });
  expect(await wholeEvent(manager, id, eventId)).toEqual(expected);
});

it('reads no more than the event that is asked for', async () => {
  const last = await add({ type: 'text', content: 'z'.repeat(1_000_000), finish: 'completed' });
  expect(await manager.loadBranch(id, last, 1)).toHaveLength(1);
  expect((await wholeEvent(manager, id, last)).text).toHaveLength(1_000_000);
});

it('joins the messages of an answer as they were written, without what is none', async () => {
  const events = [
    await add({ type: 'text', content: 'First', finish: 'completed' }),
    await add({ type: 'tool_call', id: 'c', name: 'run', input: {} }),
    await add({ type: 'text', content: 'Second\n', finish: 'completed' }),
  ];
  expect(await wholeMessages(manager, id, events)).toBe('First\n\nSecond\n');
});

it('says so when the session has no such event', async () => {
  await expect(wholeEvent(manager, id, toEventId('none'))).rejects.toMatchObject({ code: 'argument/invalid' });
});
