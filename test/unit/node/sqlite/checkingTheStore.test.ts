import { open } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import type { NewEvent } from '../../../../src/core/session/sessionEvent';
import { answer, appendRequest, newSessionId, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

const sound = { problems: [], altered: [], incomplete: [], missingEvents: 0 };

describe('checking the store', () => {
  let store: TempStore;
  let id: SessionId;
  let events: readonly NewEvent[];
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
    events = Array.from({ length: 120 }, (_, index) => answer(`Message ${index} ${'with some text '.repeat(40)}`));
    await store.service.append(appendRequest(id, events));
    await store.service.append(appendRequest(newSessionId(), [userMessage(), answer()]));
  });
  afterEach(async () => {
    await store.dispose();
  });

  const run = (sql: string, ...params: string[]): Promise<unknown[]> => rawSql(store.path, sql, params);
  const eventId = (index: number): string => events[index]?.id ?? '';

  it('finds nothing in one that is as it was written', async () => {
    expect(await store.service.check()).toEqual(sound);
    expect(await store.service.check()).toEqual(sound);
  });

  it.each([0, 60, 119])('finds the session from which event %i was removed', async (index) => {
    await run('DELETE FROM session_events WHERE id = ?', eventId(index));
    expect(await store.service.check()).toEqual({ ...sound, incomplete: [id] });
  });

  it('finds the session from which all events were removed', async () => {
    await run('DELETE FROM session_events WHERE session_id = ?', id);
    expect(await store.service.check()).toEqual({ ...sound, incomplete: [id] });
  });

  it('finds the session into which an event was put', async () => {
    await run(
      `INSERT INTO session_events (id, session_id, seq, invocation_id, event_type, event_data, created_at, seal)
        SELECT 'new', session_id, 121, invocation_id, event_type, event_data, created_at, seal
        FROM session_events WHERE id = ?`,
      eventId(3),
    );
    expect(await store.service.check()).toMatchObject({ incomplete: [id], altered: ['new'] });
  });

  it('finds the session of which two events changed places', async () => {
    const seqOf = (seq: number, index: number) =>
      run(`UPDATE session_events SET seq = ${seq} WHERE id = ?`, eventId(index));
    await seqOf(1000, 4);
    await seqOf(5, 5);
    await seqOf(6, 4);
    expect(await store.service.check()).toEqual({ ...sound, altered: [eventId(5), eventId(4)], incomplete: [id] });
  });

  it('finds events whose session is gone', async () => {
    // Another program deletes without regard to what refers to a row.
    await run('DELETE FROM sessions WHERE id = ?', id);
    expect(await store.service.check()).toEqual({ ...sound, incomplete: [id] });
  });

  it('tells every line of what SQLite finds, and goes on with the events that can be read', async () => {
    await run(
      'UPDATE session_events SET event_data = ? WHERE id = ?',
      '{"content":"other","finish":"completed"}',
      eventId(2),
    );
    await store.service.close();
    const roots = await rawSql<{ rootpage: number }>(
      store.path,
      "SELECT rootpage FROM sqlite_schema WHERE name IN ('sessions_by_time', 'sessions_by_title')",
    );
    const file = await open(store.path, 'r+');
    for (const { rootpage } of roots) {
      // The number of cells on the page: more than fit.
      await file.write(Buffer.from([0x7f, 0xff]), 0, 2, (rootpage - 1) * 4096 + 3);
    }
    await file.close();
    await store.reopen();
    const { problems, altered } = await store.service.check();
    expect(problems.length).toBeGreaterThan(1);
    expect(altered).toEqual([eventId(2)]);
  });

  it('tells of a file whose events cannot be read at all', async () => {
    await store.service.close();
    const [root] = await rawSql<{ rootpage: number }>(
      store.path,
      "SELECT rootpage FROM sqlite_schema WHERE name = 'session_events'",
    );
    const file = await open(store.path, 'r+');
    await file.write(Buffer.alloc(4096, 0xff), 0, 4096, ((root?.rootpage ?? 0) - 1) * 4096);
    await file.close();
    await store.reopen();
    const { problems } = await store.service.check();
    expect(problems.join('\n')).toMatch(/malformed|Tree/);
  });

  it('takes what is written and deleted meanwhile for no loss, and holds nobody up', async () => {
    const other = await store.openAnother();
    const gone = newSessionId();
    await store.service.append(
      appendRequest(
        gone,
        events.map(({ body }) => answer(JSON.stringify(body))),
      ),
    );
    let head = events.at(-1)?.id;
    let checked = false;
    const checking = store.service.check().finally(() => (checked = true));
    let writes = 0;
    while (!checked) {
      const event = userMessage(`Write ${writes}`);
      await (writes % 2 === 0 ? store.service : other).append(appendRequest(id, [event], head));
      await store.service.get(id);
      head = event.id;
      writes += 1;
      if (writes === 2) {
        await other.deleteForever([gone]);
      }
    }
    expect(await checking).toEqual(sound);
    expect(writes).toBeGreaterThan(0);
    expect(await store.service.check()).toEqual(sound);
  });

  it('is broken off when the store is closed', async () => {
    const checking = store.service.check();
    const closed = store.service.close();
    await expect(checking).rejects.toMatchObject({ code: 'store/closed' });
    await closed;
    await store.reopen();
    expect(await store.service.check()).toEqual(sound);
  });
});

describe('work that one window of all takes on', () => {
  const hour = 3_600_000;
  let store: TempStore;
  beforeEach(async () => {
    store = await openTempStore();
  });
  afterEach(async () => {
    await store.dispose();
  });

  it('goes to one of those that ask at the same moment, again when its time has come', async () => {
    const windows = [store.service, await store.openAnother(), await store.openAnother()];
    const ask = async () => (await Promise.all(windows.map((window) => window.claim('backup', hour)))).filter(Boolean);
    expect(await ask()).toHaveLength(1);
    store.clock.advance(hour - 1);
    expect(await ask()).toHaveLength(0);
    store.clock.advance(1);
    expect(await ask()).toHaveLength(1);
  });

  it('is one thing for backups and another for checks', async () => {
    expect(await store.service.claim('backup', hour)).toBe(true);
    expect(await store.service.claim('check', hour)).toBe(true);
    expect(await store.service.claim('check', hour)).toBe(false);
  });

  it('does not wait for a time that a wrong clock wrote', async () => {
    store.clock.advance(1000 * hour);
    expect(await store.service.claim('check', hour)).toBe(true);
    store.clock.advance(-1000 * hour);
    expect(await store.service.claim('check', hour)).toBe(true);
    expect(await store.service.claim('check', hour)).toBe(false);
  });

  it('changes nothing that a list shows', async () => {
    const { revision } = await store.service.version();
    await store.service.claim('backup', hour);
    expect(await store.service.version()).toMatchObject({ revision });
  });
});
