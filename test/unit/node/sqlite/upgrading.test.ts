import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../src/core/base/ports';
import { toSessionId } from '../../../../src/core/session/session';
import { Database } from '../../../../src/node/sqlite/database';
import { loadMigrations, migrate } from '../../../../src/node/sqlite/migrator';
import { loadSqlite } from '../../../../src/node/sqlite/sqliteBinding';
import { prepareStoreFile } from '../../../../src/node/sqlite/storeFile';
import {
  appendRequest,
  contextItem,
  FakeClock,
  newSession,
  newSessionId,
  testKey,
  userMessage,
} from '../../../support/builders';
import { migrationsDir, openTempStore, tempFolder } from '../../../support/storeFixture';

describe('a store of the first schema', () => {
  let folder: string;
  let old: Database;
  beforeEach(async () => {
    folder = await tempFolder();
    const first = join(folder, 'migrations');
    await mkdir(first);
    const [name = ''] = (await readdir(migrationsDir)).sort();
    await copyFile(join(migrationsDir, name), join(first, name));
    old = await Database.open(await loadSqlite(), await prepareStoreFile(folder, 'sessions.db'), silentLogger);
    await migrate(old, await loadMigrations(first), new FakeClock());
  });
  afterEach(async () => {
    await old.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (sql: string, params: readonly (string | number | null)[]) =>
    old.write((connection) => connection.all(sql, params));

  async function addSession(id: string, title: string, events: readonly (readonly [type: string, data: string])[]) {
    await run(
      `INSERT INTO sessions (id, head_id, directory, git_root, created_at, updated_at, title, title_folded, title_source,
        message_count, last_seq) VALUES (?1, ?2, ?3, ?4, 100, 200, ?5, ?6, 'derived', 2, ?7)`,
      [
        ...[id, `${id}:${events.length}`, testKey.directory, testKey.gitRoot],
        ...[title, title.toLowerCase(), events.length],
      ],
    );
    for (const [index, [type, data]] of events.entries()) {
      await run(
        `INSERT INTO session_events (id, session_id, seq, parent_id, invocation_id, event_type, event_data, provider,
          created_at) VALUES (?1, ?2, ?3, ?4, 'run', ?5, ?6, 'demo', 150)`,
        [`${id}:${index + 1}`, id, index + 1, index === 0 ? null : `${id}:${index}`, type, data],
      );
    }
  }

  const data = (content: unknown) => JSON.stringify({ content, finish: 'completed' });

  it('keeps every session and event, and works on with all that is new', async () => {
    await addSession('s1', 'Cart bug', [
      ['user_message', data('Why?')],
      ['text', data('Because.')],
    ]);
    const store = await openTempStore({ folder });
    const id = toSessionId('s1');
    expect(await store.service.describe()).toMatchObject({ schemaVersion: 2 });
    expect(await store.service.get(id)).toMatchObject({
      ...{ ...testKey, title: 'Cart bug', titleSource: 'derived', messageCount: 2, lastSeq: 2 },
      ...{ createdAt: 100, updatedAt: 200, skill: null, preview: 'Because.' },
    });
    expect(await store.service.loadBranch(id)).toMatchObject([
      { seq: 1, createdAt: 150, provider: 'demo', body: { type: 'user_message', content: 'Why?' } },
      { seq: 2, parentId: 's1:1', body: { type: 'text', content: 'Because.', finish: 'completed' } },
    ]);
    expect(await store.service.listContext(id)).toEqual([]);

    await store.service.putContext(id, [contextItem('a')]);
    const { session } = await store.service.append(
      appendRequest(id, [userMessage('And now?', { skill: 'review' })], (await store.service.get(id))?.headId ?? null),
    );
    expect(session).toMatchObject({ lastSeq: 3, preview: 'And now?' });
    expect((await store.service.readRecord(id))?.events.map(({ skill }) => skill)).toEqual([null, null, 'review']);
    const create = newSession({ title: 'CART bug' });
    const named = await store.service.append(appendRequest(newSessionId(), [userMessage()], null, { create }));
    expect(named.session.title).toBe('CART bug (2)');
    await store.service.close();
  });

  it('gets the last readable message of each session as its preview', async () => {
    const previews: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
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
      await addSession(`s${index}`, '', events);
    }
    await run("INSERT INTO sessions (id, created_at, updated_at) VALUES ('empty', 1, 1)", []);
    const store = await openTempStore({ folder });
    const found = await Promise.all(
      Object.keys(previews).map(async (_, index) => (await store.service.get(toSessionId(`s${index}`)))?.preview),
    );
    expect(found).toEqual(Object.keys(previews));
    expect((await store.service.get(toSessionId('empty')))?.preview).toBe('');
    await store.service.close();
  });

  it('keeps equal titles that it has, and finds the newest of them', async () => {
    await addSession('s1', 'Cart bug', [['user_message', data('Why?')]]);
    await addSession('s2', 'Cart bug', [['user_message', data('Why?')]]);
    await run("UPDATE sessions SET updated_at = 300 WHERE id = 's1'", []);
    const store = await openTempStore({ folder });
    expect((await store.service.findByTitle('cart bug', [testKey]))?.id).toBe('s1');
    expect((await store.service.get(toSessionId('s2')))?.title).toBe('Cart bug');
    await store.service.close();
  });
});
