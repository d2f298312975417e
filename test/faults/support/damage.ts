import { open, readFile, rm, stat, truncate } from 'node:fs/promises';

/** Size of a page of our files, SQLite's own default. */
export const pageBytes = 4096;
const walHeaderBytes = 32;
const frameHeaderBytes = 24;

/** Writes over bytes of a file that nobody has open. */
export async function overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, offset);
    await file.sync();
  } finally {
    await file.close();
  }
}

export function zeroHeader(path: string): Promise<void> {
  return overwrite(path, 0, new Uint8Array(100));
}

/** Pages count from 1, as SQLite counts them. */
export function zeroPage(path: string, page: number): Promise<void> {
  return overwrite(path, (page - 1) * pageBytes, new Uint8Array(pageBytes));
}

export async function cutInHalf(path: string): Promise<void> {
  const { size } = await stat(path);
  await truncate(path, Math.floor(size / 2 / pageBytes) * pageBytes);
}

/** Replaces a text wherever the file has it by another one of the same length; returns how often. */
export async function replaceText(path: string, text: string, by: string): Promise<number> {
  const content = await readFile(path);
  let count = 0;
  for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
    await overwrite(path, at, Buffer.from(by));
    count++;
  }
  return count;
}

/** Fills the page of a frame of a log with 0xff. Frames count from 1. */
export function garbleFrame(wal: string, frame: number): Promise<void> {
  const start = walHeaderBytes + (frame - 1) * (frameHeaderBytes + pageBytes);
  return overwrite(wal, start + frameHeaderBytes, new Uint8Array(pageBytes).fill(0xff));
}

export async function frameCount(wal: string): Promise<number> {
  const { size } = await stat(wal);
  return Math.floor((size - walHeaderBytes) / (frameHeaderBytes + pageBytes));
}

/** Ends a log in the middle of a frame. */
export function tearFrame(wal: string, frame: number): Promise<void> {
  return truncate(wal, walHeaderBytes + (frame - 1) * (frameHeaderBytes + pageBytes) + 1000);
}

export function removeLog(path: string): Promise<unknown> {
  return Promise.all([`${path}-wal`, `${path}-shm`].map((file) => rm(file, { force: true })));
}
