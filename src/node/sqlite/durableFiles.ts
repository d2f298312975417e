import { open } from 'node:fs/promises';

/** Makes the content of a file outlive a power cut. Only for files that no SQLite connection of this process has open. */
export async function syncFile(path: string): Promise<void> {
  await syncHandle(path, 'r+');
}

/** Makes the names in a folder outlive a power cut. Windows has no such call and orders them itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform !== 'win32') {
    await syncHandle(path, 'r');
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
