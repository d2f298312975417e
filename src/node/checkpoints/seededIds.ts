import { createHash } from 'node:crypto';
import type { IdGenerator } from '../../core/base/ports';

/** What the ids of a text follow from; as hexadecimal digits. */
export function seedOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Ids that follow from a seed: the same file gets the same ids whenever it is imported, and so is known again. They
 * have the shape of a UUIDv7 of the year 1970, so that they never meet those of anything that is written here.
 */
export function seededIds(seed: string): IdGenerator {
  const key = Buffer.from(seed, 'hex');
  let count = 0;
  return {
    next: () => {
      const hex = createHash('sha256').update(key).update(String(count++)).digest('hex');
      const variant = ((parseInt(hex.charAt(3), 16) & 0x3) | 0x8).toString(16);
      return `00000000-0000-7${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(8, 20)}`;
    },
  };
}
