import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { v7 as uuid } from 'uuid';
import { silentLogger } from '../../../src/core/base/ports';
import { toInvocationId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { storeStatus } from '../../../src/extension/chat/storeStatus';
import { KnownStores } from '../../../src/extension/platform/knownStores';
import { openStore } from '../../../src/extension/platform/openStore';
import { StoreHost } from '../../../src/extension/platform/storeHost';
import { systemTimers } from '../../../src/extension/platform/systemPorts';
import { listRestoreChoices } from '../../../src/node/sqlite/restoreChoices';
import { restoreStore } from '../../../src/node/sqlite/restoreStore';
import { FakeClock, newSession, newSessionId, realIds, userMessage } from '../../support/builders';
import { mountDisk, named, noMounts, run } from '../../support/hostConditions';
import { migrationsDir, tempFolder } from '../../support/storeFixture';
import { backupTools } from '../node/sqlite/backupFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

describe('a store that was there', () => {
  let root: string;
  let folder: string;
  let hosts: StoreHost[];
  let written: Map<string, unknown>;
  let updates: number;
  beforeEach(async () => {
    root = await tempFolder();
    folder = join(root, 'store');
    hosts = [];
    written = new Map();
    updates = 0;
  });
  afterEach(async () => {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
    hosts.forEach((host) => host.dispose());
    await rm(root, { recursive: true, force: true });
  });

  function newHost(machine = 'here'): StoreHost {
    const known = new KnownStores({
      folder: () => folder,
      memento: {
        get: <T>(key: string, fallback?: T) => (written.get(key) as T | undefined) ?? (fallback as T),
        update: (key: string, value: unknown) => {
          updates++;
          written.set(key, value);
          return Promise.resolve();
        },
      },
      machine,
      logger: silentLogger,
    });
    const host = new StoreHost({
      open: (where) =>
        openStore(where, {
          folder: () => folder,
          requirePresent: () => known.requirePresent(),
          migrationsFolder: migrationsDir,
          invocationId: toInvocationId(uuid()),
          clock: new FakeClock(),
          ids: realIds,
          logger: silentLogger,
        }),
      folder: () => folder,
      timers: systemTimers,
      logger: silentLogger,
      retryMs: 20,
    });
    known.follow(host);
    hosts.push(host);
    return host;
  }

  async function say(manager: SessionManager): Promise<void> {
    const id = newSessionId();
    manager.prepareSession(id, newSession());
    await manager.appendUserMessage(id, userMessage('Hello'));
  }

  /** A store with two messages, closed. */
  async function makeStore(): Promise<void> {
    const host = newHost();
    const manager = await host.manager();
    expect(updates).toBe(0);
    await say(manager);
    await vi.waitFor(() => expect(updates).toBe(1));
    await say(manager);
    await host.close();
    expect(updates).toBe(1);
  }

  async function expectGone(host: StoreHost): Promise<void> {
    await expect(host.manager()).rejects.toMatchObject({ code: 'store/gone', args: { folder } });
    expect(host.state).toMatchObject({ kind: 'unavailable', canRestore: true });
    expect(storeStatus(host.state)).toMatchObject({ text: expect.stringContaining(folder) as string });
  }

  it('is not made anew when its folder was removed, and nothing is made there', async () => {
    await makeStore();
    await rm(folder, { recursive: true });
    await expectGone(newHost());
    await expect(
      listRestoreChoices(await backupTools(new FakeClock()), join(folder, 'sessions.db')),
    ).resolves.toMatchObject({ present: 'missing', choices: [{ kind: 'empty' }] });
    expect(await readdir(root)).toEqual([]);
  });

  it('is made anew when the person starts empty, and then forgotten', async () => {
    await makeStore();
    await rm(folder, { recursive: true });
    const host = newHost();
    await expectGone(host);
    const tools = await backupTools(new FakeClock());
    await host.replaceFile(() =>
      restoreStore(tools, join(folder, 'sessions.db'), { kind: 'empty', sessions: 0, messages: 0, missing: 0 }),
    );
    expect(host.state).toEqual({ kind: 'ok', loss: 0 });
    await vi.waitFor(() => expect([...written.values()]).toEqual([undefined]));
    await host.close();
    await rm(folder, { recursive: true });
    await newHost().manager();
  });

  it('is another one on another machine', async () => {
    await makeStore();
    await rm(folder, { recursive: true });
    await expect(newHost('elsewhere').manager()).resolves.toBeDefined();
  });

  it.skipIf(noMounts !== undefined)(named('opens by itself when its disk is connected again', noMounts), async () => {
    const disk = mountDisk(16);
    const elsewhere = join(root, 'elsewhere');
    await mkdir(elsewhere);
    await symlink(join(disk.folder, 'rejoin'), folder);
    await mkdir(join(disk.folder, 'rejoin'));
    try {
      const first = newHost();
      await say(await first.manager());
      await vi.waitFor(() => expect(updates).toBe(2));
      await first.close();
      run('mount', '--move', disk.folder, elsewhere);
      const host = newHost();
      await expectGone(host);
      expect(await readdir(disk.folder)).toEqual([]);
      run('mount', '--move', elsewhere, disk.folder);
      await vi.waitFor(() => expect(host.state).toEqual({ kind: 'ok', loss: 0 }), 5000);
      await host.close();
    } finally {
      disk.dispose();
    }
  });
});
