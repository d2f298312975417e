import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackupKind } from '../../core/session/storeFile';
import { reserveName } from './durableFiles';
import { fromTimeStamp, toTimeStamp } from './timeStamp';

const namePattern = /^sessions-(\d{8}T\d{9})-(daily|migration|manual|rescue)\.db$/;
const temporaryPattern = /^\.backup-[0-9a-f-]+\.tmp/;

/** A file that is named as a backup; what is in it is another question. */
export interface BackupFile {
  readonly path: string;
  readonly kind: BackupKind;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

/** Where the backups of a database lie. */
export function backupFolderOf(databasePath: string): string {
  return join(dirname(databasePath), 'backups');
}

/** Newest first, by their names: times of files change when they are copied. */
export async function findBackupFiles(databasePath: string): Promise<readonly BackupFile[]> {
  const folder = backupFolderOf(databasePath);
  return (await namesIn(folder))
    .toSorted()
    .toReversed()
    .flatMap((name) => {
      const match = namePattern.exec(name);
      const createdAt = fromTimeStamp(match?.[1] ?? '');
      return createdAt === undefined ? [] : [{ path: join(folder, name), kind: match?.[2] as BackupKind, createdAt }];
    });
}

/** Makes the folder and an empty file in it, both their owner's only: SQLite keeps the mode of a file that is there. */
export async function makeTemporaryBackup(databasePath: string): Promise<string> {
  const folder = backupFolderOf(databasePath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return makeTemporaryIn(folder);
}

/** Makes an empty file under a name that is cleared away when its maker dies. */
export async function makeTemporaryIn(folder: string): Promise<string> {
  const path = join(folder, `.backup-${randomUUID()}.tmp`);
  const file = await open(path, 'wx', 0o600);
  await file.close();
  return path;
}

export async function removeTemporaryBackup(path: string): Promise<void> {
  await Promise.all(['', '-wal', '-shm', '-journal'].map((suffix) => rm(`${path}${suffix}`, { force: true })));
}

/** Removes what processes that died left half-way, once nothing was written to it for `olderThanMs`. */
export async function removeLeftovers(databasePath: string, now: number, olderThanMs: number): Promise<void> {
  const folder = backupFolderOf(databasePath);
  const names = (await namesIn(folder)).filter((name) => temporaryPattern.test(name));
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && now - found.mtimeMs > olderThanMs) {
        await rm(path, { force: true });
      }
    }),
  );
}

/** Gives a finished copy the name of a backup of that moment, one that no other window has taken. */
export async function nameBackup(
  databasePath: string,
  temporary: string,
  kind: BackupKind,
  now: number,
): Promise<BackupFile> {
  for (let createdAt = Math.max(0, now); ; createdAt++) {
    const path = join(backupFolderOf(databasePath), `sessions-${toTimeStamp(createdAt)}-${kind}.db`);
    // Renaming would silently replace what another window named at the same moment.
    if (await reserveName(path)) {
      try {
        await rename(temporary, path);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      return { path, kind, createdAt };
    }
  }
}

export async function namesIn(folder: string): Promise<readonly string[]> {
  // Most stores have no backup yet.
  return readdir(folder).catch(() => []);
}
