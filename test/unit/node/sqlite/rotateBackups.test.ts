import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupKind } from '../../../../src/core/session/storeFile';
import { createBackup } from '../../../../src/node/sqlite/backups';
import { chooseExpired, rotateBackups } from '../../../../src/node/sqlite/rotateBackups';
import { openTempStore } from '../../../support/storeFixture';
import { addSession, backupTools } from './backupFixture';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 20, 12);

interface Copy {
  readonly kind: BackupKind;
  readonly createdAt: number;
}
const copy = (ageMs: number, kind: BackupKind = 'daily'): Copy => ({ kind, createdAt: now - ageMs });

/** Ages in hours of those that stay. */
function keptOf(backups: readonly Copy[]): readonly number[] {
  const expired = new Set(chooseExpired(backups, now));
  return backups.filter((backup) => !expired.has(backup)).map(({ createdAt }) => (now - createdAt) / hour);
}

describe('which backups stay', () => {
  it('are the three newest and the newest of each of seven days', () => {
    const everySixHours = Array.from({ length: 60 }, (_, index) => copy(index * 6 * hour));
    expect(keptOf(everySixHours)).toEqual([0, 6, 12, 18, 42, 66, 90, 114, 138]);
  });

  it('are the last seven days that have any, however long ago', () => {
    const monthly = Array.from({ length: 10 }, (_, index) => copy(index * 30 * day));
    expect(keptOf(monthly)).toHaveLength(7);
  });

  it('are those that a person made today, however many, and only as many as others tomorrow', () => {
    const manual = Array.from({ length: 8 }, (_, index) => copy(index * hour, 'manual'));
    expect(keptOf(manual)).toHaveLength(8);
    expect(keptOf(manual.map((backup) => ({ ...backup, createdAt: backup.createdAt - 2 * day })))).toHaveLength(3);
  });

  it('are those rescued in the last thirty days, which take no other its place', () => {
    const rescued = [copy(1 * hour, 'rescue'), copy(29 * day, 'rescue'), copy(31 * day, 'rescue')];
    const daily = Array.from({ length: 5 }, (_, index) => copy((index + 2) * hour));
    expect(keptOf([...rescued, ...daily])).toEqual([1, 29 * 24, 2, 3, 4]);
  });

  it('is the newest one made before a migration, though many days came after it', () => {
    const daily = Array.from({ length: 20 }, (_, index) => copy(index * day));
    expect(keptOf([...daily, copy(90 * day, 'migration'), copy(91 * day, 'migration')])).toContain(90 * 24);
  });

  it('are not pushed out by those of a clock that ran ahead', () => {
    const ahead = Array.from({ length: 12 }, (_, index) => copy(-1000 * day - index * day));
    const right = [copy(0), copy(hour), copy(2 * hour)];
    expect(keptOf([...ahead, ...right])).toEqual(expect.arrayContaining([0, 1, 2]));
  });

  it('is the one just made when the clock was put back', () => {
    const later = Array.from({ length: 12 }, (_, index) => copy(-2 * day - index * day));
    expect(keptOf([...later, copy(0)])).toContain(0);
  });
});

it('removes only what had its time, from the folder', async () => {
  const store = await openTempStore();
  try {
    const tools = await backupTools(store.clock);
    await addSession(store.service, 'Cart');
    for (let index = 0; index < 5; index++) {
      store.clock.advance(60_000);
      await createBackup(tools, store.path, 'daily');
    }
    await rotateBackups(tools, store.path);
    expect((await readdir(join(store.folder, 'backups'))).sort()).toEqual([
      'sessions-20261120T090300000-daily.db',
      'sessions-20261120T090400000-daily.db',
      'sessions-20261120T090500000-daily.db',
    ]);
  } finally {
    await store.dispose();
  }
});
