import { expect, it } from 'vitest';
import { toEventId } from '../../../src/core/session/session';
import { ViewMemoryStore } from '../../../src/extension/chat/viewMemoryStore';
import { newSessionId } from '../../support/builders';

function createStore(state = new Map<string, unknown>()): ViewMemoryStore {
  return new ViewMemoryStore({
    keys: () => [...state.keys()],
    get: <T>(key: string, fallback?: T) => (state.get(key) as T | undefined) ?? (fallback as T),
    update: (key: string, value: unknown) => Promise.resolve(void state.set(key, structuredClone(value))),
  });
}

const scroll = { eventId: toEventId('event-1'), offset: 12 };

it('keeps drafts and positions over a reload, and nothing for what is empty', async () => {
  const state = new Map<string, unknown>();
  const [first, second] = [newSessionId(), newSessionId()];
  await createStore(state).set(first, { draft: 'one', scroll });
  await createStore(state).set(second, { draft: 'two', scroll: null });
  await createStore(state).set(second, { draft: '', scroll: null });
  expect(createStore(state).get(first)).toEqual({ draft: 'one', scroll });
  expect(createStore(state).get(second)).toEqual({ draft: '', scroll: null });
  expect(JSON.stringify([...state])).not.toContain(second);
});

it('drops the oldest positions in the end, and never a draft', async () => {
  const store = createStore();
  const drafts = Array.from({ length: 250 }, () => newSessionId());
  for (const id of drafts) {
    await store.set(id, { draft: `draft of ${id}`, scroll });
  }
  const positions = Array.from({ length: 250 }, () => newSessionId());
  for (const id of positions) {
    await store.set(id, { draft: '', scroll });
  }
  expect(drafts.filter((id) => store.get(id).draft !== `draft of ${id}`)).toEqual([]);
  expect(positions.map((id) => store.get(id).scroll !== null)).toEqual(positions.map((_, index) => index >= 50));
});
