import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../core/base/errors';
import { backupFolderOf, makeTemporaryBackup, removeTemporaryBackup } from './backupFiles';
import { withBackupLock } from './backupLock';
import { copyVerified, withBackup } from './backups';
import { placeFile, syncFile, syncFolder } from './durableFiles';
import { markPathOf, readMark, writeMark, type HighWaterMark, type StoreState } from './highWaterMark';
import { pendingMigrations } from './migrator';
import { putBack, quarantineStore, type QuarantineReason } from './quarantine';
import { freshSalvage, type RestoreChoice } from './restoreChoices';
import { bringUpToDate, type SalvageTools } from './salvage';
import { toStoreError } from './sqliteErrors';
import { requireSound } from './storeFigures';
import { readState } from './storeState';
import { withConnection } from './withConnection';
import { withoutWriters } from './withoutWriters';

export interface Restored {
  /** The folder in which the files lie that were there; undefined when there were none. */
  readonly quarantine: string | undefined;
}

/** How often what came into the place in the same moment is set aside as well. */
const mostTries = 3;

/**
 * Puts a choice in the place of the database, which is set aside with its logs first and never deleted. Nobody in this
 * process may have it open. `choice` is one of `listRestoreChoices` or the path of any sound database of ours.
 * Rejects with `store/*`; then the files are as they were. Cut off at any moment it leaves the former files, the choice
 * in their place, or a store that says that it is gone, with everything set aside.
 */
export async function restoreStore(
  tools: SalvageTools,
  path: string,
  choice: RestoreChoice | string,
  error?: unknown,
): Promise<Restored> {
  const why = 'another copy of the sessions took its place';
  const reason = { why, now: tools.clock.now(), ...(error === undefined ? {} : { error }) };
  const prepared = await prepare(tools, path, choice);
  try {
    const state = await finish(tools, prepared);
    return await withBackupLock(
      tools,
      backupFolderOf(path),
      () => exchange(tools, { path, prepared, state, reason }),
      '.exchange',
    );
  } catch (cause) {
    await removeTemporaryBackup(prepared);
    throw toStoreError(cause, path);
  }
}

/** A copy of its own that can be put in place. */
async function prepare(tools: SalvageTools, path: string, choice: RestoreChoice | string): Promise<string> {
  if (typeof choice !== 'string' && choice.kind === 'salvage') {
    return (await freshSalvage(tools, path, choice)).prepared;
  }
  const source = typeof choice === 'string' ? choice : choice.kind === 'backup' ? choice.backup.path : undefined;
  if (source !== undefined && (await stat(source).catch(() => undefined)) === undefined) {
    throw new AppError('store/no-backup', { args: { path: source } });
  }
  const prepared = await makeTemporaryBackup(path).catch((error: unknown) => {
    throw toStoreError(error, path);
  });
  try {
    // Without a source it stays the empty file of a store that is made anew.
    if (source !== undefined) {
      await withBackup(tools, source, (connection) => copyVerified(tools, connection, prepared));
    }
    return prepared;
  } catch (error) {
    await removeTemporaryBackup(prepared);
    throw toStoreError(error, source ?? path);
  }
}

/**
 * Makes the copy one that only has to be renamed: of this version, so that it is known to open; a generation of its own,
 * because what was written after it was made is another story than what is written from here on; and all in one file.
 */
async function finish(tools: SalvageTools, prepared: string): Promise<StoreState> {
  const pending = await withConnection(tools, prepared, 'readonly', (connection) =>
    pendingMigrations(connection, tools.migrations),
  );
  if (pending.length > 0) {
    await bringUpToDate(tools, prepared);
  }
  const state = await withConnection(tools, prepared, 'readwrite', async (connection) => {
    await connection.all('UPDATE store_state SET generation = ?1', [randomUUID().replaceAll('-', '')]);
    // A log that could not be folded in would stay behind under the name of the copy.
    const row = await connection.first<{ journal_mode: string }>('PRAGMA journal_mode = DELETE');
    if (row?.journal_mode !== 'delete') {
      throw new AppError('store/locked', { args: { path: prepared } });
    }
    await requireSound(connection);
    return readState(connection);
  });
  await syncFile(prepared);
  return state;
}

interface Exchange {
  readonly path: string;
  readonly prepared: string;
  readonly state: StoreState;
  readonly reason: QuarantineReason;
}

async function exchange(tools: SalvageTools, { path, prepared, state, reason }: Exchange): Promise<Restored> {
  const mark = await readMark(path);
  const aside: string[] = [];
  try {
    for (let tries = 1; ; tries++) {
      const folder = await withoutWriters(tools, path, reason.error, () => quarantineStore(path, reason));
      aside.push(...(folder === undefined ? [] : [folder]));
      // Marked before it is there: a window that opens in between finds a file missing, not one that it does not know.
      await writeMark(path, state);
      if ((await placeFile(prepared, path)) === 'placed') {
        break;
      }
      if (tries === mostTries) {
        throw new AppError('store/locked', { args: { path } });
      }
    }
  } catch (error) {
    // The mark first: a window that finds the former file beside the new mark would take all of it for lost.
    await markAgain(path, mark);
    for (const folder of aside.reverse()) {
      await putBack(folder, path);
    }
    throw error;
  }
  await syncFolder(dirname(path)).catch((error: unknown) => tools.logger.warn('The folder was not flushed', error));
  return { quarantine: aside[0] };
}

function markAgain(path: string, mark: HighWaterMark | undefined): Promise<void> {
  return mark === undefined ? rm(markPathOf(path), { force: true }) : writeMark(path, mark, mark.missing);
}
