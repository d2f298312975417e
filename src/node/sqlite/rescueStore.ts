import { rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAppError } from '../../core/base/errors';
import { namesIn } from './backupFiles';
import { createBackup, type BackupTools } from './backups';
import { placeFile, syncFolder } from './durableFiles';
import { identityOf, isSameFile, type StoreIdentity } from './fileIdentity';
import type { SqliteConnection } from './sqliteConnection';
import { makeQuarantineFolder, quarantineFolderOf } from './quarantine';
import { readFigures } from './storeFigures';
import { withConnection } from './withConnection';

/** A file that an open connection still has, though it does not lie in its place any more. */
export interface MovedFile {
  /** The place. */
  readonly path: string;
  readonly identity: StoreIdentity;
}

/** Another window that still writes can make a copy out of date; it stops at its own next look at the file. */
const mostCopies = 5;

/**
 * Saves what an open connection has of a file that was removed or replaced. Where nothing lies in its place it is put
 * back; where another file does, that one stays and a backup of the kind `rescue` is made. Returns where it lies now,
 * empty when nothing had to be saved: another file has it all, or the old one lies whole in quarantine.
 * Rejects with `store/*` when nothing could be saved; then the connection must stay open.
 */
export async function rescueStore(tools: BackupTools, source: SqliteConnection, moved: MovedFile): Promise<string> {
  if (await isInQuarantine(moved)) {
    return '';
  }
  // Before anybody opens what lies in the place now: SQLite would take the log that was left behind for its own.
  await setAside(tools, moved);
  for (let copies = 1; ; copies++) {
    if (await holdsAll(tools, source, moved.path)) {
      return '';
    }
    const version = await dataVersion(source);
    const copy = await copyOf(tools, source, moved.path);
    // Behind the lock no other window of this file writes: whoever comes after sees what lies in the place.
    const outcome = await source.transaction('write', async () => {
      if ((await dataVersion(source)) !== version && copies < mostCopies) {
        return 'outdated';
      }
      return place(copy, moved.path);
    });
    if (outcome === 'placed') {
      return moved.path;
    }
    if (outcome === 'taken' && !(await holdsAll(tools, source, moved.path))) {
      return copy;
    }
    await rm(copy, { force: true });
  }
}

/** What a restore exchanges it keeps. */
async function isInQuarantine({ path, identity }: MovedFile): Promise<boolean> {
  const folder = quarantineFolderOf(path);
  for (const name of await namesIn(folder)) {
    const kept = await identityOf(join(folder, name, basename(path))).catch(() => undefined);
    if (isSameFile(kept, identity.main)) {
      return true;
    }
  }
  return false;
}

/** True for a copy of this very store with nothing less in it: another window was faster. */
async function holdsAll(tools: BackupTools, source: SqliteConnection, path: string): Promise<boolean> {
  const ours = await readFigures(source);
  try {
    const other = await withConnection(tools, path, 'readonly', readFigures);
    return (
      other.generation !== null &&
      other.generation === ours.generation &&
      other.written >= ours.written &&
      other.revision >= ours.revision
    );
  } catch {
    // There is none, or it is no store of ours.
    return false;
  }
}

async function copyOf(tools: BackupTools, source: SqliteConnection, path: string): Promise<string> {
  try {
    return (await createBackup(tools, path, 'rescue', source)).path;
  } catch (error) {
    // Why it failed says more than that it did: a full disk is waited for, a damaged file is not.
    throw isAppError(error, 'store/backup-failed') && isAppError(error.cause) ? error.cause : error;
  }
}

/** Moves the log and the shared memory out of the way. Windows that have them open go on with them. */
async function setAside({ clock }: BackupTools, { path, identity }: MovedFile): Promise<void> {
  const left: string[] = [];
  for (const [beside, known] of identity.besides) {
    if (isSameFile(await identityOf(beside), known)) {
      left.push(beside);
    }
  }
  if (left.length > 0) {
    const folder = await makeQuarantineFolder(quarantineFolderOf(path), clock.now());
    for (const beside of left) {
      await rename(beside, join(folder, basename(beside))).catch(ignoreMissing);
    }
    // Where another window was faster there is nothing to keep.
    await rmdir(folder).catch(() => undefined);
  }
}

async function place(copy: string, path: string): Promise<'placed' | 'taken'> {
  const outcome = await placeFile(copy, path);
  if (outcome === 'placed') {
    await syncFolder(dirname(path));
  }
  return outcome;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
    throw error;
  }
}

async function dataVersion(connection: SqliteConnection): Promise<number> {
  return (await connection.first<{ data_version: number }>('PRAGMA data_version'))?.data_version ?? 0;
}
