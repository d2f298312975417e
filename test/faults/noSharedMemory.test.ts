import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { StoreDescription } from '../../src/core/session/sessionService';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { expectSound } from './support/soundStore';
import { startWindow, type StoreWindow } from './support/storeWindow';
import { injecting, oneWorker } from './support/strace';
import { startTurn } from './support/turns';

const cleanup = useCleanup();

/** A window that cannot map the index of the log into its memory, as on some network file systems. */
function startWithout(folder: string): Promise<StoreWindow> {
  const under = injecting({
    ...{ call: 'mmap', what: 'error=ENODEV', when: '1+' },
    paths: [join(folder, `${storeFileName}-shm`)],
  });
  return startWindow(cleanup, folder, { under, env: oneWorker });
}

async function journalOf(window: StoreWindow): Promise<string> {
  const description: StoreDescription = await window.service.describe();
  return description.journalMode;
}

describe('a file system without shared memory', () => {
  const needs = ['linux', 'strace'] as const;

  faultTest('is written with a rollback journal, by several windows as well', { needs }, async () => {
    const folder = await cleanup.folder();
    const one = await startWithout(folder);
    const id = newSessionId();
    await one.service.append(appendRequest(id, [userMessage('first')]));
    expect(await journalOf(one)).toBe('delete');
    const other = await startWithout(folder);
    const turn = await startTurn(other, id, 'second');
    await turn.grow('Answer');
    await turn.finish('Answer and end');
    expect(await journalOf(other)).toBe('delete');
    expect((await one.service.loadBranch(id)).filter(({ body }) => body.type !== 'system_context')).toHaveLength(3);
    await Promise.all([one.close(), other.close()]);
    expect((await readdir(folder)).filter((name) => name.endsWith('-wal'))).toEqual([]);
    await expectSound(folder);
  });

  faultTest('takes over what an earlier log holds', { needs }, async () => {
    const folder = await cleanup.folder();
    const before = await startWindow(cleanup, folder);
    const id = newSessionId();
    await before.service.append(appendRequest(id, [userMessage(), userMessage()]));
    await before.kill();
    const window = await startWithout(folder);
    expect(await window.service.loadBranch(id)).toHaveLength(2);
    expect(await journalOf(window)).toBe('delete');
    await window.close();
    await expectSound(folder);
  });

  faultTest('loses nothing to a kill', { needs: [...needs, 'signals'] }, async () => {
    const folder = await cleanup.folder();
    const id = newSessionId();
    let head: string | null = null;
    const stored: string[] = [];
    for (let round = 0; round < 3; round++) {
      const window = await startWithout(folder);
      for (let count = 0; count < 5; count++) {
        const event = userMessage(`${round} ${count}`);
        await window.service.append(appendRequest(id, [event], (await window.service.get(id))?.headId ?? null));
        stored.push(event.id);
        head = event.id;
      }
      await window.kill();
    }
    const window = await startWindow(cleanup, folder);
    expect((await window.service.loadBranch(id)).map((event) => event.id)).toEqual(stored);
    expect((await window.service.get(id))?.headId).toBe(head);
    await window.close();
    await expectSound(folder);
  });
});
