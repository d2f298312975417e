import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError, toError } from '../../core/base/errors';
import type { Logger } from '../../core/base/ports';
import type { SqliteBinding } from './sqliteBinding';
import { SqliteConnection } from './sqliteConnection';
import { toStoreError } from './sqliteErrors';
import { sizeOf } from './storeFile';

/** A connection for reading, and what to do when it is closed. */
export interface ReadableStore {
  readonly reader: SqliteConnection;
  readonly cleanUp?: () => Promise<void>;
}

type WayToRead = (binding: SqliteBinding, path: string) => Promise<ReadableStore>;

/** Others may write while it is copied; then the copy is made again. */
const mostCopies = 3;

/**
 * Opens a database that cannot be written so that it can at least be read, and changes nothing of it. SQLite needs
 * files of its own beside one with a log; where it may not make them the file is read as one that never changes, or,
 * when its log holds something, from a private copy. Rejects with the `store/*` error of the first way.
 */
export async function openReadable(binding: SqliteBinding, path: string, logger: Logger): Promise<ReadableStore> {
  let first: Error | undefined;
  for (const way of [openPlain, openUnchanging, openCopy]) {
    try {
      return await way(binding, path);
    } catch (error) {
      logger.debug(`${path} could not be read by ${way.name}`, error);
      first ??= toError(error);
    }
  }
  throw toStoreError(first, path);
}

const openPlain: WayToRead = async (binding, path) => ({
  reader: await openChecked(() => SqliteConnection.open(binding, path, 'readonly')),
});

const openUnchanging: WayToRead = async (binding, path) => {
  for (const journal of [`${path}-wal`, `${path}-journal`]) {
    if ((await sizeOf(journal)) > 0) {
      throw new AppError('store/read-only', { args: { path }, message: `${basename(journal)} is not empty` });
    }
  }
  const uri = `${pathToFileURL(path).href}?immutable=1`;
  return { reader: await openChecked(() => SqliteConnection.open(binding, uri, 'readonly', binding.OPEN_URI, path)) };
};

const openCopy: WayToRead = async (binding, path) => {
  // Only its owner may look into a folder made this way.
  const folder = await mkdtemp(join(tmpdir(), 'rejoin-read-'));
  const cleanUp = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const copy = await copyStore(path, folder);
    const reader = await openChecked(() => SqliteConnection.open(binding, copy, 'readwrite', 0, path));
    // What is open stays readable, so that a process which is killed leaves no copy behind. Windows keeps such files.
    await cleanUp().catch(() => undefined);
    return { reader, cleanUp };
  } catch (error) {
    await cleanUp();
    throw error;
  }
};

/** SQLite reads a file with the first statement, not before. */
async function openChecked(open: () => Promise<SqliteConnection>): Promise<SqliteConnection> {
  const connection = await open();
  try {
    await connection.all('SELECT count(*) FROM sqlite_schema');
    return connection;
  } catch (error) {
    await connection.close().catch(() => undefined);
    throw error;
  }
}

async function copyStore(path: string, folder: string): Promise<string> {
  const copy = join(folder, basename(path));
  for (let copies = 1; ; copies++) {
    const before = await stampOf(path);
    for (const suffix of ['', '-wal', '-journal']) {
      await copyFile(path + suffix, copy + suffix).catch((error: unknown) => refuseUnlessMissing(error, suffix));
    }
    if ((await stampOf(path)) === before) {
      return copy;
    }
    if (copies === mostCopies) {
      throw new AppError('store/locked', { args: { path } });
    }
  }
}

function refuseUnlessMissing(error: unknown, suffix: string): void {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (!isMissing || suffix === '') {
    throw error;
  }
}

/** Another text whenever the database or its log was written. */
async function stampOf(path: string): Promise<string> {
  const stamps = ['', '-wal'].map(async (suffix) => {
    const found = await stat(path + suffix).catch(() => undefined);
    return found === undefined ? '' : `${found.size} ${found.mtimeMs}`;
  });
  return (await Promise.all(stamps)).join();
}
