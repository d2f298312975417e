import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject } from 'vitest';
import { newSessionId } from '../support/builders';
import { seededRandom } from '../support/seededRandom';
import { startStoreProcess, type StoreProcess } from '../support/storeProcess';
import type { StormTask } from '../support/stormWriter';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { Witness } from './support/stormWitness';

const cleanup = useCleanup();
const rounds = Number(process.env['REJOIN_STORM_ROUNDS'] ?? byLength({ short: 6, long: 200 }));
const seed = Number(process.env['REJOIN_STORM_SEED'] ?? Date.now() % 1_000_000);
/** A file that everything before was done to shows more than a new one, but each round reads the whole of it. */
const roundsPerStore = 10;

describe('a storm of kills on two writers and an editor of titles', () => {
  faultTest(
    'loses nothing that was acknowledged, however often it comes',
    { needs: ['signals'], timeout: 60_000 + rounds * 15_000 },
    async () => {
      const random = seededRandom(seed);
      const started = performance.now();
      const witness = new Witness();
      let folder = '';
      let shared: readonly string[] = [];
      for (let round = 0; round < rounds; round++) {
        if (round % roundsPerStore === 0) {
          folder = await cleanup.folder();
          shared = [newSessionId(), newSessionId()];
          witness.begin(folder);
        }
        const processes = startAll(folder, shared, random);
        // Everybody is at work before anybody is killed.
        await Promise.all(
          processes.map(({ lines }) => expect.poll(() => lines.length, { timeout: 60_000 }).toBeGreaterThan(3)),
        );
        await sleep(50 + random() * 700);
        processes.forEach(({ child }) => child.kill('SIGKILL'));
        await Promise.all(processes.map(({ done }) => done));
        witness.listen(processes.map(({ lines }) => lines));
        await witness.compare(`seed ${seed}, round ${round}`);
      }
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.log(`storm: seed ${seed}, ${rounds} rounds, ${witness.summary()}, ${seconds} s`);
      expect(witness.losses).toBe(0);
      expect(witness.events).toBeGreaterThan(rounds * 10);
    },
  );
});

function startAll(folder: string, shared: readonly string[], random: () => number): readonly StoreProcess[] {
  const task = (sessions: readonly string[], titlesOnly: boolean): StormTask => ({
    ...{ kind: 'storm', seed: Math.floor(random() * 2 ** 32), sessions, titlesOnly },
  });
  const tasks = [
    task([...shared, newSessionId()], false),
    task([...shared, newSessionId()], false),
    task(shared, true),
  ];
  return tasks.map((each) => startStoreProcess(inject('storeProgram'), folder, each));
}
