import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/base/errors';
import { listQuarantined, putBack, quarantineStore } from '../../../../src/node/sqlite/quarantine';
import { tempFolder } from '../../../support/storeFixture';

const now = Date.UTC(2026, 10, 20, 9, 8, 7, 6);

describe('files that are set aside', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder, 'sessions.db');
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      await writeFile(`${path}${suffix}`, `content${suffix}`);
    }
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('go together with a note of when, why and what was wrong', async () => {
    const error = new AppError('store/corrupt', { cause: new Error('database disk image is malformed') });
    const aside = await quarantineStore(path, { why: 'it is damaged', error, now });
    expect(aside).toBe(join(folder, 'quarantine', '20261120T090807006'));
    expect(await readdir(folder)).toEqual(['quarantine']);
    expect((await readdir(aside ?? '')).sort()).toEqual([
      'note.json',
      'sessions.db',
      'sessions.db-journal',
      'sessions.db-shm',
      'sessions.db-wal',
    ]);
    expect(await readFile(join(aside ?? '', 'sessions.db-wal'), 'utf8')).toBe('content-wal');
    expect(JSON.parse(await readFile(join(aside ?? '', 'note.json'), 'utf8'))).toEqual({
      when: '2026-11-20T09:08:07.006Z',
      why: 'it is damaged',
      error: 'store/corrupt: database disk image is malformed',
      database: path,
      files: ['sessions.db', 'sessions.db-wal', 'sessions.db-shm', 'sessions.db-journal'],
    });
  });

  it('never replace those that were set aside at the same moment', async () => {
    await quarantineStore(path, { why: 'first', now });
    await writeFile(path, 'second');
    const second = await quarantineStore(path, { why: 'second', now });
    expect(await readFile(join(second ?? '', 'sessions.db'), 'utf8')).toBe('second');
    expect((await listQuarantined(path)).map(({ createdAt }) => createdAt)).toEqual([now + 1, now]);
    expect((await listQuarantined(path))[1]?.bytes).toBeGreaterThan('content'.length * 4);
  });

  it('are none where there is no file', async () => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) {
      await rm(`${path}${suffix}`);
    }
    expect(await quarantineStore(path, { why: 'nothing there', now })).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('stay where they are when they cannot all go', async () => {
    await writeFile(join(folder, 'quarantine'), 'a file where the folder should be');
    await expect(quarantineStore(path, { why: 'damaged', now })).rejects.toMatchObject({ name: 'AppError' });
    expect(await readFile(path, 'utf8')).toBe('content');
    expect(await readFile(`${path}-wal`, 'utf8')).toBe('content-wal');
  });

  it('come back as they were', async () => {
    const aside = await quarantineStore(path, { why: 'for a moment', now });
    await putBack(aside ?? '', path);
    expect(await readFile(path, 'utf8')).toBe('content');
    expect(await readFile(`${path}-journal`, 'utf8')).toBe('content-journal');
    expect(await readdir(aside ?? '')).toEqual(['note.json']);
  });

  it.skipIf(process.platform === 'win32')('lie where only their owner looks', async () => {
    await mkdir(join(folder, 'other'));
    await chmod(folder, 0o755);
    const aside = await quarantineStore(path, { why: 'damaged', now });
    const { stat } = await import('node:fs/promises');
    expect((await stat(aside ?? '')).mode & 0o777).toBe(0o700);
    expect((await stat(join(aside ?? '', 'note.json'))).mode & 0o777).toBe(0o600);
  });
});
