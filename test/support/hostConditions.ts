import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Name of a test that needs something of this machine, with why it is skipped where that is missing. */
export function named(name: string, reason: string | undefined): string {
  return reason === undefined ? name : `${name} [skipped: ${reason}]`;
}

/** Why nothing can be mounted here; undefined where it can. */
export const noMounts = reasonOf('mounting file systems is not possible here', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-mount-'));
  try {
    run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
    run('umount', folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Why a file cannot be made immutable here; undefined where it can. */
export const noImmutableFiles = reasonOf('chattr +i is not possible here', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-chattr-'));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  try {
    run('chattr', '+i', file);
    run('chattr', '-i', file);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Why no program can be run as another user here; undefined where it can. */
export const noOtherUsers = reasonOf('setpriv as another user is not possible here', () => {
  run('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '--version');
});

export const noFileLimits = reasonOf('prlimit is not possible here', () => run('prlimit', '--fsize=1048576', 'true'));

/** Runs a program to its end; throws when it fails. */
export function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { stdio: 'ignore' });
}

export interface MountedDisk {
  readonly folder: string;
  /** Writes until nothing more fits. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
  /** Makes it read-only or writable; nobody may have a file open for writing. */
  remount(mode: 'ro' | 'rw'): void;
  dispose(): void;
}

/** A file system of a few megabytes in memory. */
export function mountDisk(megabytes: number): MountedDisk {
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-disk-'));
  run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: () => fillUp(ballast, megabytes * 1024 * 1024),
    free: () => rmSync(ballast, { force: true }),
    remount: (mode) => run('mount', '-o', `remount,${mode}`, folder),
    dispose: () => {
      // Something may still have a file open there.
      run('umount', '-l', folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function fillUp(file: string, bytes: number): void {
  mkdirSync(join(file, '..'), { recursive: true });
  for (let piece = bytes; piece >= 512; piece = Math.floor(piece / 2)) {
    try {
      for (;;) {
        writeFileSync(file, Buffer.alloc(piece), { flag: 'a' });
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) {
        throw error;
      }
    }
  }
}

function reasonOf(reason: string, attempt: () => void): string | undefined {
  if (process.platform !== 'linux' || spawnSync('true').status !== 0) {
    return reason;
  }
  try {
    attempt();
    return undefined;
  } catch {
    return reason;
  }
}
