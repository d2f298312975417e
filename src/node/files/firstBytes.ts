import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from '../../core/base/errors';
import { toFileError } from './fileErrors';

export interface FirstBytes {
  /** At most as many as were asked for, also of a file that grows meanwhile. */
  readonly bytes: Uint8Array;
  /** Bytes of the whole file, as the system told before it was read. */
  readonly size: number;
}

/** The beginning of a file. Rejects with `file/*`, also for what is no file: a device or a pipe would never end. */
export async function readFirstBytes(path: string, maxBytes: number): Promise<FirstBytes> {
  try {
    // A pipe without a writer would keep the opening waiting.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      if (found.isDirectory()) {
        throw new AppError('file/is-folder', { args: { path } });
      }
      if (!found.isFile()) {
        throw new AppError('file/failed', { args: { path, detail: '' } });
      }
      return { bytes: await readUpTo(file, Math.min(found.size, maxBytes)), size: found.size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw toFileError(error, path);
  }
}

async function readUpTo(file: FileHandle, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(length);
  let end = 0;
  while (end < length) {
    const { bytesRead } = await file.read(buffer, end, length - end);
    if (bytesRead === 0) {
      break;
    }
    end += bytesRead;
  }
  return buffer.subarray(0, end);
}
