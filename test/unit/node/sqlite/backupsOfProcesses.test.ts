import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildStoreProgram, startStoreProcess, type StoreProcess } from '../../../support/storeProcess';
import type { StoreAnswer } from '../../../support/storeServer';
import { openTempStore, type TempStore } from '../../../support/storeFixture';
import { addSession, filesWith } from './backupFixture';

const canary = 'canary-91ce04';
const dayMs = 86_400_000;

/** A window in a process of its own that does what it is told. */
class Window {
  private readonly process: StoreProcess;
  private readonly waiting = new Map<number, (answer: StoreAnswer) => void>();
  private calls = 0;

  constructor(program: string, folder: string) {
    this.process = startStoreProcess(program, folder, { kind: 'serve' });
    this.process.onLine((line) => {
      const answer = JSON.parse(line) as StoreAnswer;
      this.waiting.get(answer.id)?.(answer);
    });
  }

  async call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    const id = ++this.calls;
    const answer = new Promise<StoreAnswer>((resolve) => this.waiting.set(id, resolve));
    this.process.child.stdin?.write(`${JSON.stringify({ id, on: 'service', method, args })}\n`);
    const got = await answer;
    if ('error' in got) {
      throw new Error(`${got.error.code}: ${got.error.message}`);
    }
    return got.result as T;
  }

  async close(): Promise<void> {
    this.process.child.stdin?.end();
    await this.process.done;
  }
}

describe('backups of several windows', { timeout: 60_000 }, () => {
  let program: string;
  let store: TempStore;
  let windows: readonly [Window, Window];
  beforeAll(async () => {
    program = await buildStoreProgram();
  });
  afterAll(() => rm(program, { force: true }));
  beforeEach(async () => {
    store = await openTempStore();
    await addSession(store.service, 'Cart', 3);
    windows = [new Window(program, store.folder), new Window(program, store.folder)];
    await Promise.all(windows.map((window) => window.call('missingEvents')));
  });
  afterEach(async () => {
    await Promise.all(windows.map((window) => window.close()));
    await store.dispose();
  });

  it('are taken on by one of them, though each looks at the clock before it waits for the other', async () => {
    const ask = (): Promise<boolean[]> =>
      Promise.all(
        ['backup', 'check'].flatMap((work) => windows.map((window) => window.call<boolean>('claim', work, dayMs))),
      );
    const first = await ask();
    expect([first[0] !== first[1], first[2] !== first[3]]).toEqual([true, true]);
    expect(await ask()).toEqual([false, false, false, false]);
  });

  it('stay whole when both make one at the same moment', async () => {
    const made = await Promise.all(windows.map((window) => window.call<{ path: string }>('backUp', 'manual')));
    expect(new Set(made.map(({ path }) => path)).size).toBe(2);
    expect(await store.service.listBackups()).toMatchObject([{ written: 6 }, { written: 6 }]);
  });

  it('hold nothing of what either of them deletes at the same moment', async () => {
    const [one, two] = windows;
    const ids = [];
    for (let index = 0; index < 6; index++) {
      ids.push(await addSession(store.service, `${canary} ${index}`, 3));
    }
    await one.call('backUp', 'manual');
    await two.call('backUp', 'manual');
    expect((await filesWith(join(store.folder, 'backups'), canary)).length).toBe(2);
    await Promise.all(ids.map((id, index) => (index % 2 === 0 ? one : two).call('deleteForever', [id])));
    expect(await filesWith(join(store.folder, 'backups'), canary)).toEqual([]);
    expect((await readdir(join(store.folder, 'backups'))).filter((name) => name !== '.lock')).toHaveLength(2);
    expect(await store.service.listBackups()).toMatchObject([{ sessions: 1 }, { sessions: 1 }]);
  });
});
