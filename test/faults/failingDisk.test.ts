import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { SessionId } from '../../src/core/session/session';
import { isAppError } from '../../src/core/base/errors';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { expectSound, storedIds } from './support/soundStore';
import { startWindow, type StoreWindow } from './support/storeWindow';
import { injecting, oneWorker } from './support/strace';

const cleanup = useCleanup();

interface Attempts {
  readonly stored: readonly string[];
  readonly refused: readonly string[];
  readonly codes: ReadonlySet<string>;
}

/** Sends messages one after the other, going on after a failure as a person does who tries again. */
async function sendMany(window: StoreWindow, session: SessionId, count: number): Promise<Attempts> {
  const stored: string[] = [];
  const refused: string[] = [];
  const codes = new Set<string>();
  for (let index = 0; index < count; index++) {
    const event = userMessage(`${index} ${'text '.repeat(200)}`);
    try {
      const head = (await window.service.get(session))?.headId ?? null;
      await window.service.append(appendRequest(session, [event], head));
      stored.push(event.id);
    } catch (error) {
      if (!isAppError(error)) {
        throw error;
      }
      codes.add(error.code);
      refused.push(event.id);
    }
  }
  return { stored, refused, codes };
}

describe('a disk that fails', () => {
  const faults = [
    { name: 'cannot flush', call: 'fsync,fdatasync', error: 'EIO', code: 'store/io' },
    { name: 'cannot write', call: 'pwrite64', error: 'EIO', code: 'store/io' },
    { name: 'is full', call: 'pwrite64', error: 'ENOSPC', code: 'store/full' },
    { name: 'has no more quota', call: 'pwrite64', error: 'EDQUOT', code: 'store/io' },
  ] as const;
  const starts = byLength({ short: [4], long: [1, 2, 3, 4, 6, 9, 14, 20] });

  for (const { name, call, error, code } of faults) {
    faultTest(
      `for a while (${name}): what is refused is not kept, what is not refused is, and it goes on by itself`,
      { needs: ['linux', 'strace'], timeout: 300_000 },
      async () => {
        for (const start of starts) {
          const folder = await cleanup.folder();
          const session = newSessionId();
          const before = await startWindow(cleanup, folder);
          const first = await sendMany(before, session, 3);
          await before.close();

          const under = injecting({
            ...{ call, what: `error=${error}`, when: `${start}..${start + 12}` },
            paths: ['', '-wal'].map((suffix) => join(folder, storeFileName + suffix)),
          });
          const window = await startWindow(cleanup, folder, { under, env: oneWorker });
          const { stored, refused, codes } = await sendMany(window, session, 40);
          await window.kill();

          expect([...codes]).toEqual([code]);
          expect(stored.length).toBeGreaterThan(10);
          const kept = await storedIds(folder);
          expect([...kept].sort()).toEqual([...first.stored, ...stored].sort());
          expect(refused.filter((id) => kept.has(id))).toEqual([]);
          await expectSound(folder);
        }
      },
    );
  }

  faultTest(
    'by a limit on the size of files: what was stored can be read, and writing goes on without the limit',
    { needs: ['fileLimits'] },
    async () => {
      const folder = await cleanup.folder();
      const session = newSessionId();
      const limited = await startWindow(cleanup, folder, { under: ['prlimit', '--fsize=400000'] });
      const { stored, refused, codes } = await sendMany(limited, session, 400);
      expect(stored.length).toBeGreaterThan(3);
      expect(refused.length).toBeGreaterThan(0);
      expect([...codes].every((code) => code === 'store/full' || code === 'store/io')).toBe(true);
      expect(await limited.service.loadBranch(session)).toHaveLength(stored.length);
      await limited.kill();

      const free = await startWindow(cleanup, folder);
      const after = await sendMany(free, session, 3);
      expect(after.refused).toEqual([]);
      await free.close();
      expect([...(await storedIds(folder))].sort()).toEqual([...stored, ...after.stored].sort());
      await expectSound(folder);
    },
  );
});
