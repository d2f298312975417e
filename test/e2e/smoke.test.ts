import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeModelServer } from '../support/fakeModelServer';
import { stepsReply, type ReplyStep } from '../support/fakeModelReplies';
import { Chat, fakeModelSettings } from './support/chat';
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
        ...fakeModelSettings(model),
      },
    });
  });

  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  it('opens with an empty chat and asks no model anything', async () => {
    const chat = await Chat.open(workbench);
    expect(await chat.messages.count()).toBe(0);
    expect(model.requests).toHaveLength(0);
  });

  it('sends with the button and shows the reply as it streams', async () => {
    let finish: (value?: unknown) => void = () => undefined;
    const held = new Promise((resolve) => (finish = resolve));
    const begin: ReplyStep[] = [
      { kind: 'text', text: 'Begun' },
      { kind: 'gate', until: held },
    ];
    model.enqueue(
      stepsReply([
        ...begin,
        { kind: 'text', text: ' and ended.' },
        { kind: 'finish', reason: 'stop' },
        { kind: 'done' },
      ]),
    );
    const chat = await Chat.open(workbench);
    await chat.composer.fill('Hello?');
    await chat.button('Send').click();
    await chat.answers.filter({ hasText: 'Begun' }).waitFor();
    await chat.button('Stop').waitFor();
    finish();
    await chat.answers.filter({ hasText: 'Begun and ended.' }).waitFor();
    expect(await chat.questions.count()).toBe(1);
  });
});
