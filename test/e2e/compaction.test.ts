import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { streamReply, type FakeReply, type RecordedRequest } from '../support/fakeModelReplies';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat } from './support/chat';
import { querySqlIn } from './support/storeFile';
import { Workbench } from './support/workbench';

/** Answers a request for a summary with what it should keep, and everything else at such length that the window fills. */
function answerOf({ bodyText }: RecordedRequest): FakeReply {
  return isSummaryRequest(bodyText)
    ? streamReply('- The anchor weighs 40 kg.')
    : streamReply(`Noted. ${'The tide comes and goes as it always did. '.repeat(90)}`);
}

function isSummaryRequest(bodyText: string): boolean {
  return bodyText.includes('the memory of a conversation');
}

describe('a conversation that outgrows the window of its model', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let workbench: Workbench;
  let chat: Chat;

  beforeAll(async () => {
    model = await FakeModelServer.start();
    model.defaultReply = { kind: 'dynamic', reply: answerOf };
    workbench = await Workbench.open(rig, mkdtempSync(path.join(rig.runFolder, 'compaction-')), {
      settings: {
        'rejoin.providers': [
          {
            id: 'fake',
            label: 'Fake',
            kind: 'openai-compatible',
            baseUrl: model.baseUrl,
            models: [{ id: 'small', contextWindow: 4000, maxOutputTokens: 500 }],
          },
        ],
        'rejoin.defaultModel': 'fake/small',
        'rejoin.autoCompact.preserveRecent': 4,
        'rejoin.storage.path': path.join(rig.runFolder, 'compaction-store'),
      },
    });
    chat = await Chat.open(workbench);
  });
  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  const divider = () =>
    chat.transcript.getByRole('group', { name: /^Summarised \d+ messages, [\d,]+ → [\d,]+ tokens$/ });
  const meter = () => chat.frame.getByRole('button', { name: /^Context: [\d,]+ of [\d,]+ tokens, \d+ %$/ });
  const lastQuestion = (): string =>
    model.completions.filter(({ bodyText }) => !isSummaryRequest(bodyText)).at(-1)?.bodyText ?? '';

  /** Summaries that were stored and not undone. */
  async function inForce(): Promise<number> {
    const [row] = await querySqlIn<{ count: number }>(
      path.join(rig.runFolder, 'compaction-store', 'sessions.db'),
      "SELECT sum(iif(event_type = 'compaction', 1, -1)) AS count FROM session_events WHERE event_type LIKE 'compaction%'",
    );
    return row?.count ?? 0;
  }

  /** After a turn the next summary may be made in the background, and takes the place of the one before. */
  async function settled(): Promise<void> {
    await expect
      .poll(async () => {
        const before = [await inForce(), model.completions.length];
        await workbench.page.waitForTimeout(700);
        const running = await chat.frame.getByText(/^(Summarising|Getting ready)/).count();
        return running === 0 && isDeepStrictEqual(before, [await inForce(), model.completions.length]);
      })
      .toBe(true);
  }

  async function scrollUpTo(what: Locator): Promise<void> {
    await chat.answers.last().hover();
    for (let tries = 0; tries < 50 && (await what.count()) === 0; tries++) {
      await workbench.page.mouse.wheel(0, -2000);
      await workbench.page.waitForTimeout(50);
    }
  }

  it('fills the meter and summarises its oldest messages before the window is full', async () => {
    await chat.ask('ASKED 1: the anchor weighs 40 kg', 'Noted.');
    await meter().waitFor();
    for (let turn = 2; (await inForce()) === 0; turn++) {
      expect(turn, 'the window is full by now').toBeLessThan(40);
      await chat.send(`ASKED ${turn}`);
      await expect.poll(() => chat.questions.last().innerText()).toContain(`ASKED ${turn}`);
      await chat.button('Stop').waitFor({ state: 'detached' });
    }
    await workbench.screenshot('compacted');
  });

  it('unfolds to the messages and to the summary', async () => {
    await settled();
    const question = chat.questions.filter({ hasText: 'ASKED 1:' });
    await scrollUpTo(divider());
    const newest = divider().last();
    expect(await question.count()).toBe(0);
    // A summary that this one has folded in stands closed above, as it did before.
    for (let opened = 0; opened < (await inForce()) && (await question.count()) === 0; opened++) {
      await chat.transcript.getByRole('button', { name: 'Show messages' }).first().click();
      await chat.transcript.getByRole('button', { name: 'Hide messages' }).nth(opened).waitFor();
      await scrollUpTo(question.or(chat.transcript.getByRole('button', { name: 'Show messages' })));
    }
    await question.waitFor();
    await newest.getByRole('button', { name: 'Show summary' }).click();
    await newest.getByText('The anchor weighs 40 kg.').waitFor();
    await workbench.screenshot('compacted-unfolded');
    await newest.getByRole('button', { name: 'Hide messages' }).click();
    await expect.poll(() => question.count()).toBe(0);
  });

  it('sends the summary where the messages stood', async () => {
    await chat.send('ASKED at last');
    await chat.button('Stop').waitFor({ state: 'detached' });
    await expect.poll(lastQuestion).toContain('ASKED at last');
    expect(lastQuestion()).toContain('The anchor weighs 40 kg.');
    expect(lastQuestion()).not.toContain('ASKED 1:');
  });

  it('sends the messages themselves again after Undo, also over a reload', async () => {
    await settled();
    const summaries = await inForce();
    // Undoing a summary brings back the one that it had folded in.
    for (let undone = 0; undone < summaries; undone++) {
      await divider().getByRole('button', { name: 'Undo' }).last().click();
      await expect.poll(inForce).toBe(summaries - undone - 1);
    }
    chat = await chat.reload();
    await chat.notice.waitFor();
    expect(await divider().count()).toBe(0);
  });

  it('is summarised when a person says so, after being shown what would happen', async () => {
    await workbench.runCommand('Rejoin: Compact Session');
    const dialog = workbench.page.getByRole('dialog').filter({ hasText: 'Summarise the oldest' });
    await dialog.waitFor();
    await workbench.screenshot('compact-preview');
    await dialog.getByRole('button', { name: 'Summarise' }).click();
    await divider().first().waitFor();
    await workbench.executeCommand('rejoin.undoCompaction');
    await divider().first().waitFor({ state: 'detached' });
  });
});
