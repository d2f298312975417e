import { rm } from 'node:fs/promises';
import type { Backup } from '../../core/session/storeFile';
import { listBackups, type BackupTools } from './backups';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const newestKept = 3;
const daysKept = 7;
const rescueKeptMs = 30 * dayMs;
const manualKeptMs = dayMs;

/**
 * Which backups have had their time: kept are the three newest, the newest of each of the last seven days that have
 * any, and the newest one that was made before a migration. One that a person made counts like all others, but stays
 * for a day in any case; what was rescued stays for thirty days and counts for nothing else. Pure.
 */
export function chooseExpired<Copy extends Pick<Backup, 'kind' | 'createdAt'>>(
  backups: readonly Copy[],
  now: number,
): readonly Copy[] {
  const counted = backups.filter(({ kind }) => kind !== 'rescue').toSorted((a, b) => b.createdAt - a.createdAt);
  // Made while the clock ran ahead: they must not take the place of those made since it was put right.
  const isAhead = ({ createdAt }: Copy): boolean => createdAt > now + dayMs;
  const kept = new Set([
    ...keptByTime(counted.filter(isAhead)),
    ...keptByTime(counted.filter((backup) => !isAhead(backup))),
    ...counted.filter(({ kind }) => kind === 'migration').slice(0, 1),
    ...counted.filter(({ kind, createdAt }) => kind === 'manual' && now - createdAt < manualKeptMs),
    ...backups.filter(({ kind, createdAt }) => kind === 'rescue' && now - createdAt < rescueKeptMs),
  ]);
  return backups.filter((backup) => !kept.has(backup));
}

/** Newest first in, some of them out. */
function keptByTime<Copy extends Pick<Backup, 'createdAt'>>(backups: readonly Copy[]): readonly Copy[] {
  const newestOfDays = new Map<number, Copy>();
  for (const backup of backups) {
    const day = Math.floor(backup.createdAt / dayMs);
    newestOfDays.set(day, newestOfDays.get(day) ?? backup);
  }
  return [...backups.slice(0, newestKept), ...[...newestOfDays.values()].slice(0, daysKept)];
}

/** Removes backups that have had their time. To be called only after one was made; what cannot be read stays. */
export async function rotateBackups(tools: BackupTools, path: string): Promise<void> {
  for (const { path: file } of chooseExpired(await listBackups(tools, path), tools.clock.now())) {
    // One that cannot be removed is tried again with the next backup.
    await rm(file).catch((error: unknown) => tools.logger.warn(`The old backup ${file} could not be removed`, error));
  }
}
