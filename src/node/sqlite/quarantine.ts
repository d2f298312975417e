import { mkdir, rename, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAppError, toError } from '../../core/base/errors';
import { namesIn } from './backupFiles';
import { syncFolder, writeNewFile } from './durableFiles';
import { toStoreError } from './sqliteErrors';
import { fromTimeStamp, toTimeStamp } from './timeStamp';

/** Files that belong to a database, the one first whose absence keeps the others from being read as something whole. */
const suffixes = ['', '-wal', '-shm', '-journal'];
const noteName = 'note.json';

export interface QuarantineReason {
  /** What was being done. */
  readonly why: string;
  /** What was wrong with the files, if anything. */
  readonly error?: unknown;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Files that were set aside, as a folder of its own. */
export interface Quarantined {
  readonly path: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly bytes: number;
}

/** Where files of a database lie that were set aside. */
export function quarantineFolderOf(databasePath: string): string {
  return join(dirname(databasePath), 'quarantine');
}

/**
 * Sets a database aside with everything that belongs to it, so that nothing of it is ever deleted or read together
 * with another file. Nobody in this process may have it open. Returns the folder, undefined when there was no file.
 * Rejects with `store/*`; then all files are where they were. `into` is the quarantine of another database, for files
 * that lie elsewhere.
 */
export async function quarantineStore(
  databasePath: string,
  reason: QuarantineReason,
  into = quarantineFolderOf(databasePath),
): Promise<string | undefined> {
  const files = await presentFiles(databasePath);
  if (files.length === 0) {
    return undefined;
  }
  try {
    const folder = await makeQuarantineFolder(into, reason.now);
    try {
      await moveAll(files, folder);
      await syncAll([folder, into, dirname(databasePath)], () => putBack(folder, databasePath));
    } catch (error) {
      await rmdir(folder).catch(() => undefined);
      throw error;
    }
    await writeNote(folder, databasePath, files, reason);
    return folder;
  } catch (error) {
    throw toStoreError(error, databasePath);
  }
}

/** What was set aside beside a database, newest first. */
export async function listQuarantined(databasePath: string): Promise<readonly Quarantined[]> {
  const parent = quarantineFolderOf(databasePath);
  const names = [...(await namesIn(parent))].sort().reverse();
  const found = names.map(async (name) => {
    const createdAt = fromTimeStamp(name);
    const path = join(parent, name);
    return createdAt === undefined ? [] : [{ path, createdAt, bytes: await bytesIn(path) }];
  });
  return (await Promise.all(found)).flat();
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = (await namesIn(folder)).map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function presentFiles(databasePath: string): Promise<readonly string[]> {
  const found = await Promise.all(
    suffixes.map(async (suffix) => {
      const path = `${databasePath}${suffix}`;
      return (await stat(path).catch(() => undefined)) === undefined ? [] : [path];
    }),
  );
  return found.flat();
}

/** Makes a folder for what is set aside now, named by the time. */
export async function makeQuarantineFolder(parent: string, now: number): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (let time = Math.max(0, now); ; time++) {
    const folder = join(parent, toTimeStamp(time));
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        throw error;
      }
    }
  }
}

/** Puts files that were set aside back to where they were, where nothing took their place since. */
export async function putBack(folder: string, databasePath: string): Promise<void> {
  const files = await presentFiles(join(folder, basename(databasePath)));
  const parent = dirname(databasePath);
  if ((await presentFiles(databasePath)).length > 0) {
    return;
  }
  // The database last: a log that lies alone is never read, and one that comes later would be missed.
  await moveAll([...files].reverse(), parent);
  await Promise.all([folder, parent].map(syncFolder));
}

async function syncAll(folders: readonly string[], undo: () => Promise<void>): Promise<void> {
  try {
    await Promise.all(folders.map(syncFolder));
  } catch (error) {
    // The first failure counts; the files are back, whether that is flushed or not.
    await undo().catch(() => undefined);
    throw error;
  }
}

/** A database without its log, or a log without its database, is worse than both where they were: all move or none. */
async function moveAll(files: readonly string[], folder: string): Promise<void> {
  const moved: string[] = [];
  try {
    for (const file of files) {
      await rename(file, join(folder, basename(file)));
      moved.push(file);
    }
  } catch (error) {
    for (const file of moved.reverse()) {
      await rename(join(folder, basename(file)), file);
    }
    throw error;
  }
}

async function writeNote(
  folder: string,
  databasePath: string,
  files: readonly string[],
  { why, error, now }: QuarantineReason,
): Promise<void> {
  const note = {
    when: new Date(now).toISOString(),
    why,
    ...(error === undefined ? {} : { error: describe(error) }),
    database: databasePath,
    files: files.map((file) => basename(file)),
  };
  // The files are safe without it: a note that cannot be written is no reason to put them back.
  await writeNewFile(join(folder, noteName), `${JSON.stringify(note, undefined, 2)}\n`).catch(() => undefined);
}

function describe(error: unknown): string {
  const { message, cause } = toError(error);
  const own = isAppError(error) && message !== error.code ? `${error.code}: ${message}` : message;
  return cause === undefined ? own : `${own}: ${describe(cause)}`;
}
