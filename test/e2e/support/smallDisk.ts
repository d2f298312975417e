import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A file system of a few megabytes that a test can fill up and free again. */
export interface SmallDisk {
  readonly folder: string;
  fill(): void;
  free(): void;
  dispose(): void;
}

/** Mounts one at the folder; undefined where this process may not mount. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    fill: () => fillUp(ballast, megabytes),
    free: () => rmSync(ballast, { force: true }),
    // A window may still have files open there.
    dispose: () => execFileSync('umount', ['-l', folder]),
  };
}

/** Writes until nothing more fits, in smaller and smaller pieces. */
function fillUp(file: string, megabytes: number): void {
  for (let bytes = megabytes * 1024 * 1024; bytes >= 512; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) {
        writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
}
