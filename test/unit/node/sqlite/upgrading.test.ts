import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toSessionId } from '../../../../src/core/session/session';
import { appendRequest, contextItem, newSession, newSessionId, testKey, userMessage } from '../../../support/builders';
import { earlierMessage, makeEarlierStore, type EarlierEvent, type EarlierStore } from '../../../support/earlierStore';
import { openTempStore, tempFolder } from '../../../support/storeFixture';

const question = (content: string): EarlierEvent => ['user_message', JSON.stringify({ content })];

describe.each([1, 2])('a store of schema %i', (schema) => {
  let folder: string;
  let old: EarlierStore;
  beforeEach(async () => {
    folder = await tempFolder();
    old = await makeEarlierStore(folder, schema);
  });
  afterEach(async () => {
    await old.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps every session and event, and works on with all that is new', async () => {
    await old.addSession('s1', 'Cart bug', [question('Why?'), earlierMessage('Because.')]);
    const store = await openTempStore({ folder });
    const id = toSessionId('s1');
    expect(await store.service.describe()).toMatchObject({ schemaVersion: 3 });
    expect(await store.service.get(id)).toMatchObject({
      ...{ ...testKey, title: 'Cart bug', titleSource: 'derived', messageCount: 2, lastSeq: 2 },
      ...{ createdAt: 100, updatedAt: 200, skill: null },
    });
    expect(await store.service.loadBranch(id)).toMatchObject([
      { seq: 1, createdAt: 150, provider: 'demo', body: { type: 'user_message', content: 'Why?' } },
      { seq: 2, parentId: 's1:1', body: { type: 'text', content: 'Because.', finish: 'completed' } },
    ]);
    expect(await store.service.listContext(id)).toEqual([]);
    expect(await store.service.missingEvents()).toBe(0);

    await store.service.putContext(id, [contextItem('a')]);
    const { session } = await store.service.append(
      appendRequest(id, [userMessage('And now?', { skill: 'review' })], (await store.service.get(id))?.headId ?? null),
    );
    expect(session).toMatchObject({ lastSeq: 3, preview: 'And now?' });
    expect((await store.service.readRecord(id))?.events.map(({ skill }) => skill)).toEqual([null, null, 'review']);
    const create = newSession({ title: 'CART bug' });
    const named = await store.service.append(appendRequest(newSessionId(), [userMessage()], null, { create }));
    expect(named.session.title).toBe('CART bug (2)');
    expect(await store.service.check()).toEqual({ problems: [], altered: [], incomplete: [], missingEvents: 0 });
    await store.service.close();
  });

  it('keeps equal titles that it has, and finds the newest of them', async () => {
    await old.addSession('s1', 'Cart bug', [question('Why?')]);
    await old.addSession('s2', 'Cart bug', [question('Why?')]);
    await old.run("UPDATE sessions SET updated_at = 300 WHERE id = 's1'");
    const store = await openTempStore({ folder });
    expect((await store.service.findByTitle('cart bug', [testKey]))?.id).toBe('s1');
    expect((await store.service.get(toSessionId('s2')))?.title).toBe('Cart bug');
    await store.service.close();
  });

  it.runIf(schema === 1)('gets the last readable message of each session as its preview', async () => {
    const data = (content: unknown): string => JSON.stringify({ content, finish: 'completed' });
    const previews: Readonly<Record<string, readonly EarlierEvent[]>> = {
      'One two three': [['user_message', data('  One\r\n\ttwo\n three ')]],
      'A question': [
        ['user_message', data('A question')],
        ['text', data('')],
        ['reasoning', data('Hm')],
      ],
      Before: [
        ['user_message', data('Before')],
        ['text', '{"content":'],
        ['text', data(5)],
        ['text', '[]'],
      ],
      ['👩‍💻'.repeat(53) + '👩']: [['text', data('👩‍💻'.repeat(500))]],
      '': [['model_changed', '{"from":null,"to":{"provider":"a","model":"b"}}']],
    };
    for (const [index, events] of Object.values(previews).entries()) {
      await old.addSession(`s${index}`, '', events);
    }
    await old.run("INSERT INTO sessions (id, created_at, updated_at) VALUES ('empty', 1, 1)");
    const store = await openTempStore({ folder });
    const found = await Promise.all(
      Object.keys(previews).map(async (_, index) => (await store.service.get(toSessionId(`s${index}`)))?.preview),
    );
    expect(found).toEqual(Object.keys(previews));
    expect((await store.service.get(toSessionId('empty')))?.preview).toBe('');
    await store.service.close();
  });
});
