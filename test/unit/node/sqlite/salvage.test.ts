import { copyFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import { makeTemporaryBackup } from '../../../../src/node/sqlite/backupFiles';
import { createBackup, listBackups } from '../../../../src/node/sqlite/backups';
import type { LocalSessionService } from '../../../../src/node/sqlite/localSessionService';
import { salvage, type Salvaged, type SalvageTools } from '../../../../src/node/sqlite/salvage';
import { appendRequest, contextItem, partialReply, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, tempFolder, type TempStore } from '../../../support/storeFixture';
import { addSession, backupTools, overwrite, pageSize, zeroPage } from './backupFixture';

const sessionCount = 30;
const turns = 5;
const everyEvent = sessionCount * turns * 2;

describe('salvage', () => {
  let store: TempStore;
  let tools: SalvageTools;
  let ids: SessionId[];
  let target: string;
  beforeEach(async () => {
    store = await openTempStore();
    tools = await backupTools(store.clock);
    ids = [];
    for (let index = 0; index < sessionCount; index++) {
      ids.push(await addSession(store.service, `Session ${index}`, turns, 'x'.repeat(300 + (index % 7) * 100)));
    }
    await store.service.setMetadata(ids[0] as SessionId, 'key', 'value');
    await store.service.putContext(ids[0] as SessionId, [contextItem('src/cart.ts')]);
    target = await makeTemporaryBackup(store.path);
  });
  afterEach(() => store.dispose());

  const run = async (damaged = store.path): Promise<Salvaged> =>
    salvage(tools, damaged, target, await listBackups(tools, store.path));

  /** What was salvaged, opened as the store is. */
  async function opened(): Promise<{ service: LocalSessionService; dispose(): Promise<void> }> {
    const folder = await tempFolder();
    await copyFile(target, join(folder, 'sessions.db'));
    return openTempStore({ folder });
  }

  const pageCount = async (): Promise<number> => Math.floor((await stat(store.path)).size / pageSize);

  /** Pages on which rows of a table lie. */
  async function leavesOf(table: string): Promise<readonly number[]> {
    const rows = await rawSql<{ pageno: number }>(
      store.path,
      `SELECT pageno FROM dbstat WHERE name = '${table}' AND pagetype = 'leaf' ORDER BY pageno`,
    );
    return rows.map(({ pageno }) => pageno);
  }

  it('brings all of a sound file over, byte for byte, seals and attachments too', async () => {
    await store.service.savePartialReply(
      partialReply(ids[1] as SessionId, (await store.service.get(ids[1] as SessionId))?.headId ?? ('' as never)),
    );
    await store.service.close();
    expect(await run()).toMatchObject({ sessions: sessionCount, events: everyEvent, fromBackup: 0, lost: 0 });
    for (const table of ['sessions', 'session_events', 'session_metadata', 'session_context', 'partial_replies']) {
      const rows = `SELECT * FROM ${table} ORDER BY 1, 2`;
      expect(await rawSql(target, rows)).toEqual(await rawSql(store.path, rows));
    }
    expect(await rawSql(target, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('reads around a page of events, and tells how many are lost', async () => {
    await store.service.close();
    const leaves = await leavesOf('session_events');
    await zeroPage(store.path, leaves[Math.floor(leaves.length / 2)] ?? 0);
    const before = await readFile(store.path);
    const found = await run();
    expect(found.sessions).toBe(sessionCount);
    expect(found.lost).toBeGreaterThan(0);
    expect(found.lost).toBeLessThan(12);
    expect(found.events).toBe(everyEvent - found.lost);
    expect((await readFile(store.path)).equals(before)).toBe(true);
  });

  it.each([
    ['the first', [0]],
    ['the last', [-1]],
    ['the first and the last', [0, -1]],
    ['every second', 'even' as const],
  ])('reads around %s page of events', async (_, which) => {
    await store.service.close();
    const leaves = await leavesOf('session_events');
    const gone =
      which === 'even' ? leaves.filter((__, index) => index % 2 === 0) : which.map((at) => leaves.at(at) ?? 0);
    for (const page of gone) {
      await zeroPage(store.path, page);
    }
    const found = await run();
    expect(found.events).toBeGreaterThan(everyEvent * (1 - (gone.length + 1) / leaves.length));
    expect(found.events).toBeLessThan(everyEvent);
    expect(found.events + found.lost).toBeLessThanOrEqual(everyEvent);
  });

  it('completes what is lost from the newest good backup, and what came later from the file', async () => {
    await createBackup(tools, store.path, 'daily');
    const later = await addSession(store.service, 'After the backup', 2);
    await store.service.close();
    const leaves = await leavesOf('session_events');
    await zeroPage(store.path, leaves[2] ?? 0);
    const found = await run();
    expect(found).toMatchObject({ sessions: sessionCount + 1, events: everyEvent + 4, lost: 0 });
    expect(found.fromBackup).toBeGreaterThan(0);
    const { service, dispose } = await opened();
    expect(await service.loadBranch(later)).toHaveLength(4);
    await dispose();
  });

  it('reads around pages whose rows no index names', async () => {
    await store.service.close();
    const leaves = await leavesOf('session_events');
    for (const index of ['sqlite_autoindex_session_events_1', 'sqlite_autoindex_session_events_2']) {
      await zeroPage(store.path, (await leavesOf(index))[1] ?? 0);
    }
    await zeroPage(store.path, leaves[4] ?? 0);
    await zeroPage(store.path, leaves[9] ?? 0);
    const found = await run();
    expect(found.lost).toBeGreaterThan(0);
    expect(found.events).toBe(everyEvent - found.lost);
    expect(found.lost).toBeLessThan(24);
  });

  it('takes nothing from a backup of another generation', async () => {
    const backup = await createBackup(tools, store.path, 'daily');
    await rawSql(backup.path, "UPDATE store_state SET generation = 'another'");
    await store.service.close();
    await zeroPage(store.path, (await leavesOf('session_events'))[2] ?? 0);
    expect(await run()).toMatchObject({ fromBackup: 0 });
  });

  it('lets everything that was found be reached, counted and gone on with', async () => {
    await store.service.close();
    for (const page of (await leavesOf('session_events')).filter((_, index) => index % 3 === 1)) {
      await zeroPage(store.path, page);
    }
    const found = await run();
    const { service, dispose } = await opened();
    let reached = 0;
    for (const session of await service.list({ states: ['active'], limit: 100 })) {
      const { events } = await service.loadPage(session.id, 1000);
      reached += events.length;
      expect(session.messageCount).toBe(events.length);
      expect(events.filter((event) => event.altered === true)).toEqual([]);
      if (events.length > 0) {
        expect(session.headId).toBe(events.at(-1)?.id);
        const next = userMessage('and on');
        await service.append(appendRequest(session.id, [next], session.headId));
        expect((await service.loadBranch(session.id)).at(-1)?.id).toBe(next.id);
      }
    }
    expect(reached).toBe(found.events);
    expect(await service.check()).toMatchObject({ problems: [], altered: [], incomplete: [] });
    await dispose();
  });

  it('makes sessions anew whose rows are gone, named after their first message', async () => {
    await store.service.close();
    for (const page of await leavesOf('sessions')) {
      await zeroPage(store.path, page);
    }
    expect(await run()).toMatchObject({ sessions: sessionCount, events: everyEvent });
    const { service, dispose } = await opened();
    const first = await service.get(ids[3] as SessionId);
    expect(first).toMatchObject({ title: 'Session 3 asks 0', messageCount: turns * 2, lastSeq: turns * 2 });
    expect(await service.loadBranch(ids[3] as SessionId)).toHaveLength(turns * 2);
    await dispose();
  });

  it('keeps a message that was changed on disk flagged', async () => {
    await store.service.close();
    const content = await readFile(store.path);
    // Every copy of it: pages keep old ones in their gaps.
    for (let at = content.indexOf('Session 4 2: x'); at !== -1; at = content.indexOf('Session 4 2: x', at + 1)) {
      await overwrite(store.path, at + 13, Buffer.from('yyy'));
    }
    await run();
    const { service, dispose } = await opened();
    const { events } = await service.loadPage(ids[4] as SessionId, 100);
    const altered = events.filter((event) => event.altered === true);
    expect(altered.map(({ seq }) => seq)).toEqual([6]);
    await dispose();
  });

  it('reads what is left of a file that was cut in half', async () => {
    await store.service.close();
    await truncate(store.path, Math.floor((await pageCount()) / 2) * pageSize);
    const found = await run();
    expect(found.events).toBeGreaterThan(0);
    expect(found.events).toBeLessThan(everyEvent);
  });

  it('reads the log of a process that died, and leaves it', async () => {
    const folder = await tempFolder();
    for (const suffix of ['', '-wal']) {
      await copyFile(`${store.path}${suffix}`, join(folder, `sessions.db${suffix}`));
    }
    const log = await readFile(join(folder, 'sessions.db-wal'));
    expect(log.length).toBeGreaterThan(0);
    expect(await run(join(folder, 'sessions.db'))).toMatchObject({ events: everyEvent, lost: 0 });
    expect((await readFile(join(folder, 'sessions.db-wal'))).equals(log)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it('reads the log of a file that is empty, which SQLite would delete', async () => {
    const small = await openTempStore();
    await addSession(small.service, 'Small', 3);
    const folder = await tempFolder();
    const path = join(folder, 'sessions.db');
    await copyFile(`${small.path}-wal`, `${path}-wal`);
    await writeFile(path, '');
    expect(await run(path)).toMatchObject({ sessions: 1, events: 6, lost: 0 });
    expect((await stat(`${path}-wal`)).size).toBe((await stat(`${small.path}-wal`)).size);
    expect((await readdir(folder)).sort()).toEqual(['backups', 'sessions.db', 'sessions.db-wal']);
    expect(await readdir(join(folder, 'backups'))).toEqual([]);
    await small.dispose();
    await rm(folder, { recursive: true });
  });

  it('says so when not even the tables can be found', async () => {
    await store.service.close();
    await overwrite(store.path, 0, new Uint8Array(100));
    await expect(run()).rejects.toMatchObject({ code: 'store/not-a-database' });
    await truncate(store.path, 0);
    await expect(run()).rejects.toMatchObject({ code: 'store/missing-data' });
  });

  it('reads a file of an earlier version', async () => {
    await store.service.close();
    for (const { name } of await rawSql<{ name: string }>(
      store.path,
      "SELECT name FROM sqlite_schema WHERE type = 'trigger'",
    )) {
      await rawSql(store.path, `DROP TRIGGER ${name}`);
    }
    await rawSql(store.path, 'DROP TABLE store_state');
    await rawSql(store.path, 'ALTER TABLE session_events DROP COLUMN seal');
    expect(await run()).toMatchObject({ sessions: sessionCount, events: everyEvent, lost: 0 });
  });
});
