import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { v7 as uuid } from 'uuid';
import { silentLogger } from '../../../src/core/base/ports';
import { toInvocationId } from '../../../src/core/session/session';
import { openStore } from '../../../src/extension/platform/openStore';
import { StoreHost } from '../../../src/extension/platform/storeHost';
import { tellOfStore } from '../../../src/extension/platform/storeNotices';
import { systemTimers } from '../../../src/extension/platform/systemPorts';
import { loadSqlite } from '../../../src/node/sqlite/sqliteBinding';
import { SqliteConnection } from '../../../src/node/sqlite/sqliteConnection';
import { FakeClock, newSession, newSessionId, realIds, userMessage } from '../../support/builders';
import { migrationsDir, tempFolder } from '../../support/storeFixture';
import { stubMessages } from '../../support/vscodeStub';
import { stubMemento } from '../../support/vscodeWorkspaceStub';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let folder: string;
let host: StoreHost;
beforeEach(async () => {
  folder = await tempFolder();
  stubMessages.splice(0);
  host = new StoreHost({
    open: (place) =>
      openStore(place, {
        folder: () => folder,
        migrationsFolder: migrationsDir,
        invocationId: toInvocationId(uuid()),
        clock: new FakeClock(),
        ids: realIds,
        logger: silentLogger,
      }),
    folder: () => folder,
    timers: systemTimers,
    logger: silentLogger,
  });
  tellOfStore({ store: host, memento: { ...stubMemento(), keys: () => [] }, logger: silentLogger });
});
afterEach(async () => {
  await host.close();
  host.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('tells once that deleted text is still in a backup, where, and that it is tried again', async () => {
  const manager = await host.manager();
  const deleteOne = async (): Promise<void> => {
    const id = newSessionId();
    manager.prepareSession(id, newSession());
    await manager.appendUserMessage(id, userMessage('Hello'));
    await manager.deleteForever([id]);
  };
  await manager.file.backUp('manual');
  const odd = join(folder, 'backups', 'sessions-20260101T000000000-daily.db');
  const breakBackup = async (): Promise<void> => {
    await writeFile(odd, '');
    const connection = await SqliteConnection.open(await loadSqlite(), odd, 'readwrite');
    await connection.exec('CREATE TABLE of_somebody_else (name TEXT)');
    await connection.close();
  };
  await breakBackup();
  await deleteOne();
  await vi.waitFor(() => expect(stubMessages).toHaveLength(1));
  expect(stubMessages[0]).toContain(odd);
  expect(stubMessages[0]).toContain('goes on trying');
  await deleteOne();
  await manager.file.listBackups();
  expect(stubMessages).toHaveLength(1);
  await rm(odd);
  await manager.file.listBackups();
  await breakBackup();
  await deleteOne();
  await vi.waitFor(() => expect(stubMessages).toHaveLength(2));
});
