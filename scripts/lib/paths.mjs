import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the project. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Git-ignored folder for everything that can be made again. */
export const cacheRoot = path.join(projectRoot, '.cache');

/** Absolute path of something in the project. */
export function inProject(...segments) {
  return path.join(projectRoot, ...segments);
}
