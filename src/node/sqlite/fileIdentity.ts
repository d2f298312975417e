import { stat } from 'node:fs';
import { AppError } from '../../core/base/errors';

/** What makes a file the same one, however it is called meanwhile. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** A database and what SQLite keeps beside it, as they lay in their places when it was opened. */
export interface StoreIdentity {
  readonly main: FileIdentity;
  /** The log and the shared memory: of a file that was moved away they stay behind. */
  readonly besides: ReadonlyMap<string, FileIdentity>;
}

const besideSuffixes = ['-wal', '-shm'];

/**
 * The file at a path; undefined where there is none. Never opens it: closing it would drop SQLite's locks of this
 * process. Rejects where nobody can tell, such as in a folder that may not be searched.
 */
export function identityOf(path: string): Promise<FileIdentity | undefined> {
  // Every message asks this: the call with a callback costs half of what the one with a promise does.
  return new Promise((resolve, reject) => {
    stat(path, { bigint: true }, (error, found) => {
      if (error === null) {
        resolve({ dev: found.dev, ino: found.ino });
      } else if (isMissing(error)) {
        resolve(undefined);
      } else {
        reject(error);
      }
    });
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

export function isSameFile(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

/** Runs `open` and tells which file it opened. Rejects with `store/replaced` when that was exchanged meanwhile. */
export async function openIdentified<T>(
  path: string,
  open: () => Promise<T>,
  close: (opened: T) => Promise<void>,
): Promise<{ readonly opened: T; readonly identity: StoreIdentity }> {
  const before = await identityOf(path);
  const opened = await open();
  const after = await identityOf(path);
  if (before === undefined || !isSameFile(before, after)) {
    await close(opened);
    throw new AppError('store/replaced', { args: { path } });
  }
  const besides = new Map<string, FileIdentity>();
  for (const suffix of besideSuffixes) {
    const found = await identityOf(path + suffix);
    if (found !== undefined) {
      besides.set(path + suffix, found);
    }
  }
  return { opened, identity: { main: before, besides } };
}

/** True unless it is certain that another file, or none, lies where the open one was. */
export async function isInPlace(path: string, { main }: StoreIdentity): Promise<boolean> {
  try {
    return isSameFile(main, await identityOf(path));
  } catch {
    return true;
  }
}

/** Rejects with `store/replaced` for a file that does not lie in its place any more. */
export async function requireInPlace(path: string, identity: StoreIdentity | undefined): Promise<void> {
  if (identity !== undefined && !(await isInPlace(path, identity))) {
    throw new AppError('store/replaced', { args: { path } });
  }
}
