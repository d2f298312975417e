import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionFilter } from '../../../../src/core/session/sessionService';
import { toSessionId, type SessionId } from '../../../../src/core/session/session';
import { appendRequest, newSession, testKey, userMessage } from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

const odd = [
  "'; DROP TABLE sessions; --",
  '"*" NEAR(a b)',
  '%',
  '_',
  '\\',
  '?1',
  ':name',
  '[a-z]*',
  '{"a": 1}',
  "O''Hara",
  '\u202e\u200b',
  '😀 日本',
  'ab\0cd',
  '-- comment',
  'x'.repeat(100_000),
];

let store: TempStore;

beforeEach(async () => {
  store = await openTempStore();
});
afterEach(() => store.dispose());

async function add(id: SessionId, title: string, directory = testKey.directory): Promise<void> {
  const create = newSession({ title, key: { directory, gitRoot: null } });
  await store.service.append(appendRequest(id, [userMessage(title)], null, { create }));
}

const list = async (filter: Partial<SessionFilter>): Promise<readonly string[]> =>
  (await store.service.list({ states: ['active'], limit: 100, ...filter })).map(({ id }) => id).sort();

describe('texts that mean something to SQL', () => {
  it.each(odd)('are found as what they are, and nothing else: %j', async (text) => {
    await add(toSessionId('other'), 'Plain title of letters');
    await add(toSessionId('odd'), `a ${text} b`, `/work/${text}`);
    expect(await list({ titlePart: text })).toEqual(['odd']);
    expect(await list({ titlePart: `${text}${text}` })).toEqual([]);
    expect(await list({ keys: [{ directory: `/work/${text}`, gitRoot: null }] })).toEqual(['odd']);
    expect(await list({ provider: text })).toEqual([]);
    expect(await list({})).toEqual(['odd', 'other']);
    expect((await store.service.get(toSessionId('odd')))?.title).toBe(`a ${text} b`);
  });

  it.each(odd)('are ids like any other: %j', async (text) => {
    const id = toSessionId(text);
    await add(id, 'Odd');
    await add(toSessionId('other'), 'Other');
    await store.service.update([id], { pinned: true, title: 'Renamed' });
    expect(await list({ pinned: true })).toEqual([text]);
    await store.service.deleteForever([id]);
    expect(await list({})).toEqual(['other']);
  });
});
