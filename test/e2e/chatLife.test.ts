import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { stepsReply, streamReply } from '../support/fakeModelReplies';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat, fakeModelSettings } from './support/chat';
import { gatedReply } from './support/gatedReply';
import { messagesOf } from './support/requests';
import { querySql } from './support/storeFile';
import { Workbench } from './support/workbench';

describe('a conversation in a window', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let workbench: Workbench;
  let chat: Chat;

  beforeAll(async () => {
    model = await FakeModelServer.start();
    const folder = mkdtempSync(path.join(rig.runFolder, 'life-'));
    workbench = await Workbench.open(rig, folder, { settings: fakeModelSettings(model) });
  });
  beforeEach(async () => {
    model.reset();
    await workbench.executeCommand('rejoin.newSession');
    chat = await Chat.open(workbench);
    await chat.frame.getByText('Start a conversation').waitFor();
  });
  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  async function startStreaming(): Promise<() => void> {
    const { reply, open } = gatedReply();
    model.enqueue(reply);
    await chat.send('Two halves, please');
    await chat.answers.last().filter({ hasText: 'First half' }).waitFor();
    return open;
  }

  async function expectWholeAnswerOnce(): Promise<void> {
    const shown = await Chat.open(workbench);
    await shown.answers.filter({ hasText: 'First half, second half.' }).waitFor();
    expect(await shown.questions.count()).toBe(1);
    expect(await shown.answers.count()).toBe(1);
  }

  it('has nothing on disk before the first message, and no row from typing', async () => {
    await chat.composer.fill('Not sent yet');
    const rows = await querySql<{ n: number }>(rig, "SELECT count(*) AS n FROM sessions WHERE title LIKE 'Not sent%'");
    expect(rows).toEqual([{ n: 0 }]);
    // What a person typed a moment ago is on its way to the host.
    await workbench.page.waitForTimeout(1000);
    const again = await chat.reload();
    await expect.poll(() => again.composer.inputValue()).toBe('Not sent yet');
  });

  it('keeps the whole answer when the side bar is hidden while it streams', async () => {
    const finish = await startStreaming();
    await workbench.executeCommand('workbench.action.toggleSidebarVisibility');
    finish();
    await model.completions[0]?.finished;
    await expectWholeAnswerOnce();
  });

  it('keeps the whole answer when the view is moved to the other side bar while it streams', async () => {
    const finish = await startStreaming();
    await workbench.executeCommand('vscode.moveViews', {
      viewIds: ['rejoin.chat'],
      destinationId: 'workbench.panel.chat',
    });
    finish();
    await expectWholeAnswerOnce();
    await workbench.executeCommand('vscode.moveViews', {
      viewIds: ['rejoin.chat'],
      destinationId: 'workbench.view.extension.rejoin',
    });
    await expectWholeAnswerOnce();
  });

  it('keeps the whole answer when webviews are reloaded while it streams', async () => {
    const finish = await startStreaming();
    await workbench.executeCommand('workbench.action.webview.reloadWebviewAction');
    finish();
    await expectWholeAnswerOnce();
  });

  it('marks the answer interrupted when the window is reloaded while it streams, and can continue it', async () => {
    await startStreaming();
    const again = await chat.reload();
    await again.answers.last().filter({ hasText: 'First half,' }).waitFor();
    model.enqueue(streamReply('and the rest.'));
    await again.button('Continue').click();
    await again.transcript.getByText('and the rest.').waitFor();
    expect(await again.questions.count()).toBe(1);
    const sent = messagesOf(model.completions.at(-1));
    expect(sent.filter(({ content }) => String(content).includes('Two halves, please'))).toHaveLength(1);
    expect(sent.some(({ role, content }) => role === 'assistant' && String(content).includes('First half,'))).toBe(
      true,
    );
  });

  it('stops with Esc, keeps what had arrived, and lets nothing land afterwards', async () => {
    const finish = await startStreaming();
    await chat.composer.press('Escape');
    await chat.frame.getByText('You stopped this reply.').waitFor();
    finish();
    await workbench.page.waitForTimeout(300);
    expect(await chat.answers.last().innerText()).not.toContain('second half');
    expect(await chat.button('Stop').count()).toBe(0);
  });

  it('shows a failure in plain words and retries without a second question', async () => {
    model.enqueue({ kind: 'status', status: 401, headers: {}, body: '{"error":{"message":"bad key"}}' });
    await chat.send('Will this work?');
    await chat.frame.getByRole('alert').filter({ hasText: 'did not accept the API key' }).waitFor();
    await chat.button('Retry').click();
    await chat.answers.filter({ hasText: 'Hello from the fake model.' }).waitFor();
    expect(await chat.questions.count()).toBe(1);
    const contents = messagesOf(model.completions[1]).map(({ content }) => content);
    expect(contents).toEqual(['Will this work?']);
  });

  it('regenerates an answer; the earlier one stays in the log', async () => {
    model.enqueue(streamReply('Answer one.'), streamReply('Answer two.'));
    await chat.ask('Give me a number', 'Answer one.');
    await chat.answers.last().hover();
    await chat.button('Regenerate answer').click();
    await chat.answers.filter({ hasText: 'Answer two.' }).waitFor();
    expect(await chat.answers.count()).toBe(1);
    const again = await chat.reload();
    await again.answers.filter({ hasText: 'Answer two.' }).waitFor();
    const kept = await querySql<{ n: number }>(
      rig,
      "SELECT count(*) AS n FROM session_events WHERE event_data LIKE '%Answer one.%'",
    );
    expect(kept).toEqual([{ n: 1 }]);
  });

  it('renames from the tree and the chat, each following the other', async () => {
    await chat.ask('Name me', 'Hello from the fake model.');
    const [session] = await workbench.executeCommand<readonly { id: string }[]>('rejoin.listSessions', {
      scope: 'workspace',
      query: 'Name me',
    });
    await workbench.executeCommand('rejoin.renameSession', session?.id, 'From the tree');
    await chat.frame.getByText('From the tree').waitFor();
    await chat.send('/rename From the chat');
    await workbench.page.locator('.monaco-list-row').filter({ hasText: 'From the chat' }).first().waitFor();
    expect(
      await workbench.executeCommand<readonly { title: string }[]>('rejoin.listSessions', { query: 'From the chat' }),
    ).toMatchObject([{ title: 'From the chat' }]);
  });

  it('asks before a tool runs, shows call and result, and sends the result back', async () => {
    model.enqueue(
      stepsReply([
        { kind: 'toolCall', index: 0, id: 'call-1', name: 'fake_clock', arguments: '{"city":"Rome"}' },
        { kind: 'finish', reason: 'tool_calls' },
        { kind: 'done' },
      ]),
      streamReply('It is noon.'),
    );
    await chat.send('What time is it in Rome?');
    await chat.button('Allow once').click();
    await chat.answers.filter({ hasText: 'It is noon.' }).waitFor();
    const sent = messagesOf(model.completions[1]);
    expect(sent.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool']);
    expect(JSON.stringify(sent[2])).toContain('It is noon in Rome.');
  });
});
