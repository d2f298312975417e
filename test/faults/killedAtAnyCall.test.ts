import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { RealWindow } from '../support/realWindow';
import { migrationsDir } from '../support/storeFixture';
import { startStoreProcess, type StoreProcess, type StoreTask } from '../support/storeProcess';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { expectSound, storedIds } from './support/soundStore';
import { injecting, oneWorker } from './support/strace';

const cleanup = useCleanup();
const needs = ['linux', 'strace'] as const;

/** Runs a task until the tracer kills it at the n-th call on a file of the store; false when it ended before. */
async function killAt(call: string, n: number, folder: string, task: StoreTask): Promise<[boolean, StoreProcess]> {
  const suffixes = ['', '-wal', '-shm', '-journal'];
  const paths = [...suffixes.map((suffix) => join(folder, storeFileName + suffix)), join(folder, 'sessions.mark')];
  const under = injecting({ call, what: 'signal=KILL', when: String(n), paths });
  const process = startStoreProcess(inject('storeProgram'), folder, task, { under, env: oneWorker });
  return [(await process.done) === null, process];
}

/** From 1 to the last, closer together at the beginning. */
function spread(last: number, count: number): readonly number[] {
  const points = Array.from({ length: count }, (_, index) => Math.ceil(last ** ((index + 1) / count)));
  return [...new Set(points)];
}

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('a process that is killed at one call to the system', () => {
  const whileAppending = {
    pwrite64: byLength({ short: spread(120, 5), long: upTo(200) }),
    'fsync,fdatasync': byLength({ short: spread(30, 3), long: upTo(60) }),
    ftruncate: byLength({ short: [1], long: upTo(4) }),
    // The count of what was stored, which lies beside the database.
    write: byLength({ short: [3], long: upTo(40) }),
  };

  for (const [call, points] of Object.entries(whileAppending)) {
    faultTest(`loses no acknowledged event and leaves no half one: ${call}`, { needs, timeout: 900_000 }, async () => {
      let killed = 0;
      for (const n of points) {
        const folder = await cleanup.folder();
        const sessionId = newSessionId();
        const first = await seed(folder, sessionId);
        const [wasKilled, { lines }] = await killAt(call, n, folder, { kind: 'append', sessionId, count: 40 });
        killed += Number(wasKilled);
        const stored = await storedIds(folder);
        expect([...stored]).toEqual(expect.arrayContaining([first, ...lines]));
        // Besides what was acknowledged at most the one that was being written.
        expect(stored.size - lines.length - 1).toBeLessThanOrEqual(1);
        await expectSound(folder);
      }
      expect(killed).toBeGreaterThan(0);
    });
  }

  const whileCreating = { pwrite64: 70, 'fsync,fdatasync': 12, openat: 12, rename: 3, write: 4 };
  for (const [call, last] of Object.entries(whileCreating)) {
    faultTest(`leaves a new file that opens: ${call}`, { needs, timeout: 600_000 }, async () => {
      const points = byLength({ short: spread(last, 2), long: upTo(last) });
      for (const n of points) {
        const folder = await cleanup.folder();
        await killAt(call, n, folder, { kind: 'open' });
        await seed(folder, newSessionId());
        await expectSound(folder);
      }
    });
  }
});

/** Stores one event through a window that ends as it should; returns its id. */
async function seed(folder: string, sessionId: ReturnType<typeof newSessionId>): Promise<string> {
  const window = new RealWindow(folder, migrationsDir);
  try {
    const event = userMessage();
    await (await window.service).append(appendRequest(sessionId, [event]));
    return event.id;
  } finally {
    await window.close();
  }
}
