import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { v7 as uuid } from 'uuid';
import { silentLogger } from '../../../src/core/base/ports';
import { toInvocationId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { openStore } from '../../../src/extension/platform/openStore';
import { FakeClock, newSession, newSessionId, realIds, userMessage } from '../../support/builders';
import { migrationsDir, tempFolder } from '../../support/storeFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

let folder: string;
const opened: SessionManager[] = [];

async function open(where: 'disk' | 'memory' = 'disk'): Promise<SessionManager> {
  const manager = await openStore(where, {
    folder: () => folder,
    migrationsFolder: migrationsDir,
    invocationId: toInvocationId(uuid()),
    clock: new FakeClock(),
    ids: realIds,
    logger: silentLogger,
  });
  opened.push(manager);
  return manager;
}

beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
  await rm(folder, { recursive: true, force: true });
});

it('notices at the first look what another window wrote since it was opened', async () => {
  const window = await open();
  const changes: string[] = [];
  window.onDidChangeSessions(({ kind }) => changes.push(kind));
  await window.refresh();
  expect(changes).toEqual([]);

  const late = await open();
  const seen: string[] = [];
  late.onDidChangeSessions(({ kind }) => seen.push(kind));
  const id = newSessionId();
  window.prepareSession(id, newSession());
  await window.appendUserMessage(id, userMessage('From elsewhere'));
  await late.refresh();
  expect(seen).toEqual(['reset']);
  expect(await late.get(id)).toMatchObject({ title: 'From elsewhere' });
});

it('in memory leaves nothing behind', async () => {
  const manager = await open('memory');
  const id = newSessionId();
  manager.prepareSession(id, newSession());
  await manager.appendUserMessage(id, userMessage('Hello'));
  expect(await manager.get(id)).toMatchObject({ messageCount: 1 });
  expect(await (await open('memory')).getSession(id)).toBeUndefined();
  expect(await (await open()).getSession(id)).toBeUndefined();
});
