import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { v7 as uuid } from 'uuid';
import { AppError } from '../../../src/core/base/errors';
import { silentLogger } from '../../../src/core/base/ports';
import { toInvocationId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { openStore } from '../../../src/extension/platform/openStore';
import { StoreHost, type StorePlace } from '../../../src/extension/platform/storeHost';
import { systemTimers } from '../../../src/extension/platform/systemPorts';
import { FakeClock, newSession, newSessionId, realIds, userMessage } from '../../support/builders';
import { migrationsDir, tempFolder } from '../../support/storeFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

describe('the store of a window', () => {
  let folder: string;
  let hosts: StoreHost[];
  beforeEach(async () => {
    folder = await tempFolder();
    hosts = [];
  });
  afterEach(async () => {
    await Promise.all(hosts.map((host) => host.close().catch(() => undefined)));
    hosts.forEach((host) => host.dispose());
    await rm(folder, { recursive: true, force: true });
  });

  const open = (place: StorePlace): Promise<SessionManager> =>
    openStore(place, {
      folder: () => folder,
      migrationsFolder: migrationsDir,
      invocationId: toInvocationId(uuid()),
      clock: new FakeClock(),
      ids: realIds,
      logger: silentLogger,
      probeMs: 30,
    });

  function newHost(opening = open, retryMs = 20): StoreHost {
    const host = new StoreHost({
      open: opening,
      folder: () => folder,
      timers: systemTimers,
      logger: silentLogger,
      retryMs,
    });
    hosts.push(host);
    return host;
  }

  async function say(manager: SessionManager): Promise<void> {
    const id = newSessionId();
    manager.prepareSession(id, newSession());
    await manager.appendUserMessage(id, userMessage('Hello'));
  }

  it('does not stay open where the first look at it fails', async () => {
    const closed: string[] = [];
    const host = newHost(async (place) => {
      const manager = await open(place);
      const close = manager.close.bind(manager);
      vi.spyOn(manager, 'close').mockImplementation(() => {
        closed.push('closed');
        return close();
      });
      vi.spyOn(manager.file, 'missingEvents').mockRejectedValue(
        new AppError('store/corrupt', { args: { path: folder } }),
      );
      return manager;
    });
    await expect(host.manager()).rejects.toMatchObject({ code: 'store/corrupt' });
    await vi.waitFor(() => expect(closed).toEqual(['closed']));
  });

  it('is not opened by another try while its file is exchanged', async () => {
    const busy: string[] = [];
    let exchanging = false;
    let fail = true;
    const host = newHost((place) => {
      busy.push(exchanging ? 'in between' : 'apart');
      return fail ? Promise.reject(new AppError('store/corrupt', { args: { path: folder } })) : open(place);
    });
    await host.manager().catch(() => undefined);
    let begin: () => void = () => undefined;
    let finish: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const held = new Promise<void>((resolve) => (finish = resolve));
    const replacing = host.replaceFile(async () => {
      exchanging = true;
      begin();
      await held;
      exchanging = false;
      fail = false;
    });
    await begun;
    const retrying = host.retry();
    await new Promise((resolve) => setTimeout(resolve, 50));
    finish();
    await replacing;
    await retrying;
    expect(busy).toEqual(['apart', 'apart']);
    expect(host.state).toMatchObject({ kind: 'ok' });
  });

  it('opens by itself when the file that was gone is back', async () => {
    const first = newHost();
    await say(await first.manager());
    await first.close();
    const path = join(folder, 'sessions.db');
    await rename(path, `${path}.away`);
    const host = newHost();
    await expect(host.manager()).rejects.toMatchObject({ code: 'store/missing-data' });
    expect(host.state).toMatchObject({ kind: 'unavailable', canRestore: true });
    await rename(`${path}.away`, path);
    await vi.waitFor(() => expect(host.state).toEqual({ kind: 'ok', loss: 0 }), 5000);
  });
});
