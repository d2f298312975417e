import { setTimeout as sleep } from 'node:timers/promises';
import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import { newSessionId } from '../../../support/builders';
import { openTempStore, tempFolder } from '../../../support/storeFixture';
import { buildStoreProgram, startStoreProcess } from '../../../support/storeProcess';

describe('a store shared by several processes', () => {
  let program: string;
  let folder: string;
  let id: SessionId;
  beforeAll(async () => {
    program = await buildStoreProgram();
  });
  afterAll(async () => {
    await rm(program, { force: true });
  });
  beforeEach(async () => {
    folder = await tempFolder();
    id = newSessionId();
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('gives every event of two writers its own place and one unbroken chain', { timeout: 60_000 }, async () => {
    const task = { kind: 'append', sessionId: id, count: 300 } as const;
    const writers = [startStoreProcess(program, folder, task), startStoreProcess(program, folder, task)];
    expect(await Promise.all(writers.map((writer) => writer.done))).toEqual([0, 0]);

    const store = await openTempStore({ folder });
    const events = await store.service.loadBranch(id);
    expect(events.map((event) => event.seq)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
    expect(new Set(events.map((event) => event.id))).toEqual(new Set(writers.flatMap((writer) => writer.lines)));
    expect(events.slice(1).map((event) => event.parentId)).toEqual(events.slice(0, -1).map((event) => event.id));
    expect(await store.service.get(id)).toMatchObject({ lastSeq: 600, messageCount: 600, headId: events.at(-1)?.id });
    await store.dispose();
  });

  it('keeps every acknowledged event of a writer that is killed', { timeout: 60_000 }, async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 10; round++) {
      const writer = startStoreProcess(program, folder, { kind: 'appendForever', sessionId: id });
      while (writer.lines.length === 0) {
        await sleep(5);
      }
      await sleep(20 + Math.random() * 60);
      writer.child.kill('SIGKILL');
      await writer.done;
      acknowledged.push(...writer.lines);
    }
    const store = await openTempStore({ folder });
    const events = await store.service.loadBranch(id);
    expect(events.map((event) => event.id)).toEqual(expect.arrayContaining(acknowledged));
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    await store.dispose();
  });

  it('lets twenty processes open a new file at once', { timeout: 60_000 }, async () => {
    const openers = Array.from({ length: 20 }, () => startStoreProcess(program, folder, { kind: 'open' }));
    expect(await Promise.all(openers.map((opener) => opener.done))).toEqual(Array(20).fill(0));
  });

  it('gives sessions that are named alike at the same moment different titles', { timeout: 60_000 }, async () => {
    const task = { kind: 'name', title: 'Stale totals', count: 20 } as const;
    const writers = [startStoreProcess(program, folder, task), startStoreProcess(program, folder, task)];
    expect(await Promise.all(writers.map((writer) => writer.done))).toEqual([0, 0]);

    const titles = writers.flatMap((writer) => writer.lines).sort();
    const numbered = Array.from({ length: 39 }, (_, index) => `Stale totals (${index + 2})`);
    expect(titles).toEqual(['Stale totals', ...numbered].sort());
  });

  it.skipIf(process.platform === 'win32').each([0o000, 0o022])(
    'keeps its files to their owner from the first byte on with umask %i',
    { timeout: 60_000 },
    async (umask) => {
      const inner = `${folder}/new/folder`;
      const child = startStoreProcess(program, inner, { kind: 'modes', umask });
      expect(await child.done).toBe(0);
      expect(JSON.parse(child.lines[0] ?? '')).toEqual({
        folder: '700',
        'sessions.db': '600',
        'sessions.db-wal': '600',
        'sessions.db-shm': '600',
        'sessions.mark': '600',
      });
    },
  );
});
