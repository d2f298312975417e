import { inject, it } from 'vitest';
import { noFileLimits, noImmutableFiles, noMounts, noOtherUsers, run } from '../../support/hostConditions';
import { runLength } from './runLength';
import { noteSkipped } from './skipped';

/** What injecting a fault can need of the machine, with why it is not possible here; undefined where it is. */
const obstacles = {
  linux: process.platform === 'linux' ? undefined : 'the machine does not run Linux',
  signals: process.platform === 'win32' ? 'Windows has no signals' : undefined,
  mounts: noMounts,
  immutableFiles: noImmutableFiles,
  otherUsers: noOtherUsers,
  fileLimits: noFileLimits,
  strace: noTracer(),
} as const;

export interface FaultTestOptions {
  readonly needs?: readonly (keyof typeof obstacles)[];
  /** Only in the long run. */
  readonly long?: true;
  readonly timeout?: number;
}

/** A test that says at the end of the run when it could not run here, and why. */
export function faultTest(name: string, options: FaultTestOptions, task: () => Promise<void>): void {
  if (options.long === true && runLength === 'short') {
    return;
  }
  const reasons = (options.needs ?? []).flatMap((need) => obstacles[need] ?? []);
  if (reasons.length === 0) {
    it(name, { timeout: options.timeout ?? 60_000 }, task);
    return;
  }
  const reason = reasons.join(', ');
  noteSkipped(inject('skippedFolder'), name, reason);
  it.skip(`${name} [skipped: ${reason}]`, task);
}

function noTracer(): string | undefined {
  try {
    run('strace', '-f', '-o', '/dev/null', '-e', 'inject=getppid:error=EIO', 'true');
    return undefined;
  } catch {
    return 'strace is not possible here';
  }
}
