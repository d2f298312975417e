import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import type { SessionRecord } from '../../src/core/session/sessionRecord';
import { writeFileAtomically } from '../../src/node/files/atomicFile';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { appendRequest, newSessionId, recordedEvent, session, sessionRecord, userMessage } from '../support/builders';
import { mountDisk, type MountedDisk } from '../support/hostConditions';
import { startStoreProcess } from '../support/storeProcess';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { expectSound } from './support/soundStore';
import { startWindow } from './support/storeWindow';
import { injecting, oneWorker } from './support/strace';

const cleanup = useCleanup();

/** A session of many messages, as it would be read from a file. */
function longRecord(messages: number): SessionRecord {
  const events = Array.from({ length: messages }, (_, index) =>
    recordedEvent(index + 1, null, { type: 'user_message', content: `Message ${index} ${'x'.repeat(800)}` }),
  ).map((event, index, all) => ({ ...event, parentId: all[index - 1]?.id ?? null }));
  return sessionRecord({ events, row: session({ title: 'Imported', headId: events.at(-1)?.id ?? null }) });
}

describe('an import', () => {
  faultTest(
    'that is cut off brings the whole session or nothing, takes nothing away, and can be done again',
    { needs: ['linux', 'strace'], timeout: 300_000 },
    async () => {
      const points = byLength({ short: [8, 60], long: [4, 5, 6, 7, 8, 10, 20, 40, 80, 120, 160, 200] });
      const outcomes = new Set<boolean>();
      for (const n of points) {
        const folder = await cleanup.folder();
        const record = longRecord(200);
        const { id } = record.session;
        const replaced = newSessionId();
        const before = await startWindow(cleanup, folder);
        await before.service.append(appendRequest(replaced, [userMessage()]));
        await before.close();

        const under = injecting({
          ...{ call: 'pwrite64', what: 'signal=KILL', when: String(n) },
          paths: ['', '-wal'].map((suffix) => join(folder, storeFileName + suffix)),
        });
        const window = await startWindow(cleanup, folder, { under, env: oneWorker });
        await window.manager.importRecord(record, { replaces: replaced }).catch(() => undefined);
        await window.kill();

        const next = await startWindow(cleanup, folder);
        const isThere = (await next.service.get(id)) !== undefined;
        outcomes.add(isThere);
        expect((await next.service.loadBranch(id)).length).toBe(isThere ? 200 : 0);
        expect((await next.service.get(replaced))?.deletedAt !== null).toBe(isThere);
        if (!isThere) {
          await next.manager.importRecord(record, { replaces: replaced });
        }
        expect(await next.service.loadBranch(id)).toHaveLength(200);
        await expect(next.manager.importRecord(record)).rejects.toMatchObject({ code: 'argument/invalid' });
        expect(await next.service.loadBranch(id)).toHaveLength(200);
        await next.close();
        await expectSound(folder);
      }
      expect(outcomes).toContain(false);
    },
  );
});

describe('an export', () => {
  const old = 'what was there before';

  function mountSmall(): MountedDisk {
    const disk = mountDisk(2);
    cleanup.add(() => disk.dispose());
    return disk;
  }

  faultTest('to a full disk leaves the earlier file and no other', { needs: ['mounts'] }, async () => {
    const disk = mountSmall();
    const file = join(disk.folder, 'session.rejoin.json');
    await writeFile(file, old);
    await expect(writeFileAtomically(file, 'n'.repeat(3_000_000))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await readdir(disk.folder)).toEqual(['session.rejoin.json']);
    expect(await readFile(file, 'utf8')).toBe(old);
    await writeFileAtomically(file, 'n'.repeat(1_000_000));
    expect(await readFile(file, 'utf8')).toBe('n'.repeat(1_000_000));
  });

  faultTest('to a disk that is read-only leaves the earlier file', { needs: ['mounts'] }, async () => {
    const disk = mountSmall();
    const file = join(disk.folder, 'session.rejoin.json');
    await writeFile(file, old);
    disk.remount('ro');
    await expect(writeFileAtomically(file, 'new')).rejects.toMatchObject({ code: 'EROFS' });
    expect(await readdir(disk.folder)).toEqual(['session.rejoin.json']);
    expect(await readFile(file, 'utf8')).toBe(old);
  });

  faultTest(
    'that is killed at any call leaves the earlier file or the new one, whole',
    { needs: ['linux', 'strace'], timeout: 120_000 },
    async () => {
      const bytes = 300_000;
      const points = [
        ['fchmod', 1],
        ['fsync', 1],
        ['rename', 1],
        ['fsync', 2],
      ] as const;
      const found = new Set<string>();
      for (const [call, n] of points) {
        const folder = await cleanup.folder();
        const file = join(folder, 'session.rejoin.json');
        await writeFile(file, old);
        const under = injecting({ call, what: 'signal=KILL', when: String(n) });
        const task = { kind: 'writeFile', path: file, bytes } as const;
        const writer = startStoreProcess(inject('storeProgram'), folder, task, { under, env: oneWorker });
        expect(await writer.done).toBeNull();
        const text = await readFile(file, 'utf8');
        expect([old, 'n'.repeat(bytes)]).toContain(text);
        found.add(text === old ? 'old' : 'new');
      }
      expect(found).toEqual(new Set(['old', 'new']));
    },
  );
});
