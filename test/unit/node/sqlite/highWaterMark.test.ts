import { appendFile, copyFile, readFile, rename, rm, stat, truncate, writeFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../src/core/base/ports';
import type { SessionId } from '../../../../src/core/session/session';
import { markPathOf, MarkWriter, missingFrom, readMark, writeMark } from '../../../../src/node/sqlite/highWaterMark';
import {
  answer,
  appendRequest,
  deadOwner,
  newSessionId,
  partialReply,
  sessionRecord,
  userMessage,
} from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, tempFolder, type TempStore } from '../../../support/storeFixture';
import { buildStoreProgram, startStoreProcess } from '../../../support/storeProcess';

const generation = 'g1';

describe('the file of the mark', () => {
  let folder: string;
  let path: string;
  let mark: string;
  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder, 'sessions.db');
    mark = markPathOf(path);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const writer = (of = generation): MarkWriter => new MarkWriter(path, of, silentLogger);

  it('says nothing while it is not there', async () => {
    expect(await readMark(path)).toBeUndefined();
  });

  it('is raised and never goes back, whoever writes last', async () => {
    const [one, other] = [writer(), writer()];
    one.raise(5);
    other.raise(9);
    one.raise(7);
    expect(await readMark(path)).toEqual({ generation, written: 9, missing: 0 });
    one.close();
    other.close();
    one.raise(100);
    expect(await readMark(path)).toMatchObject({ written: 9 });
  });

  it.skipIf(process.platform === 'win32')('is its owner’s only', async () => {
    writer().raise(1);
    expect((await stat(mark)).mode & 0o777).toBe(0o600);
  });

  it('starts anew when told to, and then hears no more of the generation before', async () => {
    const before = writer();
    before.raise(90);
    await writeMark(path, { generation: 'g2', written: 40 });
    before.raise(91);
    expect(await readMark(path)).toEqual({ generation: 'g2', written: 40, missing: 0 });
    writer('g2').raise(41);
    expect(await readMark(path)).toEqual({ generation: 'g2', written: 41, missing: 0 });
  });

  it.each([
    ['nothing', ''],
    ['zeros', '\0'.repeat(500)],
    ['other text', 'Dear diary,\n+ today 99 0 12345678\n'],
    ['half a line', '\n+ g1 9000 0 1a2'],
  ])('says nothing when it holds %s, and takes what comes next', async (_, content) => {
    await writeFile(mark, content);
    expect(await readMark(path)).toBeUndefined();
    writer().raise(3);
    expect(await readMark(path)).toMatchObject({ written: 3 });
  });

  it('passes over what was cut off or garbled between its lines', async () => {
    writer().raise(3);
    await appendFile(mark, '\n+ g1 4 0 0f');
    writer().raise(5);
    await appendFile(mark, Buffer.from([0, 255, 254, 10, 13]));
    writer().raise(6);
    const text = await readFile(mark, 'latin1');
    // One digit more, as a damaged disk has it, would be a loss that never was.
    await writeFile(mark, text.replace('+ g1 6 ', '+ g1 9 '), 'latin1');
    expect(await readMark(path)).toEqual({ generation, written: 5, missing: 0 });
  });

  it('is cut down when it has become long, and says the same as before', async () => {
    await writeMark(path, { generation, written: 10 }, 4);
    const [one, other] = [writer(), writer()];
    let cuts = 0;
    for (let written = 11; written < 6000; written++) {
      cuts += Number(one.raise(written));
      other.raise(written);
    }
    expect(cuts).toBeGreaterThan(0);
    expect((await stat(mark)).size).toBeLessThan(100_000);
    expect(await readMark(path)).toEqual({ generation, written: 5999, missing: 4 });
  });

  it('is one that could not be written when its place is taken, and nothing fails', () => {
    const raised = new MarkWriter(join(folder, 'none', 'sessions.db'), generation, silentLogger);
    expect(raised.raise(1)).toBe(false);
    raised.close();
  });

  it('tells what is missing', () => {
    const known = { generation, written: 100, missing: 0 };
    expect(missingFrom(known, { generation, written: 100 })).toBe(0);
    expect(missingFrom(known, { generation, written: 103 })).toBe(0);
    expect(missingFrom(known, { generation, written: 90 })).toBe(10);
    expect(missingFrom({ ...known, missing: 5 }, { generation, written: 90 })).toBe(15);
    expect(missingFrom(known, { generation: 'other', written: 300 })).toBe(100);
  });
});

describe('a store that lost events', () => {
  let store: TempStore;
  let id: SessionId;
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
  });
  afterEach(async () => {
    await store.dispose();
  });

  const add = async (count: number, to = newSessionId()): Promise<void> => {
    await store.service.append(
      appendRequest(
        to,
        Array.from({ length: count }, (_, index) => answer(String(index))),
      ),
    );
  };
  const written = async (): Promise<number> =>
    (await rawSql<{ written: number }>(store.path, 'SELECT written FROM store_state'))[0]?.written ?? -1;

  /** Puts the file back to what it was before `task`, as a lost log does. */
  async function losing(task: () => Promise<unknown>): Promise<void> {
    await store.service.close();
    await copyFile(store.path, `${store.path}.before`);
    await store.reopen();
    await task();
    await store.service.close();
    await rename(`${store.path}.before`, store.path);
    await store.reopen();
  }

  it('has its mark at what was stored, also by imports and interrupted replies', async () => {
    const event = userMessage();
    await store.service.append(appendRequest(id, [event, answer()]));
    expect(await readMark(store.path)).toMatchObject({ written: 2, missing: 0 });
    await store.service.importRecord(sessionRecord(), {});
    expect(await readMark(store.path)).toMatchObject({ written: 4 });
    await store.service.savePartialReply(partialReply(id, event.id, { owner: deadOwner }));
    await store.service.recoverInterrupted();
    expect(await readMark(store.path)).toMatchObject({ written: 5 });
    await store.service.append(appendRequest(id, [event]));
    await store.service.deleteForever([id]);
    expect(await readMark(store.path)).toMatchObject({ written: 5 });
    expect(await store.service.missingEvents()).toBe(0);
  });

  it('leaves no mark while nothing was written', async () => {
    expect(await readdir(store.folder)).not.toContain('sessions.mark');
  });

  it('does not raise the mark for what was rolled back', async () => {
    await add(1, id);
    const taken = userMessage();
    await store.service.append(appendRequest(newSessionId(), [taken]));
    await expect(store.service.append(appendRequest(newSessionId(), [userMessage(), taken]))).rejects.toThrow();
    expect(await readMark(store.path)).toMatchObject({ written: 2 });
  });

  it('says how many, and goes on saying so until somebody accepts it', async () => {
    await add(3);
    await losing(() => add(10));
    expect(await rawSql(store.path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await store.service.missingEvents()).toBe(10);
    await add(50);
    expect(await store.service.missingEvents()).toBe(10);
    await store.reopen();
    expect(await store.service.missingEvents()).toBe(10);
    expect(await store.service.check()).toMatchObject({ problems: [], missingEvents: 10 });
    await losing(() => add(5));
    expect(await store.service.missingEvents()).toBe(15);
    await store.service.acceptLoss();
    expect(await store.service.missingEvents()).toBe(0);
    await store.reopen();
    expect(await store.service.missingEvents()).toBe(0);
    await losing(() => add(2));
    expect(await store.service.missingEvents()).toBe(2);
  });

  it('says so in every window, and none says so any more when one of them accepted it', async () => {
    await add(3);
    await losing(() => add(4));
    const other = await store.openAnother();
    expect(await other.missingEvents()).toBe(4);
    await other.acceptLoss();
    await add(1);
    await other.append(appendRequest(newSessionId(), [userMessage()]));
    expect(await store.service.missingEvents()).toBe(0);
    const third = await store.openAnother();
    expect(await third.missingEvents()).toBe(0);
  });

  it('takes everything for missing when another file lies in its place', async () => {
    await add(7);
    const stranger = await openTempStore();
    await stranger.service.append(
      appendRequest(
        newSessionId(),
        Array.from({ length: 20 }, () => userMessage()),
      ),
    );
    await stranger.service.close();
    await store.service.close();
    await copyFile(stranger.path, store.path);
    await stranger.dispose();
    await store.reopen();
    expect(await store.service.missingEvents()).toBe(7);
    await add(30);
    await store.reopen();
    expect(await store.service.missingEvents()).toBe(7);
    await store.service.acceptLoss();
    expect(await store.service.missingEvents()).toBe(0);
  });

  it('has nothing to say where the mark was removed or damaged, and marks what there is', async () => {
    await add(7);
    await store.service.close();
    await rm(markPathOf(store.path));
    await store.reopen();
    expect(await store.service.missingEvents()).toBe(0);
    expect(await readMark(store.path)).toMatchObject({ written: 7 });
    await store.service.close();
    await writeFile(markPathOf(store.path), 'x'.repeat(100_000));
    await store.reopen();
    expect(await readMark(store.path)).toMatchObject({ written: 7 });
  });

  it.each(['gone', 'empty'])('is no first start when the file is %s', async (state) => {
    await add(7);
    await store.service.close();
    await (state === 'gone' ? rm(store.path) : truncate(store.path, 0));
    const before = await readdir(store.folder);
    await expect(store.reopen()).rejects.toMatchObject({
      code: 'store/missing-data',
      args: { path: store.path, folder: store.folder },
    });
    expect(await readdir(store.folder)).toEqual(before);
    expect(await readMark(store.path)).toMatchObject({ written: 7 });
    if (state === 'empty') {
      expect((await stat(store.path)).size).toBe(0);
    }
  });

  it('is a first start when nothing was ever written', async () => {
    await writeMark(store.path, { generation, written: 0 });
    await store.service.close();
    await rm(store.path);
    await store.reopen();
    await add(2);
    expect(await store.service.missingEvents()).toBe(0);
  });

  it('in memory never is one', async () => {
    const inMemory = await store.openAnother({ folder: ':memory:' });
    await inMemory.append(appendRequest(id, [userMessage()]));
    expect(await inMemory.missingEvents()).toBe(0);
    await inMemory.acceptLoss();
    expect(await inMemory.check()).toEqual({ problems: [], altered: [], incomplete: [], missingEvents: 0 });
    expect(await written()).toBe(0);
    expect(await readdir(process.cwd())).not.toContain('sessions.mark');
  });

  describe('written by several processes', { timeout: 60_000 }, () => {
    let program: string;
    beforeAll(async () => {
      program = await buildStoreProgram();
    });
    afterAll(async () => {
      await rm(program, { force: true });
    });

    it('has its mark at exactly what all of them stored', async () => {
      await store.service.close();
      const children = [1, 2, 3].map(() =>
        startStoreProcess(program, store.folder, { kind: 'append', sessionId: newSessionId(), count: 150 }),
      );
      expect(await Promise.all(children.map((child) => child.done))).toEqual([0, 0, 0]);
      await store.reopen();
      expect(await written()).toBe(450);
      expect(await readMark(store.path)).toMatchObject({ written: 450 });
    });

    it('has every event marked that was acknowledged before a kill, and misses them without the log', async () => {
      await add(1);
      await store.service.close();
      const child = startStoreProcess(program, store.folder, { kind: 'appendForever', sessionId: id });
      await new Promise<void>((resolve) => child.onLine(() => child.lines.length >= 40 && resolve()));
      child.child.kill('SIGKILL');
      await child.done;
      const acknowledged = child.lines.length;
      expect((await readMark(store.path))?.written).toBeGreaterThanOrEqual(1 + acknowledged);
      await rm(`${store.path}-wal`);
      await rm(`${store.path}-shm`);
      await store.reopen();
      expect(await store.service.get(id)).toBeUndefined();
      const missing = await store.service.missingEvents();
      // One more may have been stored than its process could tell.
      expect([acknowledged, acknowledged + 1]).toContain(missing);
    });
  });
});
