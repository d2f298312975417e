import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, isAppError, toError } from '../../core/base/errors';
import type { Clock, Logger } from '../../core/base/ports';
import { toSessionId, type SessionId } from '../../core/session/session';
import type { Backup, BackupKind } from '../../core/session/storeFile';
import {
  backupFolderOf,
  findBackupFiles,
  makeTemporaryBackup,
  nameBackup,
  removeLeftovers,
  removeTemporaryBackup,
  type BackupFile,
} from './backupFiles';
import { withBackupLock } from './backupLock';
import { syncFile, syncFolder } from './durableFiles';
import { scrubFile } from './scrubFile';
import type { SqliteBinding } from './sqliteBinding';
import type { SqliteConnection } from './sqliteConnection';
import { countEvents, readFigures, requireSound, type StoreFigures } from './storeFigures';
import { withConnection } from './withConnection';

export interface BackupTools {
  readonly binding: SqliteBinding;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A backup with everything that its file says of itself. */
export interface StoredBackup extends Backup, StoreFigures {}

/** How long a file under a temporary name may stand still before it counts as left behind. */
const leftoverMs = 86_400_000;

/**
 * Copies a database while others go on writing to it, reads the copy back, compares it, and only then gives it its
 * name. `source` is a connection that has the file open, for a file whose path leads somewhere else by now; without
 * one it is opened for reading. Rejects with `store/backup-failed`; what was there before is never touched.
 */
export async function createBackup(
  tools: BackupTools,
  path: string,
  kind: BackupKind,
  source?: SqliteConnection,
): Promise<StoredBackup> {
  try {
    const temporary = await makeTemporaryBackup(path);
    try {
      return source === undefined
        ? await withConnection(tools, path, 'readonly', (own) => copyInto(tools, own, path, temporary, kind))
        : await copyInto(tools, source, path, temporary, kind);
    } catch (error) {
      await removeTemporaryBackup(temporary);
      throw error;
    }
  } catch (error) {
    throw backupFailed(backupFolderOf(path), error);
  }
}

/** Newest first; files that cannot be opened are left out and left alone. */
export async function listBackups(tools: BackupTools, path: string): Promise<readonly StoredBackup[]> {
  await removeLeftovers(path, tools.clock.now(), leftoverMs);
  const found: StoredBackup[] = [];
  for (const file of await findBackupFiles(path)) {
    try {
      found.push(await describeBackup(tools, file));
    } catch (error) {
      tools.logger.warn(`The backup ${file.path} cannot be read`, error);
    }
  }
  return found;
}

/** Rejects with `store/*` for a backup that cannot be read, `store/corrupt` when SQLite finds something wrong in it. */
export function verifyBackup(tools: BackupTools, path: string): Promise<void> {
  return withBackup(tools, path, requireSound);
}

/** Runs reads on a backup. One that a crash left with a journal is put in order first. */
export async function withBackup<T>(
  tools: BackupTools,
  path: string,
  task: (connection: SqliteConnection) => Promise<T>,
): Promise<T> {
  try {
    return await withConnection(tools, path, 'readonly', task);
  } catch (error) {
    if (!isAppError(error, 'store/read-only')) {
      throw error;
    }
    return withConnection(tools, path, 'readwrite', task);
  }
}

interface Counted extends StoreFigures {
  readonly events: number;
}

async function readCounted(connection: SqliteConnection): Promise<Counted> {
  return { ...(await readFigures(connection)), events: await countEvents(connection) };
}

async function copyInto(
  tools: BackupTools,
  source: SqliteConnection,
  path: string,
  temporary: string,
  kind: BackupKind,
): Promise<StoredBackup> {
  await copyVerified(tools, source, temporary);
  const file = await nameBackup(path, temporary, kind, tools.clock.now());
  await removeDeletedMeanwhile(tools, source, file.path);
  await syncFolder(backupFolderOf(path));
  return describeBackup(tools, file);
}

/**
 * Copies all of an open database into an empty file, reads the copy back and compares it. Resolves when it is on disk.
 * Rejects with `store/*` or `internal` when it is not whole.
 */
export async function copyVerified(tools: BackupTools, source: SqliteConnection, target: string): Promise<void> {
  const before = await readCounted(source);
  await source.allOnce('VACUUM INTO ?', [target]);
  const after = await readCounted(source);
  await verifyBackup(tools, target);
  const copied = await withConnection(tools, target, 'readonly', readCounted);
  if (!isWhole(copied, before, after)) {
    throw new AppError('internal', { message: 'the copy holds less than the sessions did' });
  }
  await syncFile(target);
}

/** Others may write and delete while the copy is made; an empty file, which SQLite finds nothing wrong with, never fits. */
function isWhole(copied: Counted, before: Counted, after: Counted): boolean {
  return (
    copied.written >= before.written &&
    copied.written <= after.written &&
    copied.sessions >= Math.min(before.sessions, after.sessions) &&
    copied.events >= Math.min(before.events, after.events)
  );
}

/**
 * Deleting forever cleans the backups that have their name when it looks. A session that went while this copy was made
 * is seen either there or here, because this looks after the copy got its name.
 */
async function removeDeletedMeanwhile(tools: BackupTools, source: SqliteConnection, copy: string): Promise<void> {
  try {
    const kept = new Set(await idsIn(source));
    const gone = (await withConnection(tools, copy, 'readonly', idsIn)).filter((id) => !kept.has(id));
    if (gone.length > 0) {
      await withBackupLock(tools, dirname(copy), () => scrubFile(tools, copy, gone));
    }
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
}

async function idsIn(connection: SqliteConnection): Promise<readonly SessionId[]> {
  return (await connection.all<{ id: string }>('SELECT id FROM sessions')).map(({ id }) => toSessionId(id));
}

async function describeBackup(tools: BackupTools, file: BackupFile): Promise<StoredBackup> {
  const { size } = await stat(file.path);
  return { ...file, bytes: size, ...(await withBackup(tools, file.path, readFigures)) };
}

function backupFailed(path: string, error: unknown): AppError {
  return isAppError(error, 'store/backup-failed')
    ? error
    : new AppError('store/backup-failed', { args: { path, detail: reasonOf(error) }, cause: error });
}

/** The innermost reason: that is what the library or the system said. */
export function reasonOf(error: unknown): string {
  const { cause, message } = toError(error);
  return cause === undefined ? message : reasonOf(cause);
}
