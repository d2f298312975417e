import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { loadSqlite } from '../../src/node/sqlite/sqliteBinding';
import { Chat, fakeModelSettings } from '../e2e/support/chat';
import { Workbench } from '../e2e/support/workbench';
import { streamReply } from '../support/fakeModelReplies';
import { FakeModelServer } from '../support/fakeModelServer';

describe('the packaged extension', () => {
  const rig = inject('rig');
  const storage = path.join(rig.runFolder, 'store');
  const folder = path.join(rig.runFolder, 'folder');
  let model: FakeModelServer;
  let workbench: Workbench;

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    model = await FakeModelServer.start();
    workbench = await Workbench.open(rig, folder, {
      extensionPath: false,
      settings: {
        'rejoin.storage.path': storage,
        ...fakeModelSettings(model),
      },
    });
  });

  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  it('is loaded from where it was installed', async () => {
    const extensionPath = await workbench.bridge.evaluate(
      (vscode) => vscode.extensions.getExtension('rejoin.rejoin')?.extensionPath,
    );
    expect(realpathSync(extensionPath ?? '')).toMatch(path.join(rig.dataFolder, 'extensions'));
  });

  it('answers a message and has it in its database', async () => {
    model.enqueue(streamReply('Packed ', 'and working.'));
    const chat = await Chat.open(workbench);
    await chat.ask('Does the package work?', 'Packed and working.');
    const database = path.join(storage, 'sessions.db');
    expect(existsSync(database)).toBe(true);
    await expect.poll(async () => await eventTypes(database)).toEqual(expect.arrayContaining(['user_message', 'text']));
  });
});

async function eventTypes(file: string): Promise<readonly unknown[]> {
  const { Database, OPEN_READONLY } = await loadSqlite();
  const database = new Database(file, OPEN_READONLY, () => undefined);
  try {
    return await new Promise((resolve, reject) => {
      database.all('SELECT event_type FROM session_events ORDER BY seq', [], (error, rows) => {
        if (error === null) resolve((rows as { event_type: unknown }[]).map((row) => row.event_type));
        else reject(error);
      });
    });
  } finally {
    await new Promise((resolve) => database.close(resolve));
  }
}
