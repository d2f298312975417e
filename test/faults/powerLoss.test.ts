import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { newSessionId } from '../support/builders';
import { startStoreProcess } from '../support/storeProcess';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { oneWorker, tracing } from './support/strace';

const cleanup = useCleanup();

describe('a power cut', () => {
  faultTest(
    'cannot take what was acknowledged: no answer comes before the log is flushed to the disk',
    { needs: ['linux', 'strace'] },
    async () => {
      const folder = await cleanup.folder();
      const log = join(folder, 'calls.txt');
      const sessionId = newSessionId();
      const { done, lines } = startStoreProcess(
        inject('storeProgram'),
        join(folder, 'store'),
        { kind: 'append', sessionId, count: 50 },
        { under: tracing(['pwrite64', 'write', 'fsync', 'fdatasync'], log), env: oneWorker },
      );
      expect(await done).toBe(0);
      expect(lines).toHaveLength(50);
      const { answers, early } = readCalls(await readFile(log, 'utf8'), lines);
      expect(answers).toBe(50);
      expect(early).toEqual([]);
    },
  );
});

/** Goes through the calls in order: which answers were given while the log held writes that were not flushed? */
function readCalls(log: string, ids: readonly string[]): { answers: number; early: readonly string[] } {
  const wal = `${storeFileName}-wal>`;
  let unflushed = 0;
  let answers = 0;
  const early: string[] = [];
  for (const line of log.split('\n')) {
    const answered = ids.find((id) => /\bwrite\(1</.test(line) && line.includes(id));
    if (answered !== undefined) {
      answers++;
      if (unflushed > 0) {
        early.push(answered);
      }
    } else if (line.includes('pwrite64(') && line.includes(wal)) {
      unflushed++;
    } else if (/\bf(data)?sync\(/.test(line) && line.includes(wal) && /= 0$/.test(line)) {
      unflushed = 0;
    }
  }
  return { answers, early };
}
