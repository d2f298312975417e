import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import type { SessionId } from '../../src/core/session/session';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { mountDisk, run, type MountedDisk } from '../support/hostConditions';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { expectSound, storedIds } from './support/soundStore';
import { startWindow, type StoreWindow } from './support/storeWindow';

const cleanup = useCleanup();
const needs = ['mounts'] as const;

function mountSmall(): MountedDisk {
  const disk = mountDisk(6);
  cleanup.add(() => disk.dispose());
  return disk;
}

/** Gives the disk more room, as deleting other files would. */
function grow(disk: MountedDisk, megabytes: number): void {
  run('mount', '-o', `remount,size=${megabytes}m`, disk.folder);
}

/** Stores messages of 100 KB until one is refused; returns the ids of those that were stored. */
async function sendUntilRefused(window: StoreWindow, session: SessionId): Promise<readonly string[]> {
  const stored: string[] = [];
  for (;;) {
    const event = userMessage('text '.repeat(20_000));
    const head = (await window.service.get(session))?.headId ?? null;
    try {
      await window.service.append(appendRequest(session, [event], head));
      stored.push(event.id);
    } catch (error) {
      expect(error).toMatchObject({ code: 'store/full' });
      return stored;
    }
  }
}

async function send(window: StoreWindow, session: SessionId): Promise<string> {
  const event = userMessage();
  const head = (await window.service.get(session))?.headId ?? null;
  await window.service.append(appendRequest(session, [event], head));
  return event.id;
}

describe('a full disk', () => {
  let session: SessionId;
  beforeEach(() => {
    session = newSessionId();
  });

  faultTest(
    'refuses a message, keeps what is there, and takes the next one once there is space',
    { needs },
    async () => {
      const disk = mountSmall();
      const othersFile = join(disk.folder, 'other.bin');
      await writeFile(othersFile, Buffer.alloc(1_000_000));
      const window = await startWindow(cleanup, disk.folder);
      const stored = [...(await sendUntilRefused(window, session))];
      disk.fill();
      await expect(send(window, session)).rejects.toMatchObject({ code: 'store/full' });
      expect(await window.service.loadBranch(session)).toHaveLength(stored.length);

      await rm(othersFile);
      stored.push(await send(window, session));
      await window.close();
      // Looking at the file takes space as well.
      grow(disk, 24);
      expect([...(await storedIds(disk.folder))].sort()).toEqual(stored.sort());
      await expectSound(disk.folder);
    },
  );

  faultTest('cannot delete either, and says so without harm', { needs }, async () => {
    const disk = mountSmall();
    const window = await startWindow(cleanup, disk.folder);
    const stored = await sendUntilRefused(window, session);
    disk.fill();
    await expect(window.service.deleteForever([session])).rejects.toMatchObject({ code: 'store/full' });
    expect(await window.service.loadBranch(session)).toHaveLength(stored.length);

    grow(disk, 24);
    expect(await window.service.deleteForever([session])).toEqual([session]);
    await window.close();
    await expectSound(disk.folder);
  });

  faultTest('lets the sessions be opened and read', { needs }, async () => {
    const disk = mountSmall();
    const first = await startWindow(cleanup, disk.folder);
    const id = await send(first, session);
    await first.kill();
    disk.fill();
    const window = await startWindow(cleanup, disk.folder);
    expect((await window.service.loadBranch(session)).map((event) => event.id)).toEqual([id]);
    await expect(sendUntilRefused(window, session)).resolves.toEqual([]);
    disk.free();
    // A file that could only be opened for reading is opened anew.
    await window.window.close();
    await send(window, session);
    await window.close();
    await expectSound(disk.folder);
  });

  faultTest('makes no backup that is none, and takes none of the good ones away', { needs }, async () => {
    const disk = mountSmall();
    const window = await startWindow(cleanup, disk.folder);
    await send(window, session);
    const good = await window.service.backUp('manual');
    for (let count = 0; count < 20; count++) {
      await send(window, session);
    }
    disk.fill();
    await expect(window.service.backUp('manual')).rejects.toMatchObject({ code: 'store/backup-failed' });
    expect((await window.service.listBackups()).map(({ path }) => path)).toEqual([good.path]);
    expect(await readdir(join(disk.folder, 'backups'))).toEqual([good.path.split('/').at(-1)]);

    disk.free();
    expect((await window.service.backUp('manual')).written).toBe(21);
    expect(await window.service.listBackups()).toHaveLength(2);
    await window.close();
    await expectSound(disk.folder);
  });
});
