import { link, open, rename, rm } from 'node:fs/promises';

/** What file systems answer that know no flush of a folder: network shares and some of those in user space. */
const unsupported: ReadonlySet<unknown> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EBADF', 'EISDIR']);

/** Makes the content of a file outlive a power cut. Only for files that no SQLite connection of this process has open. */
export async function syncFile(path: string): Promise<void> {
  await syncHandle(path, 'r+');
}

/** Makes the names in a folder outlive a power cut, where the system has such a call: Windows orders them itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  try {
    await syncHandle(path, 'r');
  } catch (error) {
    if (!unsupported.has(codeOf(error))) {
      throw error;
    }
  }
}

/** Gives a finished file its place. Never takes the place of another one: where there is one it is `taken`. */
export async function placeFile(file: string, path: string): Promise<'placed' | 'taken'> {
  try {
    await link(file, path);
    await rm(file);
    return 'placed';
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? 'taken' : placeByName(file, path);
  }
}

/** Not every file system has links: there the name is taken first, and the file follows. */
async function placeByName(file: string, path: string): Promise<'placed' | 'taken'> {
  if (!(await reserveName(path))) {
    return 'taken';
  }
  try {
    await rename(file, path);
    return 'placed';
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Makes an empty file of its owner; false where there is one of that name, which is not even opened. */
export async function reserveName(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** Writes a small file of its owner that is there as a whole after this resolves, or not at all. Never writes over one. */
export async function writeNewFile(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncHandle(path: string, flags: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
