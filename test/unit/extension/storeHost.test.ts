import { copyFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { v7 as uuid } from 'uuid';
import { AppError } from '../../../src/core/base/errors';
import { silentLogger } from '../../../src/core/base/ports';
import { toInvocationId, type SessionId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { storeStatus } from '../../../src/extension/chat/storeStatus';
import { createTurnLog } from '../../../src/extension/chat/turnLog';
import { openStore } from '../../../src/extension/platform/openStore';
import { StoreHost } from '../../../src/extension/platform/storeHost';
import type { StoreState } from '../../../src/extension/platform/storeState';
import { tellOfStore } from '../../../src/extension/platform/storeNotices';
import { systemTimers } from '../../../src/extension/platform/systemPorts';
import { loadSqlite } from '../../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../../src/node/sqlite/sqliteConnection';
import {
  answer,
  FakeClock,
  newSession,
  newSessionId,
  realIds,
  testModel,
  testTurn,
  userMessage,
} from '../../support/builders';
import { mountDisk, named, noImmutableFiles, noMounts, run } from '../../support/hostConditions';
import { rawSql } from '../../support/rawSql';
import { migrationsDir, tempFolder } from '../../support/storeFixture';
import { stubMessages } from '../../support/vscodeStub';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let folder: string;
let path: string;
let hosts: StoreHost[];
let opens: number;
const memento = new Map<string, unknown>();

beforeEach(async () => {
  folder = await tempFolder();
  path = join(folder, 'sessions.db');
  hosts = [];
  opens = 0;
  memento.clear();
  stubMessages.splice(0);
});
afterEach(async () => {
  await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
  hosts.forEach((host) => host.dispose());
  await rm(folder, { recursive: true, force: true });
});

function newHost(where = folder): StoreHost {
  const invocationId = toInvocationId(uuid());
  const host = new StoreHost({
    open: (place) => {
      opens++;
      return openStore(place, {
        folder: () => where,
        migrationsFolder: migrationsDir,
        invocationId,
        clock: new FakeClock(),
        ids: realIds,
        logger: silentLogger,
        probeMs: 30,
      });
    },
    folder: () => where,
    timers: systemTimers,
    logger: silentLogger,
    retryMs: 20,
  });
  hosts.push(host);
  tellOfStore({
    store: host,
    memento: {
      keys: () => [...memento.keys()],
      get: <T>(key: string, fallback?: T) => (memento.get(key) as T | undefined) ?? (fallback as T),
      update: (key: string, value: unknown) => {
        memento.set(key, value);
        return Promise.resolve();
      },
    },
    logger: silentLogger,
  });
  return host;
}

function watch(host: StoreHost): readonly string[] {
  const seen: string[] = [];
  host.onDidChangeState((state) => seen.push('error' in state ? `${state.kind} ${state.error.code}` : state.kind));
  return seen;
}

const kindOf = (host: StoreHost): StoreState['kind'] => host.state.kind;

async function say(manager: SessionManager, text: string): Promise<SessionId> {
  const id = newSessionId();
  manager.prepareSession(id, newSession());
  await manager.appendUserMessage(id, userMessage(text));
  return id;
}

async function makeHistory(): Promise<SessionId> {
  const host = newHost();
  const id = await say(await host.manager(), 'Kept');
  await host.close();
  return id;
}

async function lockWhole(): Promise<SqliteConnection> {
  const holder = await SqliteConnection.open(await loadSqlite(), path, 'readwrite');
  await holder.all('PRAGMA locking_mode = EXCLUSIVE');
  await holder.all('BEGIN EXCLUSIVE');
  return holder;
}

describe('a store that cannot be opened for a while', () => {
  it('is opened by itself once its folder can be made', async () => {
    const blocked = join(folder, 'blocked');
    await writeFile(blocked, 'in the way');
    const host = newHost(join(blocked, 'store'));
    const seen = watch(host);
    let reopened = 0;
    host.onDidReopen(() => reopened++);
    await expect(host.manager()).rejects.toMatchObject({ code: 'store/cannot-open' });
    expect(storeStatus(host.state)).toMatchObject({
      kind: 'unavailable',
      canRestore: false,
      text: expect.stringContaining('tries again by itself') as string,
    });
    await expect.poll(() => opens).toBeGreaterThan(3);
    await rm(blocked);
    await expect.poll(() => kindOf(host)).toBe('ok');
    // Told once, however often it was tried.
    expect(seen).toEqual(['unavailable store/cannot-open', 'ok']);
    expect(reopened).toBe(1);
    await say(await host.manager(), 'After');
  });

  it(
    'is opened by itself once another program lets go of it, and nothing waits for that',
    { timeout: 60_000 },
    async () => {
      const id = await makeHistory();
      const holder = await lockWhole();
      const host = newHost();
      let beats = 0;
      const beat = setInterval(() => beats++, 20);
      await expect(host.manager()).rejects.toMatchObject({ code: 'store/locked', args: { path } });
      clearInterval(beat);
      expect(beats).toBeGreaterThan(50);
      expect(storeStatus(host.state)).toMatchObject({ kind: 'unavailable', canRestore: false });
      await holder.close();
      await expect.poll(() => kindOf(host), { timeout: 20_000 }).toBe('ok');
      expect(await (await host.manager()).get(id)).toMatchObject({ messageCount: 1 });
    },
  );

  it('goes on in memory only when the person says so, and stays there', async () => {
    const blocked = join(folder, 'blocked');
    await writeFile(blocked, '');
    const host = newHost(join(blocked, 'store'));
    await host.manager().catch(() => undefined);
    await host.useMemory();
    await rm(blocked);
    await say(await host.manager(), 'Not kept');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(kindOf(host)).toBe('memory');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a file that is no good', () => {
  it('waits for the person, and is not tried again by itself', async () => {
    await makeHistory();
    await writeFile(path, 'These are my notes. '.repeat(400));
    const host = newHost();
    await expect(host.manager()).rejects.toMatchObject({ code: 'store/not-a-database' });
    expect(host.state).toMatchObject({ kind: 'unavailable', canRestore: true });
    const tried = opens;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(opens).toBe(tried);
  });

  it('is replaced by what a task puts there, and whoever asks meanwhile gets the new one', async () => {
    const id = await makeHistory();
    await copyFile(path, `${path}.good`);
    await writeFile(path, 'These are my notes. '.repeat(400));
    const host = newHost();
    await host.manager().catch(() => undefined);
    const resets: string[] = [];
    host.onDidChangeSessions(({ kind }) => resets.push(kind));
    const replacing = host.replaceFile(async (where) => {
      await rename(join(where, 'sessions.db.good'), path);
      return 'done';
    });
    await expect.poll(() => kindOf(host)).toBe('ok');
    expect(await (await host.manager()).get(id)).toMatchObject({ messageCount: 1 });
    expect(await replacing).toBe('done');
    expect(resets).toEqual(['reset']);
  });

  it('is open again when the task that was to replace it failed', async () => {
    const id = await makeHistory();
    const host = newHost();
    await host.manager();
    const replacing = host.replaceFile(() => Promise.reject(new AppError('store/no-backup')));
    await expect(replacing).rejects.toMatchObject({ code: 'store/no-backup' });
    expect(kindOf(host)).toBe('ok');
    expect(await (await host.manager()).get(id)).toMatchObject({ messageCount: 1 });
  });

  it('is closed when damage shows while it is open, and can be restored', async () => {
    const host = newHost();
    const manager = await host.manager();
    const id = await say(manager, 'x'.repeat(100_000));
    await rawSql(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const content = await readFile(path);
    // In place: another file would be noticed as such.
    await writeFile(path, content.fill(0xff, 4096), { flag: 'r+' });
    await host.use((open) => open.loadBranch(id)).catch(() => undefined);
    await host.use((open) => say(open, 'y'.repeat(100_000))).catch(() => undefined);
    expect(host.state).toMatchObject({ kind: 'unavailable', error: { code: 'store/corrupt' }, canRestore: true });
    await expect(host.manager()).rejects.toMatchObject({ code: 'store/corrupt' });
  });
});

describe.skipIf(process.platform === 'win32')('a file that is removed or replaced while it is open', () => {
  it('is put back and opened anew, with one notice, and what was being sent goes in', async () => {
    const host = newHost();
    const id = await say(await host.manager(), 'Before');
    const appended: SessionId[] = [];
    host.onDidAppendEvents(({ session }) => appended.push(session.id));
    await rm(path);
    const log = createTurnLog(host);
    await log.appendUserMessage(id, userMessage('After'), {});
    const manager = await host.manager();
    expect(await manager.get(id)).toMatchObject({ messageCount: 2 });
    expect(kindOf(host)).toBe('ok');
    expect(appended).toEqual([id]);
    expect(stubMessages).toEqual([expect.stringContaining('was removed while it was open')]);
    expect(await manager.file.check()).toMatchObject({ problems: [], missingEvents: 0 });
  });

  it('is opened anew under a reply that runs, which goes on and ends as if nothing had been', async () => {
    const host = newHost();
    const log = createTurnLog(host);
    const id = newSessionId();
    const question = userMessage('Before');
    const startedAt = 1;
    const model = testModel;
    const turnId = testTurn;
    (await host.manager()).prepareSession(id, newSession());
    await log.appendUserMessage(id, question, { turnStatus: 'running', model, lease: { turnId, model, startedAt } });
    const draft = { sessionId: id, turnId, parentId: question.id, model, reasoning: '', startedAt };
    await log.savePartialReply({ ...draft, content: 'Half' });
    await rm(path);
    await log.savePartialReply({ ...draft, content: 'Half of' });
    await log.keepAlive({ sessionId: id, turnId });
    const manager = await host.manager();
    expect(await manager.foreignReply(id)).toBeUndefined();
    await log.append(id, [answer('Half of it')], { turnStatus: 'idle', ofTurn: turnId, clearDraftOf: turnId });
    expect((await manager.loadBranch(id)).map(({ body }) => body)).toEqual([
      { type: 'user_message', content: 'Before' },
      { type: 'text', content: 'Half of it', finish: 'completed' },
    ]);
    expect(await manager.get(id)).toMatchObject({ turnStatus: 'idle' });
  });

  it('needs no notice in windows that another one has restored it for', async () => {
    const host = newHost();
    const other = newHost();
    const manager = await host.manager();
    await say(manager, 'Before');
    await other.manager();
    await rm(path);
    // The store of a look that finds this is closed under it.
    await manager.refresh().catch(() => undefined);
    await (await other.openManager())?.refresh().catch(() => undefined);
    expect(await host.manager()).not.toBe(manager);
    expect((await other.manager()).file.health).toEqual({ kind: 'ok' });
    expect(stubMessages).toHaveLength(1);
    expect(await (await other.manager()).list({ states: ['active'], limit: 9 })).toHaveLength(1);
  });
});

describe.skipIf(noMounts !== undefined)(named('on a disk that fills up', noMounts), () => {
  it('says what to do, and then that all is well, without being opened again', async () => {
    const disk = mountDisk(6);
    const host = newHost(disk.folder);
    const manager = await host.manager();
    await say(manager, 'Before');
    const seen = watch(host);
    disk.fill();
    await expect(say(manager, 'x'.repeat(300_000))).rejects.toMatchObject({ code: 'store/full' });
    await expect(say(manager, 'x'.repeat(300_000))).rejects.toMatchObject({ code: 'store/full' });
    expect(storeStatus(host.state)).toMatchObject({
      kind: 'trouble',
      text: expect.stringContaining('Free some space') as string,
    });
    disk.free();
    await expect.poll(() => kindOf(host)).toBe('ok');
    expect(seen).toEqual(['trouble store/full', 'ok']);
    expect(await host.manager()).toBe(manager);
    await host.close();
    disk.dispose();
  });
});

describe.skipIf(noImmutableFiles !== undefined)(named('a store that cannot be changed', noImmutableFiles), () => {
  afterEach(() => run('chattr', '-R', '-i', folder));

  it('is read until it can be written, and then written without anybody doing anything', async () => {
    const id = await makeHistory();
    run('chattr', '-R', '+i', folder);
    const host = newHost();
    const seen = watch(host);
    const manager = await host.manager();
    expect(await manager.get(id)).toMatchObject({ messageCount: 1 });
    expect(storeStatus(host.state)).toMatchObject({ kind: 'readOnly', text: expect.stringContaining(path) as string });
    run('chattr', '-R', '-i', folder);
    await expect.poll(() => kindOf(host)).toBe('ok');
    expect(seen).toEqual(['readOnly store/read-only', 'ok']);
    await say(await host.manager(), 'After');
  });
});

it('only reads a store of a newer version, and does not try it again by itself', async () => {
  const id = await makeHistory();
  await rawSql(path, 'PRAGMA user_version = 999');
  const host = newHost();
  expect(await (await host.manager()).get(id)).toMatchObject({ messageCount: 1 });
  expect(storeStatus(host.state)).toMatchObject({
    kind: 'readOnly',
    text: expect.stringContaining('newer version') as string,
  });
  const tried = opens;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(opens).toBe(tried);
  await rawSql(path, `PRAGMA user_version = ${(await readdir(migrationsDir)).length}`);
  await host.retry();
  expect(kindOf(host)).toBe('ok');
});

it('tells of lost events until the person accepts it', async () => {
  const host = newHost();
  const manager = await host.manager();
  await say(manager, 'One');
  await copyFile(path, `${path}.old`);
  const kept = await readFile(`${path}-wal`);
  await say(manager, 'Two');
  await host.close();
  await rename(`${path}.old`, path);
  await writeFile(`${path}-wal`, kept);
  const again = newHost();
  await again.manager();
  expect(again.state).toEqual({ kind: 'ok', loss: 1 });
  expect(storeStatus(again.state)).toMatchObject({ kind: 'ok', loss: expect.stringContaining('missing') as string });
  await again.acceptLoss();
  expect(again.state).toEqual({ kind: 'ok', loss: 0 });
});

it('does not make an empty store where one was', async () => {
  await makeHistory();
  await rm(path);
  const host = newHost();
  await expect(host.manager()).rejects.toMatchObject({ code: 'store/missing-data' });
  expect(host.state).toMatchObject({ kind: 'unavailable', canRestore: true });
  expect(await readdir(folder)).not.toContain('sessions.db');
});
