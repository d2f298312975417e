import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import type { SessionId } from '../../src/core/session/session';
import type { StoreHealth } from '../../src/core/session/storeHealth';
import { mountDisk, run } from '../support/hostConditions';
import { useCleanup } from './support/cleanup';
import { fingerprint } from './support/fingerprint';
import { faultTest } from './support/faultTest';
import { expectSound, storedIds } from './support/soundStore';
import { startWindow, type StoreWindow } from './support/storeWindow';

const cleanup = useCleanup();
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;

/** A store with one message, closed as it should be or left by a process that was killed. */
async function makeStore(folder: string, end: 'closed' | 'killed'): Promise<SessionId> {
  const session = newSessionId();
  const window = await startWindow(cleanup, folder);
  await window.service.append(appendRequest(session, [userMessage()]));
  await (end === 'closed' ? window.close() : window.kill());
  return session;
}

/** Reads everything that a person sees, and is refused to write, again and again without harm. */
async function expectReadable(window: StoreWindow, session: SessionId): Promise<void> {
  expect(await window.service.loadBranch(session)).toHaveLength(1);
  expect(await window.service.list({ states: ['active'], limit: 10 })).toHaveLength(1);
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(window.service.append(appendRequest(newSessionId(), [userMessage()]))).rejects.toMatchObject({
      code: 'store/read-only',
      args: { path: expect.stringContaining(storeFileName) as string },
    });
  }
  const health = await window.read<StoreHealth>('service', 'health');
  expect(health).toMatchObject({ kind: 'readOnly' });
}

async function expectWritableAgain(folder: string, session: SessionId): Promise<void> {
  const window = await startWindow(cleanup, folder);
  const event = userMessage();
  const head = (await window.service.get(session))?.headId ?? null;
  await window.service.append(appendRequest(session, [event], head));
  await window.close();
  expect(await storedIds(folder)).toContain(event.id);
  await expectSound(folder);
}

describe('a place that cannot be written', () => {
  for (const end of ['closed', 'killed'] as const) {
    faultTest(
      `because the file and its folder may not be changed: sessions of a window that was ${end} can be read`,
      { needs: ['immutableFiles'] },
      async () => {
        const folder = await cleanup.folder();
        const session = await makeStore(folder, end);
        const before = await fingerprint(folder);
        run('chattr', '-R', '+i', folder);
        cleanup.add(() => run('chattr', '-R', '-i', folder));

        const window = await startWindow(cleanup, folder);
        await expectReadable(window, session);
        await window.close();
        run('chattr', '-R', '-i', folder);
        expect(await fingerprint(folder)).toEqual(before);
        await expectWritableAgain(folder, session);
      },
    );
  }

  faultTest('because the disk turned read-only, also while a window has it open', { needs: ['mounts'] }, async () => {
    const disk = mountDisk(16);
    cleanup.add(() => disk.dispose());
    const session = await makeStore(disk.folder, 'closed');
    disk.remount('ro');
    const late = await startWindow(cleanup, disk.folder);
    await expectReadable(late, session);
    await late.close();

    disk.remount('rw');
    await expectWritableAgain(disk.folder, session);
  });

  faultTest(
    'because it belongs to somebody else: what may be read is read, what may not is refused with its path',
    { needs: ['otherUsers'] },
    async () => {
      const parent = await cleanup.folder();
      await chmod(parent, 0o755);
      const folder = join(parent, 'theirs');
      await mkdir(folder);
      const session = await makeStore(folder, 'closed');

      const shut = await startWindow(cleanup, folder, { under: nobody });
      await expect(shut.window.open()).rejects.toMatchObject({
        code: expect.stringMatching(/^store\/(cannot-open|read-only)$/) as string,
        args: { path: expect.stringContaining(folder) as string },
      });
      await shut.close();

      await chmod(folder, 0o755);
      await chmod(join(folder, storeFileName), 0o644);
      const reader = await startWindow(cleanup, folder, { under: nobody });
      await expectReadable(reader, session);
      await reader.close();
      await expectWritableAgain(folder, session);
    },
  );
});
