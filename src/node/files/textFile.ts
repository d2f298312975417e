import { AppError } from '../../core/base/errors';
import { readFirstBytes } from './firstBytes';

const megabyte = 1024 * 1024;

/**
 * The text of a file of at most `maxBytes`. Rejects with `file/*`, also for what is no
 * file (a device or a pipe would never end) and for bytes that are no UTF-8.
 */
export async function readTextFile(path: string, maxBytes: number): Promise<string> {
  const { bytes, size } = await readFirstBytes(path, maxBytes);
  assertSize(path, size, maxBytes);
  return decodeText(path, bytes, maxBytes);
}

/** UTF-8, without the mark of it at the beginning. Throws `file/too-large` or `file/not-text`. */
export function decodeText(path: string, bytes: Uint8Array, maxBytes: number): string {
  assertSize(path, bytes.byteLength, maxBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('file/not-text', { args: { path }, cause });
  }
}

/** Throws `file/too-large`. Sizes in bytes. */
export function assertSize(path: string, size: number, maxBytes: number): void {
  if (size > maxBytes) {
    throw new AppError('file/too-large', {
      args: { path, megabytes: Math.ceil(size / megabyte), limit: Math.floor(maxBytes / megabyte) },
    });
  }
}
