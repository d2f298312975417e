import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toInvocationId, toSessionId, type EventId, type SessionId } from '../../../../src/core/session/session';
import type { EventBody, StoredEvent } from '../../../../src/core/session/sessionEvent';
import { applyCompactions } from '../../../../src/core/turn/promptBranch';
import { findLastProvider, loadTail } from '../../../../src/core/turn/promptTail';
import { appendRequest, newEvent } from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

const sessionId = toSessionId('0198b7e0-0000-7000-8000-000000000001');

/** The store, and how many events were read from it. */
class CountedLog {
  read = 0;
  branches = 0;

  constructor(private readonly store: TempStore) {}

  async loadPage(id: SessionId, limit: number, before?: EventId) {
    const page = await this.store.service.loadPage(id, limit, before);
    this.read += page.events.length;
    return page;
  }

  loadBranch(id: SessionId, end?: EventId): Promise<readonly StoredEvent[]> {
    this.branches++;
    return this.store.service.loadBranch(id, end);
  }
}

let store: TempStore;
let log: CountedLog;
let head: EventId | null;
beforeEach(async () => {
  store = await openTempStore();
  log = new CountedLog(store);
  head = null;
});
afterEach(() => store.dispose());

async function append(bodies: readonly EventBody[], parent?: EventId | null): Promise<readonly StoredEvent[]> {
  const events = bodies.map((body) => newEvent(body, body.type === 'text' ? { provider: 'p', model: 'm' } : {}));
  const options = parent === undefined ? {} : { parent };
  const result = await store.service.append({
    ...appendRequest(sessionId, events, head, options),
    invocationId: toInvocationId('i'),
  });
  head = result.session.headId;
  return result.events;
}

const exchange = (index: number): readonly EventBody[] => [
  { type: 'user_message', content: `q${index}` },
  { type: 'text', content: `a${index}`, finish: 'completed' },
];
const exchanges = (count: number): readonly EventBody[] =>
  Array.from({ length: count }, (_, index) => exchange(index)).flat();
const compaction = (fromSeq: number, toSeq: number): EventBody => ({
  type: 'compaction',
  summary: `Events ${fromSeq} to ${toSeq}`,
  fromSeq,
  toSeq,
  tokensBefore: 10,
  tokensAfter: 1,
});

async function expectSamePrompt(end?: EventId): Promise<readonly StoredEvent[]> {
  const tail = await loadTail(log, sessionId, end);
  expect(applyCompactions(tail)).toEqual(applyCompactions(await store.service.loadBranch(sessionId, end)));
  return tail;
}

describe('the tail of a branch', () => {
  it('is the whole branch where no summary holds its beginning', async () => {
    await append([...exchanges(300), compaction(5, 500), ...exchange(1)]);
    expect(await expectSamePrompt()).toHaveLength(603);
  });

  it('costs its own length in a session of thousands of events, and gives the very same prompt', async () => {
    await append([...exchanges(3000), compaction(1, 5950), ...exchange(1), { type: 'user_message', content: 'now' }]);
    const tail = await expectSamePrompt();
    expect(log.read).toBeLessThanOrEqual(100);
    expect(tail.length).toBeLessThanOrEqual(100);
    expect(tail[0]?.seq).toBeLessThanOrEqual(5950);
  });

  it('reads on until a summary is placed, also when its range ended long ago', async () => {
    await append([...exchanges(1000), compaction(1, 1990), ...exchanges(150)]);
    await expectSamePrompt();
    expect(log.read).toBeGreaterThan(300);
    expect(log.read).toBeLessThanOrEqual(700);
  });

  it('takes no summary for one that was undone, or that would hide the newest message', async () => {
    const [stored] = (await append([...exchanges(150), compaction(1, 250)])).slice(-1);
    await append([{ type: 'compaction_undone', compactionId: stored?.id ?? '' }, ...exchange(1)]);
    expect(await expectSamePrompt()).toHaveLength(304);
    await append([compaction(1, 400)]);
    expect(await expectSamePrompt()).toHaveLength(305);
  });

  it('ends where it is asked to, without what was said later', async () => {
    const events = await append([...exchanges(200), compaction(1, 300), ...exchanges(150)]);
    const end = events[450]?.id;
    const tail = await expectSamePrompt(end);
    expect(tail.at(-1)?.id).toBe(end);
    // Before the summary was made nothing stood for the beginning.
    expect(await expectSamePrompt(events[350]?.id)).toHaveLength(351);
  });

  it('is found on another branch, too', async () => {
    const events = await append(exchanges(3));
    const last = events.at(-1);
    await append(exchange(9), events[1]?.id);
    const tail = await expectSamePrompt(last?.id);
    expect(tail.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });

  it('is empty for a session that has no events', async () => {
    expect(await loadTail(log, sessionId)).toEqual([]);
  });
});

describe('who answered last', () => {
  it('is found behind a summary, and is nobody before the first answer', async () => {
    await append([...exchanges(150), compaction(1, 300), { type: 'user_message', content: 'now' }]);
    const tail = (await loadTail(log, sessionId)).slice(-1);
    expect(await findLastProvider(log, sessionId, tail)).toBe('p');
    expect(await findLastProvider(log, sessionId, [])).toBeUndefined();
  });
});
