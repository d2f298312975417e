import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, isAppError, type ErrorCode } from '../../core/base/errors';

/** With less than this SQLite cannot even set up its shared memory. */
const leastFreeBytes = 64 * 1024;

/**
 * The error as a person can act on it: a disk that is full or may not be written makes some accesses fail in ways that
 * SQLite reports as a defect. Returns every other error as it is.
 */
export async function tellDiskCause(error: unknown, path: string): Promise<unknown> {
  if (!isAppError(error, 'store/io', 'store/cannot-open')) {
    return error;
  }
  const code = await codeOf(path);
  return code === undefined ? error : new AppError(code, { args: { path }, cause: error });
}

async function codeOf(path: string): Promise<ErrorCode | undefined> {
  if (await isFull(dirname(path))) {
    return 'store/full';
  }
  return (await isProtected(path)) || (await isProtected(dirname(path))) ? 'store/read-only' : undefined;
}

async function isFull(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize < leastFreeBytes;
  } catch {
    return false;
  }
}

/** Of a file that is not there the folder counts in which it would be made. */
async function isProtected(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return false;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return code === 'ENOENT' && dirname(path) !== path
      ? isProtected(dirname(path))
      : ['EACCES', 'EPERM', 'EROFS'].includes(code);
  }
}
