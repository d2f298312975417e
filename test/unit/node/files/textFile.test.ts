import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFirstBytes } from '../../../../src/node/files/firstBytes';
import { readTextFile } from '../../../../src/node/files/textFile';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rejoin-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('reads UTF-8, with and without the mark at the beginning', async () => {
  await writeFile(join(folder, 'plain'), 'café ☃');
  await writeFile(join(folder, 'marked'), '\ufeffcafé ☃');
  expect(await readTextFile(join(folder, 'plain'), 100)).toBe('café ☃');
  expect(await readTextFile(join(folder, 'marked'), 100)).toBe('café ☃');
});

it('reads a file of exactly the size allowed and none that is larger', async () => {
  await writeFile(join(folder, 'file'), 'x'.repeat(10));
  expect(await readTextFile(join(folder, 'file'), 10)).toHaveLength(10);
  await expect(readTextFile(join(folder, 'file'), 9)).rejects.toMatchObject({
    code: 'file/too-large',
    args: { path: join(folder, 'file'), megabytes: 1 },
  });
});

it('says what is wrong with what is no text file', async () => {
  await writeFile(join(folder, 'latin1'), Buffer.from([0x63, 0xe9]));
  await expect(readTextFile(join(folder, 'latin1'), 100)).rejects.toMatchObject({ code: 'file/not-text' });
  await expect(readTextFile(folder, 100)).rejects.toMatchObject({ code: 'file/is-folder' });
  await expect(readTextFile(join(folder, 'none'), 100)).rejects.toMatchObject({ code: 'file/not-found' });
  await expect(readTextFile(join(folder, 'latin1', 'below'), 100)).rejects.toMatchObject({ code: 'file/not-found' });
});

it.runIf(process.platform === 'linux')('does not wait for a pipe or a device', async () => {
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
  await expect(readTextFile(join(folder, 'pipe'), 100)).rejects.toMatchObject({ code: 'file/failed' });
  await expect(readTextFile('/dev/zero', 100)).rejects.toMatchObject({ code: 'file/failed' });
});

it.runIf(process.platform === 'linux')('takes no more than a file said to have, however much comes', async () => {
  const { bytes, size } = await readFirstBytes('/proc/self/status', 100);
  expect({ bytes: bytes.length, size }).toEqual({ bytes: 0, size: 0 });
});

it('reads the beginning of a file of any size', async () => {
  await writeFile(join(folder, 'huge'), 'begin');
  await truncate(join(folder, 'huge'), 50_000_000_000);
  const { bytes, size } = await readFirstBytes(join(folder, 'huge'), 10);
  expect(Buffer.from(bytes).toString()).toBe('begin\0\0\0\0\0');
  expect(size).toBe(50_000_000_000);
  await expect(readTextFile(join(folder, 'huge'), 100)).rejects.toMatchObject({ code: 'file/too-large' });
});
