import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file that only its owner can read, in one step: under the path there is either what was there before or all
 * of the new text, also after a loss of power. A link keeps pointing to its file. Leaves nothing else behind.
 * Rejects with the system's error; its folder is not made.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = join(dirname(target), `.${basename(target).slice(0, maxNameLength)}.${randomUUID()}.tmp`);
  try {
    await writeDurably(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(target));
}

/** So much of the name that it and what is put around it stay below the limit of file systems. */
const maxNameLength = 40;

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    // A mask of the process may have taken the owner's own rights.
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name itself survive a loss of power. Windows and some network disks cannot; the text is safe either way. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    return;
  }
}
