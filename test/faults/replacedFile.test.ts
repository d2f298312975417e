import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import type { SessionId } from '../../src/core/session/session';
import type { StoreHealth } from '../../src/core/session/storeHealth';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { rawSql } from '../support/rawSql';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { expectSound } from './support/soundStore';
import { startWindow, type StoreWindow } from './support/storeWindow';

const cleanup = useCleanup();

describe('a file that is taken away while it is open', () => {
  let folder: string;
  let path: string;
  let id: SessionId;
  let window: StoreWindow;
  let stored: string[];
  beforeEach(async () => {
    folder = await cleanup.folder();
    path = join(folder, storeFileName);
    id = newSessionId();
    stored = [];
    window = await startWindow(cleanup, folder);
    await send();
    await send();
  });

  async function send(to = window): Promise<void> {
    const event = userMessage();
    const head = (await to.service.get(id))?.headId ?? null;
    await to.service.append(appendRequest(id, [event], head));
    stored.push(event.id);
  }

  /** The next message is refused, the store counts as broken, and every acknowledged one lies in a file somewhere. */
  async function expectRescued(): Promise<string> {
    await expect(send()).rejects.toMatchObject({ code: 'store/replaced' });
    await expect(send()).rejects.toMatchObject({ code: 'store/replaced' });
    const health = await window.read<StoreHealth>('service', 'health');
    expect(health).toMatchObject({ kind: 'broken', error: { code: 'store/replaced' } });
    const rescue = health.kind === 'broken' ? String(health.error.args['rescue']) : '';
    const ids = await rawSql<{ id: string }>(rescue, 'SELECT id FROM session_events ORDER BY seq');
    expect(ids.map((row) => row.id)).toEqual(stored);
    return rescue;
  }

  faultTest(
    'is written anew from the open one, and the next window goes on with it',
    { needs: ['signals'] },
    async () => {
      await rm(path);
      expect(await expectRescued()).toBe(path);
      await window.close();
      const next = await startWindow(cleanup, folder);
      expect((await next.service.loadBranch(id)).map((event) => event.id)).toEqual(stored);
      await send(next);
      await next.close();
      await expectSound(folder);
    },
  );

  faultTest('to another folder is written anew where it was', { needs: ['signals'] }, async () => {
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await rename(path, join(elsewhere, storeFileName));
    expect(await expectRescued()).toBe(path);
    await window.close();
    await expectSound(folder);
  });

  faultTest(
    'and replaced by another one is saved beside it, and the other one is left alone',
    { needs: ['signals'] },
    async () => {
      const otherFolder = await cleanup.folder();
      const other = await startWindow(cleanup, otherFolder);
      const foreign = newSessionId();
      await other.service.append(appendRequest(foreign, [userMessage()]));
      await other.close();
      await rm(path);
      await copyFile(join(otherFolder, storeFileName), path);

      const rescue = await expectRescued();
      expect(rescue).not.toBe(path);
      expect(await window.service.listBackups().catch(() => [])).toEqual(expect.any(Array));
      await window.close();
      const next = await startWindow(cleanup, folder);
      expect(await next.service.list({ states: ['active'], limit: 10 })).toMatchObject([{ id: foreign }]);
      expect(await next.service.listBackups()).toMatchObject([{ kind: 'rescue', path: rescue, written: 2 }]);
      await next.close();
    },
  );
});
