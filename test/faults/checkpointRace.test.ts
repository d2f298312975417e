import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { loadSqlite } from '../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../src/node/sqlite/sqliteConnection';
import { newSessionId } from '../support/builders';
import { seededRandom } from '../support/seededRandom';
import { startStoreProcess } from '../support/storeProcess';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { Witness } from './support/stormWitness';

const cleanup = useCleanup();
const seconds = Number(process.env['REJOIN_RACE_SECONDS'] ?? byLength({ short: 5, long: 20 }));

describe('writers and checkpoints that race', () => {
  faultTest('leave a sound file at every look', { needs: ['signals'], timeout: 60_000 + seconds * 2000 }, async () => {
    const folder = await cleanup.folder();
    const sessions = [newSessionId(), newSessionId()];
    const witness = new Witness();
    witness.begin(folder);
    const writers = [1, 2].map((seed) =>
      startStoreProcess(inject('storeProgram'), folder, { kind: 'storm', seed, sessions, titlesOnly: false }),
    );
    await expect.poll(() => writers.every(({ lines }) => lines.length > 10), { timeout: 20_000 }).toBe(true);
    const version = await race(join(folder, storeFileName), Date.now() + seconds * 1000);
    writers.forEach(({ child }) => child.kill('SIGKILL'));
    await Promise.all(writers.map(({ done }) => done));
    witness.listen(writers.map(({ lines }) => lines));
    await witness.compare('after the race');
    console.log(`race: SQLite ${version}, ${seconds} s, ${witness.summary()}`);
    expect(witness.losses).toBe(0);
  });
});

/** Checkpoints of all kinds, with a check of the file every second; returns the version of SQLite. */
async function race(path: string, until: number): Promise<string> {
  const random = seededRandom(1);
  const connection = await SqliteConnection.open(await loadSqlite(), path, 'readwrite');
  try {
    let nextCheck = 0;
    while (Date.now() < until) {
      const kind = ['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'][Math.floor(random() * 4)];
      await connection.all(`PRAGMA wal_checkpoint(${kind})`);
      if (Date.now() >= nextCheck) {
        nextCheck = Date.now() + 1000;
        expect(await connection.all('PRAGMA quick_check')).toEqual([{ quick_check: 'ok' }]);
      }
      await sleep(random() * 10);
    }
    const row = await connection.first<{ version: string }>('SELECT sqlite_version() AS version');
    return row?.version ?? '';
  } finally {
    await connection.close();
  }
}
