import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as queries from '../../../../src/node/sqlite/sessionQueries';
import { answer, appendRequest, newSession, newSessionId, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

/** The cost of a query must not grow with what is stored; so none may walk or sort, also once SQLite has statistics. */
describe('query plans on a store with statistics', () => {
  let store: TempStore;
  beforeAll(async () => {
    store = await openTempStore();
    const many = Array.from({ length: 1500 }, (_, n) => answer(String(n)));
    await store.service.append(appendRequest(newSessionId(), many));
    for (let n = 0; n < 150; n++) {
      const key = { directory: `/work/${n % 3}`, gitRoot: '/work' };
      await store.service.append(appendRequest(newSessionId(), [userMessage()], null, { create: newSession({ key }) }));
    }
    await rawSql(store.path, 'ANALYZE');
  }, 30_000);
  afterAll(async () => {
    await store.dispose();
  });

  async function plan(sql: string): Promise<string> {
    const rows = await rawSql<{ detail: string }>(store.path, `EXPLAIN QUERY PLAN ${sql}`);
    return rows.map((row) => row.detail).join('\n');
  }

  const none = { after: false, pinned: false, provider: false, titlePart: false };
  const lists = {
    'a list of everything': queries.selectListArm('everywhere', none),
    'a later page': queries.selectListArm('everywhere', { ...none, after: true }),
    'a list of a folder': queries.selectListArm('directory', { ...none, after: true }),
    'a list of a repository': queries.selectListArm('gitRoot', { ...none, after: true }),
    'sessions of a folder that may resume': queries.selectResumableArm('directory'),
    'sessions of a repository that may resume': queries.selectResumableArm('gitRoot'),
  };
  it.each(Object.entries(lists))('%s is read from an index in order', async (_, sql) => {
    expect(await plan(sql)).toMatch(/^SEARCH sessions USING INDEX sessions_by_\w+ \([^\n]*\)$/);
  });

  const lookUps = {
    'known events': queries.selectKnownEvents,
    'one event': queries.selectEventExists,
  };
  it.each(Object.entries(lookUps))('%s are looked up by their ids', async (_, sql) => {
    expect(await plan(sql)).toContain('session_events USING INDEX sqlite_autoindex_session_events_1 (id=?)');
  });

  const walks = {
    'the head': queries.selectBranchFromHead,
    'an event': queries.selectBranchFrom,
    'above an event': queries.selectBranchAbove,
  };
  it.each(Object.entries(walks))('a branch from %s goes from row to row', async (_, sql) => {
    const steps = await plan(sql);
    expect(steps).toContain('SEARCH above USING INTEGER PRIMARY KEY (rowid=?)');
    expect(steps).toContain('SEARCH event USING INTEGER PRIMARY KEY (rowid=?)');
    expect(steps).not.toMatch(/SCAN (session_events|sessions|above|event)\b/);
    expect(steps).not.toMatch(/session_events USING [^\n]*\(session_id=\?\)/);
  });
});
