import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect } from 'vitest';
import type { SessionId } from '../../src/core/session/session';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { loadSqlite } from '../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../src/node/sqlite/sqliteConnection';
import { appendRequest, newSessionId, userMessage } from '../support/builders';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { expectSound, storedIds } from './support/soundStore';
import { startWindow, type StoreWindow } from './support/storeWindow';

const cleanup = useCleanup();

describe('a store that another process has locked', () => {
  let folder: string;
  let session: SessionId;
  let window: StoreWindow;
  beforeEach(async () => {
    folder = await cleanup.folder();
    session = newSessionId();
    window = await startWindow(cleanup, folder);
    await window.service.append(appendRequest(session, [userMessage()]));
  });

  /** Takes the file for itself, as a program that copies or repairs it does; the log of changes stays readable. */
  async function lock(): Promise<() => Promise<void>> {
    const holder = await SqliteConnection.open(await loadSqlite(), join(folder, storeFileName), 'readwrite');
    await holder.all('BEGIN EXCLUSIVE');
    return async () => {
      await holder.all('ROLLBACK');
      await holder.close();
    };
  }

  async function send(): Promise<string> {
    const event = userMessage();
    const head = (await window.service.get(session))?.headId ?? null;
    await window.service.append(appendRequest(session, [event], head));
    return event.id;
  }

  faultTest('for three seconds stores the message a little later, and reads meanwhile', {}, async () => {
    const release = await lock();
    const sent = send();
    let isStored = false;
    void sent.then(() => (isStored = true));
    await sleep(3000);
    expect(isStored).toBe(false);
    expect(await window.service.loadBranch(session)).toHaveLength(1);
    await release();
    const id = await sent;
    await window.close();
    expect(await storedIds(folder)).toContain(id);
    await expectSound(folder);
  });

  faultTest(
    'for a minute refuses the message, reads on, and stores it when it is free',
    { long: true, timeout: 120_000 },
    async () => {
      const release = await lock();
      const deadline = Date.now() + 60_000;
      let refusals = 0;
      while (Date.now() < deadline) {
        await expect(send()).rejects.toMatchObject({ code: 'store/locked' });
        refusals++;
        expect(await window.service.loadBranch(session)).toHaveLength(1);
      }
      expect(refusals).toBeGreaterThan(2);
      await release();
      const id = await send();
      await window.close();
      expect([...(await storedIds(folder))]).toHaveLength(2);
      expect(await storedIds(folder)).toContain(id);
      await expectSound(folder);
    },
  );

  faultTest(
    'by a process that stands still is read, refuses the message, and takes it when that process is gone',
    { needs: ['signals'] },
    async () => {
      const other = await startWindow(cleanup, folder);
      // A long write: the process is stopped in the middle of it.
      const otherSession = newSessionId();
      await other.service.append(appendRequest(otherSession, [userMessage()]));
      const long = other.service
        .append(
          appendRequest(
            newSessionId(),
            Array.from({ length: 20_000 }, () => userMessage()),
          ),
        )
        .catch(() => undefined);
      await expect.poll(async () => isWriteLocked(folder), { timeout: 20_000, interval: 1 }).toBe(true);
      other.signal('SIGSTOP');
      cleanup.add(() => other.signal('SIGCONT'));

      await expect(send()).rejects.toMatchObject({ code: 'store/locked' });
      expect(await window.service.loadBranch(session)).toHaveLength(1);
      await other.kill();
      await long;
      const id = await send();
      await window.close();
      expect(await storedIds(folder)).toContain(id);
      await expectSound(folder);
    },
  );
});

async function isWriteLocked(folder: string): Promise<boolean> {
  const probe = await SqliteConnection.open(await loadSqlite(), join(folder, storeFileName), 'readwrite');
  try {
    await probe.all('PRAGMA busy_timeout = 0');
    await probe.all('BEGIN IMMEDIATE');
    await probe.all('ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    await probe.close();
  }
}
