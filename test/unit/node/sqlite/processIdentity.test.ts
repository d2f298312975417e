import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { isEarlierStart, ownIdentity, stateOf } from '../../../../src/node/sqlite/processIdentity';

const children: ChildProcess[] = [];
afterEach(() => {
  children.splice(0).forEach((child) => child.kill('SIGKILL'));
});

/** A process that does nothing, as the one that it is at this moment. */
async function startOther(command = process.execPath, args = ['-e', 'setInterval(() => {}, 1000)']) {
  const child = spawn(command, args, { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  return { child, identity: { ...ownIdentity(), pid, started: startOf(pid) } };
}

/** Time since the start of the system at which a process started, as the kernel tells it. */
function startOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function letterOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.charAt(stat.lastIndexOf(')') + 2);
}

describe.runIf(process.platform === 'linux')('a process', () => {
  it('knows itself, and always alike', () => {
    expect(ownIdentity()).toEqual(ownIdentity());
    expect(ownIdentity()).toMatchObject({ pid: process.pid, started: startOf(process.pid) });
    expect(stateOf(ownIdentity())).toBe('alive');
  });

  it('is alive while it runs, also while it is stopped, and dead once it was killed', async () => {
    const { child, identity } = await startOther();
    expect(stateOf(identity)).toBe('alive');
    child.kill('SIGSTOP');
    await expect.poll(() => letterOf(identity.pid)).toBe('T');
    expect(stateOf(identity)).toBe('alive');
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    expect(stateOf(identity)).toBe('dead');
  });

  it('is dead when its id belongs to a process that started at another time', async () => {
    const { identity } = await startOther();
    expect(stateOf({ ...identity, started: String(Number(identity.started) - 1) })).toBe('dead');
  });

  it('is dead when it has ended, though nobody has collected it', async () => {
    // The shell becomes another program, which never asks what became of the child that it inherits.
    const { child } = await startOther('sh', ['-c', 'sleep 0.1 & exec sleep 60']);
    const childOf = (): string => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
    await expect.poll(childOf).not.toBe('');
    const pid = Number(childOf());
    const identity = { ...ownIdentity(), pid, started: startOf(pid) };
    await expect.poll(() => letterOf(pid)).toBe('Z');
    expect(stateOf(identity)).toBe('dead');
  });
});

describe('the home of a process', () => {
  const home = (boot: string, host = 'desk', space = 'pid:[4026531836]'): string => `linux/${host}/id/${space}/${boot}`;

  it('is an earlier start of the same machine only where all but the start is the same', () => {
    expect(isEarlierStart(home('a'), home('b'))).toBe(true);
    expect(isEarlierStart(home('a'), home('a'))).toBe(false);
    expect(isEarlierStart(home('a', 'laptop'), home('b'))).toBe(false);
    expect(isEarlierStart(home('a', 'desk', 'pid:[7]'), home('b'))).toBe(false);
  });

  it('tells nothing of starts where the system does not', () => {
    expect(isEarlierStart('darwin/desk/', 'darwin/desk/')).toBe(false);
    expect(isEarlierStart(home(''), home('b'))).toBe(false);
  });
});
