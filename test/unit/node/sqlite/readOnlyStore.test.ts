import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import type { LocalSessionService } from '../../../../src/node/sqlite/localSessionService';
import { openLocalSessionService, type OpenStoreOptions } from '../../../../src/node/sqlite/openLocalSessionService';
import { appendRequest, FakeClock, newSessionId, userMessage } from '../../../support/builders';
import { mountDisk, named, noImmutableFiles, noMounts, run, type MountedDisk } from '../../../support/hostConditions';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, storeOptions, tempFolder } from '../../../support/storeFixture';

let folder: string;
let path: string;
let id: SessionId;
const opened: LocalSessionService[] = [];

beforeEach(async () => {
  folder = await tempFolder();
  path = join(folder, 'sessions.db');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((service) => service.close()));
  await rm(folder, { recursive: true, force: true });
});

async function open(options: Partial<OpenStoreOptions> = {}): Promise<LocalSessionService> {
  const service = await openLocalSessionService({ ...storeOptions(folder, new FakeClock()), ...options });
  opened.push(service);
  return service;
}

async function makeHistory(where = folder): Promise<void> {
  const store = await openTempStore({ folder: where });
  id = newSessionId();
  await store.service.append(appendRequest(id, [userMessage('Kept')]));
  await store.service.close();
}

/** A store whose last messages are only in its log, as a crash leaves it. */
async function makeCrashedHistory(where: string): Promise<void> {
  const elsewhere = await tempFolder();
  const store = await openTempStore({ folder: elsewhere });
  id = newSessionId();
  await store.service.append(appendRequest(id, [userMessage('Kept')]));
  await mkdir(where, { recursive: true });
  for (const name of ['sessions.db', 'sessions.db-wal']) {
    await copyFile(join(elsewhere, name), join(where, name));
  }
  await store.dispose();
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

async function expectReadable(service: LocalSessionService, code: string, file = path): Promise<void> {
  expect(service.health).toMatchObject({ kind: 'readOnly', error: { code, args: { path: file } } });
  expect(await service.list({ states: ['active'], limit: 10 })).toHaveLength(1);
  const { events } = await service.loadPage(id, 10);
  expect(events.map(({ body }) => body)).toEqual([{ type: 'user_message', content: 'Kept' }]);
  await expect(service.version()).resolves.toMatchObject({ data: expect.any(Number) as number });
  const writing = service.append(appendRequest(newSessionId(), [userMessage()]));
  await expect(writing).rejects.toMatchObject({ code });
}

const privateCopies = async (): Promise<readonly string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('rejoin-read-'));

describe('a store of a newer version', () => {
  it('can be read, and keeps every byte', async () => {
    await makeHistory();
    await rawSql(path, 'PRAGMA user_version = 999');
    const before = await hashOf(path);
    const service = await open();
    await expectReadable(service, 'store/newer-schema');
    await service.close();
    expect(await hashOf(path)).toBe(before);
    expect((await readdir(folder)).filter((name) => !/-(wal|shm)$/.test(name)).toSorted()).toEqual([
      'sessions.db',
      'sessions.mark',
    ]);
  });

  it('is refused when this version cannot read what is in it', async () => {
    await makeHistory();
    await rawSql(path, 'PRAGMA user_version = 999');
    await rawSql(path, 'ALTER TABLE session_events RENAME COLUMN event_data TO body');
    const before = await hashOf(path);
    await expect(open()).rejects.toMatchObject({ code: 'store/newer-schema' });
    expect(await hashOf(path)).toBe(before);
  });

  it('that another window made of it while it was open takes no more writes from this one', async () => {
    const service = await open();
    id = newSessionId();
    await service.append(appendRequest(id, [userMessage('Kept')]));
    await rawSql(path, 'PRAGMA user_version = 999');
    await expect(service.append(appendRequest(newSessionId(), [userMessage()]))).rejects.toMatchObject({
      code: 'store/newer-schema',
    });
    await expectReadable(service, 'store/newer-schema');
  });
});

describe.skipIf(noImmutableFiles !== undefined)(named('a store that cannot be changed', noImmutableFiles), () => {
  let immutable: readonly string[] = [];
  function freeze(...files: readonly string[]): void {
    immutable = files;
    files.forEach((file) => run('chattr', '+i', file));
  }
  function thaw(): void {
    immutable.forEach((file) => run('chattr', '-i', file));
    immutable = [];
  }
  afterEach(thaw);

  it('can be read when only the file is protected', async () => {
    await makeHistory();
    freeze(path);
    await expectReadable(await open(), 'store/read-only');
  });

  it('can be read when file and folder are protected, and nothing is made beside it', async () => {
    await makeHistory();
    freeze(path, folder);
    await expectReadable(await open(), 'store/read-only');
    expect((await readdir(folder)).toSorted()).toEqual(['sessions.db', 'sessions.mark']);
  });

  it('can be read with what is only in its log, from a private copy that nobody can leave behind', async () => {
    await makeCrashedHistory(folder);
    const before = await privateCopies();
    freeze(path, `${path}-wal`, folder);
    const service = await open();
    // Those of other processes come and go.
    await expect.poll(async () => (await privateCopies()).filter((name) => !before.includes(name))).toEqual([]);
    await expectReadable(service, 'store/read-only');
  });

  it('is not opened for reading by who needs to write', async () => {
    await makeHistory();
    freeze(path, folder);
    await expect(open({ mustWrite: true })).rejects.toMatchObject({ code: 'store/read-only' });
    thaw();
    const service = await open({ mustWrite: true });
    expect(service.health).toEqual({ kind: 'ok' });
    expect(await service.get(id)).toMatchObject({ messageCount: 1 });
  });

  it('is refused with one clear error when there is none yet', async () => {
    freeze(folder);
    await expect(open()).rejects.toMatchObject({ code: 'store/read-only', args: { path } });
  });
});

describe.skipIf(noMounts !== undefined)(named('a store on a disk mounted for reading only', noMounts), () => {
  let disk: MountedDisk;
  let inside: string;
  beforeEach(() => {
    disk = mountDisk(8);
    inside = join(disk.folder, 'store');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((service) => service.close()));
    disk.dispose();
  });

  it.each([
    ['of a clean end', makeHistory],
    ['of a crash', makeCrashedHistory],
  ])('can be read as it lies there: %s', async (_, make) => {
    await make(inside);
    disk.remount('ro');
    await expectReadable(await open({ folder: inside }), 'store/read-only', join(inside, 'sessions.db'));
  });

  it('can be read on a disk that is full to the last byte', async () => {
    await makeHistory(inside);
    disk.fill();
    const service = await open({ folder: inside });
    expect(await service.get(id)).toMatchObject({ messageCount: 1 });
    await expect(
      service.append(appendRequest(newSessionId(), [userMessage('x'.repeat(200_000))])),
    ).rejects.toMatchObject({ code: 'store/full' });
  });

  it('is refused with one clear error when there is none yet', async () => {
    disk.remount('ro');
    await expect(open({ folder: inside })).rejects.toMatchObject({ code: 'store/read-only' });
  });
});
