import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeFileAtomically } from '../../../../src/node/files/atomicFile';

const posix = process.platform !== 'win32';
const nobody = 65534;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rejoin-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it.runIf(posix).each([0, 0o022, 0o277])('gives the file to its owner alone with umask %i', async (umask) => {
  const path = join(folder, 'session.yaml');
  const before = process.umask(umask);
  try {
    await writeFileAtomically(path, 'text');
  } finally {
    process.umask(before);
  }
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('replaces what was there, leaves nothing else behind, and narrows the rights of the old file', async () => {
  const path = join(folder, 'session.yaml');
  await writeFile(path, 'old and longer', { mode: 0o644 });
  await writeFileAtomically(path, 'new ☃');
  expect(await readFile(path, 'utf8')).toBe('new ☃');
  expect(await readdir(folder)).toEqual(['session.yaml']);
  if (posix) {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }
});

it.runIf(posix)('writes through a link and keeps it', async () => {
  await writeFile(join(folder, 'real.yaml'), 'old');
  await symlink('real.yaml', join(folder, 'link.yaml'));
  await writeFileAtomically(join(folder, 'link.yaml'), 'new');
  expect(await readlink(join(folder, 'link.yaml'))).toBe('real.yaml');
  expect(await readFile(join(folder, 'real.yaml'), 'utf8')).toBe('new');
});

it('takes a name as long as the disk allows', async () => {
  const name = `${'n'.repeat(250)}.yml`;
  await writeFileAtomically(join(folder, name), 'text');
  expect(await readdir(folder)).toEqual([name]);
});

it('fails and removes its temporary file when the new one cannot take the place', async () => {
  const path = join(folder, 'taken');
  await mkdir(join(path, 'inside'), { recursive: true });
  await expect(writeFileAtomically(path, 'text')).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM|EEXIST/);
  expect(await readdir(folder)).toEqual(['taken']);
  expect(await readdir(path)).toEqual(['inside']);
});

it('fails in a folder that is not there and does not make it', async () => {
  await expect(writeFileAtomically(join(folder, 'none', 'session.yaml'), 'text')).rejects.toThrow('ENOENT');
  expect(await readdir(folder)).toEqual([]);
});

it.runIf(posix)('fails in a folder that may not be written and leaves the old file as it was', async () => {
  const path = join(folder, 'session.yaml');
  await writeFile(path, 'old', { mode: 0o644 });
  await chmod(folder, 0o555);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    process.seteuid?.(nobody);
  }
  try {
    await expect(writeFileAtomically(path, 'text')).rejects.toThrow(/EACCES|EPERM/);
    expect(await readdir(folder)).toEqual(['session.yaml']);
    expect(await readFile(path, 'utf8')).toBe('old');
  } finally {
    if (isRoot) {
      process.seteuid?.(0);
    }
    await chmod(folder, 0o755);
  }
});
