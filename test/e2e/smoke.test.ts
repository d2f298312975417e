import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeModelServer } from '../support/fakeModelServer';
import { streamReply } from '../support/fakeModelReplies';
import { composer, messagesBy, send, waitForReply } from './support/chat';
import { Workbench } from './support/workbench';

describe('Rejoin in a window', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let workbench: Workbench;

  beforeAll(async () => {
    model = await FakeModelServer.start();
    workbench = await Workbench.open(rig, mkdtempSync(path.join(rig.runFolder, 'folder-')), {
      settings: {
        'rejoin.storage.path': mkdtempSync(path.join(rig.runFolder, 'store-')),
        'rejoin.providers': [{ id: 'fake', kind: 'openai-compatible', baseUrl: model.baseUrl, models: ['fake-model'] }],
        'rejoin.defaultModel': 'fake/fake-model',
      },
    });
  });

  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  it('opens with an empty chat and asks no model anything', async () => {
    const chat = await workbench.openChat();
    await composer(chat).waitFor();
    expect(await messagesBy(chat, 'You').count()).toBe(0);
    expect(model.requests).toHaveLength(0);
  });

  it('streams a reply to a message', async () => {
    model.enqueue(streamReply('Hello ', 'from the model.'));
    const chat = await workbench.openChat();
    await send(chat, 'Hello?');
    await waitForReply(chat, 'Hello from the model.');
    expect(await messagesBy(chat, 'You').count()).toBe(1);
  });

  it('shows the conversation again after a reload, and says so', async () => {
    await workbench.reloadWindow();
    const chat = await workbench.openChat();
    await chat.getByRole('status').filter({ hasText: /^Resumed/ }).waitFor();
    await waitForReply(chat, 'Hello from the model.');
    expect(model.completions).toHaveLength(1);
  });
});
