import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAppError } from '../../core/base/errors';
import { toSessionId, type SessionId } from '../../core/session/session';
import { backupFolderOf, findBackupFiles, namesIn, removeLeftovers } from './backupFiles';
import { withBackupLock } from './backupLock';
import type { BackupTools } from './backups';
import { syncFolder, writeNewFile } from './durableFiles';
import { quarantineFolderOf, quarantineStore } from './quarantine';
import { scrubFile } from './scrubFile';
import { toStoreError } from './sqliteErrors';
import { sizeOf } from './storeFile';
import { withConnection } from './withConnection';

/** No copy stands still for so long under its temporary name while anybody works on it. */
const leftoverMs = 600_000;
const notePattern = /^\.deleted-[0-9a-f-]+\.json$/;

/**
 * Notes that sessions are to go from all backups, to be called inside the transaction that deletes them: a crash
 * between the two cannot leave them in a backup for good. Does nothing where there are no backups.
 * Rejects with `store/*`.
 */
export async function noteDeleted(databasePath: string, ids: readonly SessionId[]): Promise<void> {
  const folder = backupFolderOf(databasePath);
  if (ids.length === 0 || (await stat(folder).catch(() => undefined)) === undefined) {
    return;
  }
  try {
    const id = randomUUID();
    const temporary = join(folder, `.backup-${id}.tmp`);
    await writeNewFile(temporary, JSON.stringify(ids));
    // Renamed, so that no window finds half a note.
    await rename(temporary, join(folder, `.deleted-${id}.json`));
    await syncFolder(folder);
  } catch (error) {
    throw toStoreError(error, folder);
  }
}

/**
 * Removes from every backup what was noted. A backup that cannot be read is set aside, because nothing can be removed
 * from it. Rejects with `store/*` when one that can be read could not be cleaned; the note stays, and the next call
 * goes on with it.
 */
export async function scrubBackups(tools: BackupTools, databasePath: string): Promise<void> {
  if ((await findNotes(databasePath)).length === 0) {
    return;
  }
  await removeLeftovers(databasePath, tools.clock.now(), leftoverMs);
  await withBackupLock(tools, backupFolderOf(databasePath), async () => {
    // Another window may have done it all while this one waited.
    const notes = await Promise.all((await findNotes(databasePath)).map(readNote));
    const noted = notes.flatMap(({ ids }) => ids);
    const kept = await keptOf(tools, databasePath, noted);
    const gone = noted.filter((id) => !kept.has(id));
    await scrubAll(tools, databasePath, gone);
    const isOver = ({ ids, writtenAt }: Note): boolean =>
      !ids.some((id) => kept.has(id)) || tools.clock.now() - writtenAt > leftoverMs;
    await Promise.all(notes.filter(isOver).map(({ path }) => rm(path, { force: true })));
  });
}

async function findNotes(databasePath: string): Promise<readonly string[]> {
  const folder = backupFolderOf(databasePath);
  return (await namesIn(folder)).filter((name) => notePattern.test(name)).map((name) => join(folder, name));
}

interface Note {
  readonly path: string;
  readonly ids: readonly SessionId[];
  /** Unix milliseconds. */
  readonly writtenAt: number;
}

async function readNote(path: string): Promise<Note> {
  // Another window may have finished with it just now.
  const text = await readFile(path, 'utf8').catch(() => '[]');
  const writtenAt = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  try {
    return { path, ids: (JSON.parse(text) as readonly string[]).map(toSessionId), writtenAt };
  } catch {
    // Nothing that was written here.
    return { path, ids: [], writtenAt };
  }
}

/**
 * Sessions that are still there: the transaction that deletes them is not written yet, and then its own window cleans up
 * after them; or it never was, and then nothing may be taken from the backups.
 */
async function keptOf(
  tools: BackupTools,
  databasePath: string,
  ids: readonly SessionId[],
): Promise<ReadonlySet<string>> {
  const rows = await withConnection(tools, databasePath, 'readonly', (connection) =>
    connection.all<{ id: string }>('SELECT id FROM sessions WHERE id IN (SELECT value FROM json_each(?1))', [
      JSON.stringify(ids),
    ]),
  );
  return new Set(rows.map(({ id }) => id));
}

/** One that cannot be cleaned keeps no other from it; the first failure is what this rejects with. */
async function scrubAll(tools: BackupTools, databasePath: string, ids: readonly SessionId[]): Promise<void> {
  const failures: unknown[] = [];
  for (const { path } of await findBackupFiles(databasePath)) {
    await scrubOne(tools, databasePath, path, ids).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) {
    throw failures[0];
  }
}

async function scrubOne(
  tools: BackupTools,
  databasePath: string,
  path: string,
  ids: readonly SessionId[],
): Promise<void> {
  try {
    // A process that is killed while it names a backup leaves an empty file behind.
    if ((await sizeOf(path)) > 0) {
      await scrubFile(tools, path, ids);
    }
  } catch (error) {
    if ((await stat(path).catch(() => undefined)) === undefined) {
      // Another window's rotation was faster.
      return;
    }
    if (!isAppError(error, 'store/corrupt', 'store/not-a-database')) {
      throw error;
    }
    tools.logger.warn(`The backup ${path} is damaged and was set aside`, error);
    const reason = { why: 'deleted sessions could not be removed from this backup', error, now: tools.clock.now() };
    await quarantineStore(path, reason, quarantineFolderOf(databasePath));
  }
}
