import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { streamReply } from '../support/fakeModelReplies';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat, fakeModelSettings } from './support/chat';
import { messagesOf } from './support/requests';
import { Workbench } from './support/workbench';

describe('a conversation over a reload', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let workbench: Workbench;

  beforeAll(async () => {
    model = await FakeModelServer.start();
    const folder = mkdtempSync(path.join(rig.runFolder, 'resume-'));
    workbench = await Workbench.open(rig, folder, { settings: fakeModelSettings(model) });
  });
  beforeEach(() => model.reset());
  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  it('streams an answer, comes back with a notice after a reload, and goes on with the whole history once', async () => {
    const chat = await Chat.open(workbench);
    expect(await chat.notice.count()).toBe(0);
    model.enqueue(streamReply('The capital ', 'of France ', 'is **Paris**.'));
    await chat.ask('What is the capital of France?', 'The capital of France is Paris.');
    expect(messagesOf(model.completions[0])).toEqual([{ role: 'user', content: 'What is the capital of France?' }]);

    const again = await chat.reload();
    await again.notice.waitFor();
    expect(await again.questions.allInnerTexts()).toEqual([expect.stringContaining('What is the capital of France?')]);
    expect(await again.answers.allInnerTexts()).toEqual([expect.stringContaining('The capital of France is Paris.')]);
    expect(model.completions).toHaveLength(1);

    model.enqueue(streamReply('About two million.'));
    await again.ask('How many people live there?', 'About two million.');
    const sent = messagesOf(model.completions[1]);
    expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(sent[0]?.content).toBe('What is the capital of France?');
    expect(sent[1]?.content).toBe('The capital of France is **Paris**.');
    expect(sent[2]?.content).toMatch(/^\[Session resumed\.[^\n]*\]\s+How many people live there\?$/);
    expect(await again.messages.count()).toBe(4);
  });
});
