import { AppError } from '../../core/base/errors';
import { utf8Length } from '../../core/turn/utf8';

/** Bytes of one item: a long source file, and a small part of any model's window. */
export const maxItemBytes = 256 * 1024;
/** Items of one session. */
export const maxItems = 40;

/** Throws `context/too-large` for more than one item may hold. */
export function assertSize(path: string, bytes: number): void {
  if (bytes > maxItemBytes) {
    const args = { path, kilobytes: Math.ceil(bytes / 1024), limit: maxItemBytes / 1024 };
    throw new AppError('context/too-large', { args });
  }
}

/** The text itself, for a text that may be attached. */
export function withinSize(path: string, text: string): string {
  assertSize(path, utf8Length(text));
  return text;
}
