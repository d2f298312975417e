import { copyFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { isAppError } from '../../src/core/base/errors';
import { listRestoreChoices } from '../../src/node/sqlite/restoreChoices';
import { useCleanup } from './support/cleanup';
import { frameCount, garbleFrame, removeLog, tearFrame } from './support/damage';
import { faultTest } from './support/faultTest';
import { fingerprint } from './support/fingerprint';
import { makeLibrary, restoreTools, type Library } from './support/library';
import { lostOf } from './support/soundStore';
import { startWindow } from './support/storeWindow';

const cleanup = useCleanup();

describe('a file whose log was lost or changed after a crash', () => {
  const foreignLog = 'the log is that of another store';
  const faults: Readonly<Record<string, (library: Library, wal: string) => Promise<unknown>>> = {
    'the log is gone': ({ path }) => removeLog(path),
    'the log is empty': (_, wal) => truncate(wal, 0),
    'a frame of the log is garbled': (_, wal) => garbleFrame(wal, 20),
    'the log ends within a frame': (_, wal) => tearFrame(wal, 30),
    [foreignLog]: async ({ path }, wal) => {
      const other = await makeLibrary(cleanup, { end: 'killed', backup: false });
      await copyFile(`${other.path}-wal`, wal);
      await rm(`${path}-shm`, { force: true });
    },
  };
  for (const [what, inflict] of Object.entries(faults)) {
    faultTest(`is not taken for whole: ${what}`, { needs: ['signals'] }, async () => {
      const isForeign = what === foreignLog;
      const library = await makeLibrary(cleanup, { end: 'killed' });
      const wal = `${library.path}-wal`;
      expect(await frameCount(wal)).toBeGreaterThan(40);
      await inflict(library, wal);

      const window = await startWindow(cleanup, library.folder);
      const told = await window.service.missingEvents().catch((error: unknown) => {
        expect(isAppError(error, 'store/corrupt', 'store/not-a-database', 'store/missing-data'), String(error)).toBe(
          true,
        );
        return undefined;
      });
      if (told !== undefined) {
        const lost = await lostOf(
          library.folder,
          library.sessions.flatMap(({ events }) => events),
        );
        expect(told).toBe(lost.length);
        expect(told).toBeGreaterThan(0);
        expect(await window.service.check()).toMatchObject({ missingEvents: told });
      }
      const options = await listRestoreChoices(await restoreTools(), library.path);
      cleanup.add(() => options.dispose());
      const missing = options.choices.find(({ kind }) => kind === 'backup')?.missing;
      // Where the file became another one nothing is known to compare the backup with.
      expect([library.total - library.backedUp, ...(isForeign ? [undefined] : [])]).toContain(missing);
      // The person may go on with what is there; only then it is no longer told.
      if (told !== undefined) {
        await window.window.close();
        expect(await window.service.missingEvents()).toBe(told);
        await window.service.acceptLoss();
        expect(await window.service.missingEvents()).toBe(0);
        await window.window.close();
        expect(await window.service.missingEvents()).toBe(0);
      }
      await window.close();
    });
  }
});

describe('a file that became empty or went away', () => {
  faultTest('is taken for a loss and not for a first start', {}, async () => {
    for (const inflict of [(path: string) => truncate(path, 0), (path: string) => rm(path)]) {
      const library = await makeLibrary(cleanup);
      await inflict(library.path);
      const before = await fingerprint(library.folder);
      const window = await startWindow(cleanup, library.folder);
      await expect(window.window.open()).rejects.toMatchObject({
        code: 'store/missing-data',
        args: { path: library.path },
      });
      await window.close();
      expect(await fingerprint(library.folder)).toEqual(before);
      const options = await listRestoreChoices(await restoreTools(), library.path);
      cleanup.add(() => options.dispose());
      expect(options).toMatchObject({ present: 'missing' });
      expect(options.choices[0]).toMatchObject({ kind: 'backup', missing: library.total - library.backedUp });
    }
  });

  faultTest('beside a log that still holds messages leaves the log alone', { needs: ['signals'] }, async () => {
    for (const inflict of [(path: string) => truncate(path, 0), (path: string) => rm(path)]) {
      const library = await makeLibrary(cleanup, { end: 'killed' });
      await inflict(library.path);
      await rm(`${library.path}-shm`, { force: true });
      const wal = `${library.path}-wal`;
      const frames = await frameCount(wal);
      const before = await fingerprint(library.folder);
      const window = await startWindow(cleanup, library.folder);
      await expect(window.window.open()).rejects.toMatchObject({ code: 'store/missing-data' });
      await window.close();
      expect(await frameCount(wal)).toBe(frames);
      expect(await fingerprint(library.folder)).toEqual(before);
      const options = await listRestoreChoices(await restoreTools(), library.path);
      cleanup.add(() => options.dispose());
      expect(options.choices[0]).toMatchObject({ kind: 'backup', missing: library.total - library.backedUp });
      expect(await fingerprint(library.folder)).toMatchObject({ 'sessions.db-wal': before['sessions.db-wal'] });
    }
  });

  faultTest('in a folder where there never was one is a first start', {}, async () => {
    const folder = join(await cleanup.folder(), 'new');
    const window = await startWindow(cleanup, folder);
    expect(await window.service.missingEvents()).toBe(0);
    await window.close();
  });
});
