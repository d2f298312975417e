import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as queries from '../../../../src/node/sqlite/sessionQueries';
import * as titleQueries from '../../../../src/node/sqlite/titleQueries';
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

  const none = {
    ...{ after: false, pinned: false, provider: false },
    ...{ titlePart: false, updatedBefore: false, deletedBefore: false },
  };
  const lists = {
    'a list of everything': queries.selectListArm('everywhere', none),
    'a later page': queries.selectListArm('everywhere', { ...none, after: true }),
    'a list of what is old': queries.selectListArm('everywhere', { ...none, after: true, updatedBefore: true }),
    'a list of a folder': queries.selectListArm('directory', { ...none, after: true }),
    'a list of a repository': queries.selectListArm('gitRoot', { ...none, after: true }),
    'sessions of a folder that may resume': queries.selectResumableArm('directory'),
    'sessions of a repository that may resume': queries.selectResumableArm('gitRoot'),
  };
  it.each(Object.entries(lists))('%s is read from an index in order', async (_, sql) => {
    expect(await plan(sql)).toMatch(/^SEARCH sessions USING INDEX sessions_by_\w+ \([^\n]*\)$/);
  });

  const titles = {
    'whether a title is taken': titleQueries.selectTitleTaken,
    'the numbers that are taken': titleQueries.selectTitlesBetween,
    'the session of a title in a folder': queries.selectTitledArm('directory'),
    'the session of a title in a repository': queries.selectTitledArm('gitRoot'),
  };
  it.each(Object.entries(titles))('%s is looked up by the title', async (_, sql) => {
    const steps = await plan(sql);
    expect(steps).toMatch(/^SEARCH sessions USING (COVERING )?INDEX sessions_by_title \(title_folded/);
    expect(steps).not.toContain('SCAN');
  });

  it('equal titles among many sessions are found one by one', async () => {
    const steps = await plan(titleQueries.selectEqualTitles);
    expect(steps).toMatch(/SEARCH other (EXISTS )?USING (COVERING )?INDEX sessions_by_title \(title_folded=\?/);
    expect(steps).toContain('SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)');
  });

  it('an append writes the index of the time and not the one of titles', async () => {
    const roots = await rawSql<{ name: string; rootpage: number }>(
      store.path,
      'SELECT name, rootpage FROM sqlite_schema',
    );
    const program = await rawSql<{ opcode: string; p2: number }>(store.path, `EXPLAIN ${queries.advanceSession}`);
    const written = program.filter(({ opcode }) => opcode === 'OpenWrite').map(({ p2 }) => p2);
    const names = roots.filter(({ rootpage }) => written.includes(rootpage)).map(({ name }) => name);
    expect(names).toContain('sessions_by_time');
    expect(names).not.toContain('sessions_by_title');
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
