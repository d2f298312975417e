import { randomUUID } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../core/base/errors';
import { makeTemporaryBackup, removeTemporaryBackup } from './backupFiles';
import { copyVerified, withBackup } from './backups';
import { syncFile, syncFolder } from './durableFiles';
import { markPathOf, readMark, writeMark } from './highWaterMark';
import { putBack, quarantineStore } from './quarantine';
import { freshSalvage, type BackupChoice, type RestoreChoice, type SalvageChoice } from './restoreChoices';
import type { SalvageTools } from './salvage';
import { toStoreError } from './sqliteErrors';
import { readFigures, type StoreFigures } from './storeFigures';
import { withConnection } from './withConnection';

export interface Restored {
  /** The folder in which the files lie that were there; undefined when there were none. */
  readonly quarantine: string | undefined;
}

/**
 * Puts a choice in the place of the database, which is set aside with its logs first and never deleted. Nobody in this
 * process may have it open. `choice` is one of `listRestoreChoices` or the path of any sound database of ours.
 * Rejects with `store/*`; then the files are as they were.
 */
export async function restoreStore(
  tools: SalvageTools,
  path: string,
  choice: RestoreChoice | string,
  error?: unknown,
): Promise<Restored> {
  const why = 'another copy of the sessions took its place';
  const reason = { why, now: tools.clock.now(), ...(error === undefined ? {} : { error }) };
  if (typeof choice !== 'string' && choice.kind === 'empty') {
    const quarantine = await quarantineStore(path, reason);
    // Without the mark this is a place where nothing was ever stored.
    await rm(markPathOf(path), { force: true });
    return { quarantine };
  }
  const prepared = await prepare(tools, path, choice);
  try {
    const state = await beginGeneration(tools, prepared);
    const quarantine = await quarantineStore(path, reason);
    try {
      await putInPlace(prepared, path, state);
    } catch (cause) {
      await (quarantine === undefined ? Promise.resolve() : putBack(quarantine, path));
      throw cause;
    }
    return { quarantine };
  } catch (cause) {
    await removeTemporaryBackup(prepared);
    throw toStoreError(cause, path);
  }
}

/** A copy of its own that can be renamed into place. */
async function prepare(
  tools: SalvageTools,
  path: string,
  choice: BackupChoice | SalvageChoice | string,
): Promise<string> {
  if (typeof choice !== 'string' && choice.kind === 'salvage') {
    return (await freshSalvage(tools, path, choice)).prepared;
  }
  const source = typeof choice === 'string' ? choice : choice.backup.path;
  if ((await stat(source).catch(() => undefined)) === undefined) {
    throw new AppError('store/no-backup', { args: { path: source } });
  }
  const prepared = await makeTemporaryBackup(path);
  try {
    await withBackup(tools, source, (connection) => copyVerified(tools, connection, prepared));
    return prepared;
  } catch (error) {
    await removeTemporaryBackup(prepared);
    throw toStoreError(error, source);
  }
}

/** What was written after the copy was made is another story than what is written from here on. Undefined for an earlier version. */
async function beginGeneration(tools: SalvageTools, prepared: string): Promise<StoreFigures> {
  const figures = await withConnection(tools, prepared, 'readwrite', async (connection) => {
    const { generation, schema } = await readFigures(connection);
    if (schema > tools.migrations.length) {
      throw new AppError('store/newer-schema', { args: { path: prepared } });
    }
    if (generation !== null) {
      await connection.all('UPDATE store_state SET generation = ?1', [randomUUID().replaceAll('-', '')]);
    }
    return readFigures(connection);
  });
  await syncFile(prepared);
  return figures;
}

async function putInPlace(prepared: string, path: string, { generation, written }: StoreFigures): Promise<void> {
  const mark = await readMark(path);
  try {
    // Marked before it is there: a window that opens in between finds a file missing, not one that it does not know.
    await (generation === null ? rm(markPathOf(path), { force: true }) : writeMark(path, { generation, written }));
    await rename(prepared, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await (mark === undefined ? Promise.resolve() : writeMark(path, mark, mark.missing));
    throw error;
  }
}
