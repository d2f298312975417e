import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../../core/session/sessionService';

let own: ProcessIdentity | undefined;

/** This process as others can recognise it. The same for as long as it runs. */
export function ownIdentity(): ProcessIdentity {
  own ??= { pid: process.pid, home: homeOfThisProcess(), started: startOf(process.pid) ?? ownStart() };
  return own;
}

/** What the system says of a process of this home. */
export function stateOf({ pid, started }: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (!exists(pid)) {
    return 'dead';
  }
  const now = process.platform === 'linux' ? statOf(pid) : undefined;
  if (now === undefined) {
    return 'unknown';
  }
  // One that has ended and was not yet collected by its parent still answers to signals.
  return now.started === started && !now.ended ? 'alive' : 'dead';
}

/** Another start of the same machine or container: nothing of the one before can still run. */
export function isEarlierStart(home: string, present: string): boolean {
  const [place, boot] = splitHome(home);
  const [presentPlace, presentBoot] = splitHome(present);
  return place === presentPlace && boot !== '' && presentBoot !== '' && boot !== presentBoot;
}

/** Place and start of the machine; where the system tells no start, it is empty. */
function homeOfThisProcess(): string {
  if (process.platform !== 'linux') {
    return `${process.platform}/${hostname()}/`;
  }
  // Cloned machines and containers often share a name, so the machine's own id stands beside it where there is one.
  const machine = readText('/etc/machine-id');
  const boot = readText('/proc/sys/kernel/random/boot_id');
  return `linux/${hostname()}/${machine}/${readLink('/proc/self/ns/pid')}/${boot}`;
}

function splitHome(home: string): readonly [place: string, boot: string] {
  const end = home.lastIndexOf('/');
  return [home.slice(0, end), home.slice(end + 1)];
}

/** Signal 0 only asks. A process that we may not signal is there all the same. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? statOf(pid)?.started : undefined;
}

/** Tells this process from others with its id; only the process itself can know it. */
function ownStart(): string {
  return `at ${Math.round(performance.timeOrigin)}`;
}

function statOf(pid: number): { readonly started: string; readonly ended: boolean } | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // The name of the program stands in brackets and may hold anything.
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = fields[18];
  return started === undefined ? undefined : { started, ended: state === 'Z' || state === 'X' };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
