import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { streamReply } from '../support/fakeModelReplies';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat, fakeModelSettings } from './support/chat';
import { gatedReply } from './support/gatedReply';
import { messagesOf } from './support/requests';
import { querySql } from './support/storeFile';
import { Workbench } from './support/workbench';

describe('two windows on one session', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let first: Workbench;
  let second: Workbench;
  let chat: Chat;
  let beside: Chat;
  let sessionId: string;

  beforeAll(async () => {
    model = await FakeModelServer.start();
    const folder = mkdtempSync(path.join(rig.runFolder, 'two-windows-'));
    const settings = fakeModelSettings(model);
    first = await Workbench.open(rig, folder, { settings });
    second = await Workbench.open(rig, folder, { settings, beside: first });
    beside = await Chat.open(second);
  });
  beforeEach(async () => {
    model.reset();
    await first.executeCommand('rejoin.newSession', {});
    chat = await Chat.open(first);
    await chat.ask('A beginning', 'Hello from the fake model.');
    sessionId = (await first.executeCommand<readonly { id: string }[]>('rejoin.listSessions'))[0]?.id ?? '';
    await second.executeCommand('rejoin.openSession', sessionId);
    await beside.answers.filter({ hasText: 'Hello from the fake model.' }).waitFor();
  });
  afterAll(async () => {
    await second.dispose();
    await first.dispose();
    await model.dispose();
  });

  async function streamInFirst(): Promise<() => void> {
    const { reply, open } = gatedReply();
    model.enqueue(reply);
    await chat.send('Two halves, please');
    await chat.answers.last().filter({ hasText: 'First half' }).waitFor();
    return open;
  }

  /** Sequence numbers of the session's events, as they are on disk. */
  async function sequence(): Promise<readonly number[]> {
    const rows = await querySql<{ seq: number }>(
      rig,
      'SELECT seq FROM session_events WHERE session_id = ? ORDER BY seq',
      sessionId,
    );
    return rows.map(({ seq }) => seq);
  }

  it('shows in the second how the reply grows in the first, and its end once', async () => {
    const finish = await streamInFirst();
    await beside.questions.filter({ hasText: 'Two halves, please' }).waitFor();
    await beside.answers.filter({ hasText: 'First half' }).waitFor();
    finish();
    await beside.answers.filter({ hasText: 'First half, second half.' }).waitFor();
    await beside.button('Stop').waitFor({ state: 'detached' });
    expect(await beside.answers.count()).toBe(2);
    expect(await beside.questions.count()).toBe(2);
  });

  it('keeps a message of the second until the reply of the first is over, then sends it once, behind it', async () => {
    const finish = await streamInFirst();
    await beside.answers.filter({ hasText: 'First half' }).waitFor();
    model.enqueue(streamReply('And the answer to the second window.'));
    await beside.send('Asked from the second window');
    await beside.frame.getByText('Asked from the second window').first().waitFor();
    expect(model.completions).toHaveLength(2);
    finish();
    await beside.answers.filter({ hasText: 'And the answer to the second window.' }).waitFor();
    await chat.answers.filter({ hasText: 'And the answer to the second window.' }).waitFor();
    const sent = messagesOf(model.completions[2]).map(({ content }) => String(content));
    expect(sent.filter((content) => content.includes('Asked from the second window'))).toHaveLength(1);
    expect(sent.findIndex((content) => content.includes('second half.'))).toBe(sent.length - 2);
    const seqs = await sequence();
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it('stops the reply of the first from the second', async () => {
    const finish = await streamInFirst();
    await beside.answers.filter({ hasText: 'First half' }).waitFor();
    await beside.button('Stop').click();
    await chat.frame.getByText('You stopped this reply.').waitFor();
    finish();
    await beside.button('Stop').waitFor({ state: 'detached' });
    expect(await chat.answers.last().innerText()).not.toContain('second half');
  });

  it('stops the reply when the second deletes the session, and brings all of it back with a restore', async () => {
    await streamInFirst();
    await beside.answers.filter({ hasText: 'First half' }).waitFor();
    await second.executeCommand('rejoin.deleteSession', sessionId);
    await expect.poll(() => model.completions.at(-1)?.aborted, { timeout: 10_000 }).toBe(true);
    await chat.frame.getByText('Start a conversation').waitFor();
    await second.executeCommand('rejoin.restoreSession', sessionId);
    await second.executeCommand('rejoin.openSession', sessionId);
    await beside.answers.filter({ hasText: 'First half' }).waitFor();
    await beside.questions.filter({ hasText: 'Two halves, please' }).waitFor();
  });

  it('follows a title, the archive and the trash of the other window within moments', async () => {
    await second.executeCommand('rejoin.renameSession', sessionId, 'Named in the second window');
    await chat.frame.getByText('Named in the second window').first().waitFor({ timeout: 5_000 });
    const row = first.page.getByRole('treeitem', { name: /Named in the second window/ });
    await first.executeCommand('rejoin.sessions.focus');
    await row.waitFor({ timeout: 5_000 });
    await second.executeCommand('rejoin.deleteSession', sessionId);
    await row.waitFor({ state: 'detached', timeout: 5_000 });
  });
});
