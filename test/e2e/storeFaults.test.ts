import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { streamReply } from '../support/fakeModelReplies';
import { FakeModelServer } from '../support/fakeModelServer';
import { mountDisk, named, noMounts } from '../support/hostConditions';
import { Chat, fakeModelSettings } from './support/chat';
import { gatedReply } from './support/gatedReply';
import { querySqlIn } from './support/storeFile';
import { Workbench } from './support/workbench';

describe('when something happens to what keeps the sessions', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let workbench: Workbench | undefined;
  let storeFolder: string;

  beforeAll(async () => {
    model = await FakeModelServer.start();
  });
  beforeEach(() => {
    model.reset();
    storeFolder = mkdtempSync(path.join(rig.runFolder, 'faults-store-'));
  });
  afterEach(async () => {
    await workbench?.dispose();
    workbench = undefined;
  });
  afterAll(() => model.dispose());

  const databaseFile = (): string => path.join(storeFolder, 'sessions.db');

  async function openWindow(): Promise<{ readonly workbench: Workbench; readonly chat: Chat }> {
    const folder = mkdtempSync(path.join(rig.runFolder, 'faults-'));
    workbench = await Workbench.open(rig, folder, {
      settings: { ...fakeModelSettings(model), 'rejoin.storage.path': storeFolder },
    });
    return { workbench, chat: await Chat.open(workbench) };
  }

  it('keeps what had arrived when the extension host is killed in the middle of a reply', async () => {
    const { workbench, chat } = await openWindow();
    const { reply } = gatedReply();
    model.enqueue(reply);
    await chat.send('Two halves, please');
    await chat.answers.last().filter({ hasText: 'First half' }).waitFor();
    // Streamed text is at most a second from the disk.
    await expect
      .poll(() => querySqlIn<{ content: string }>(databaseFile(), 'SELECT content FROM partial_replies'))
      .toEqual([{ content: 'First half, ' }]);
    await workbench.bridge.killExtensionHost();
    const again = await chat.reload();
    await again.answers.last().filter({ hasText: 'First half,' }).waitFor();
    expect(model.completions).toHaveLength(1);
    model.enqueue(streamReply('and the rest.'));
    await again.button('Continue').click();
    await again.transcript.getByText('and the rest.').waitFor();
    expect(await again.questions.count()).toBe(1);
  });

  it('restores from a backup what was damaged between two starts, and keeps the damaged file', async () => {
    const { workbench, chat } = await openWindow();
    await chat.ask('Before the backup', 'Hello from the fake model.');
    await workbench.executeCommand('rejoin.backupNow', {});
    await chat.ask('After the backup', 'Hello from the fake model.');
    await workbench.bridge.killExtensionHost();
    // The log would bring back the pages that were written last.
    await querySqlIn(databaseFile(), 'PRAGMA wal_checkpoint(TRUNCATE)');
    const file = openSync(databaseFile(), 'r+');
    writeSync(file, Buffer.alloc(100), 0, 100, 0);
    closeSync(file);
    const again = await chat.reload();
    await again.frame.getByText('is not a Rejoin database').or(again.frame.getByText('is damaged')).first().waitFor();
    expect(readdirSync(storeFolder)).not.toContain('quarantine');
    await again.composer.fill('Typed while nothing could be opened');
    await again.button('Restore…').click();
    const choice = workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'would be missing' });
    await choice.first().waitFor();
    await choice.first().click();
    await workbench.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Restore' }).click();
    await again.questions.filter({ hasText: 'Before the backup' }).waitFor();
    expect(await again.composer.inputValue()).toBe('Typed while nothing could be opened');
    expect(existsSync(path.join(storeFolder, 'quarantine'))).toBe(true);
    await again.send('After the restore');
    await again.answers.nth(1).filter({ hasText: 'Hello from the fake model.' }).waitFor();
  });

  it.skipIf(noMounts !== undefined)(
    named('says that the disk is full, keeps the text, and goes on when there is room again', noMounts),
    async () => {
      const disk = mountDisk(6);
      storeFolder = disk.folder;
      try {
        const { chat } = await openWindow();
        await chat.ask('While there is room', 'Hello from the fake model.');
        const { reply, open } = gatedReply();
        model.enqueue(reply);
        await chat.send('A reply that meets a full disk');
        await chat.answers.last().filter({ hasText: 'First half' }).waitFor();
        disk.fill();
        open();
        await chat.answers.last().filter({ hasText: 'second half.' }).waitFor();
        await chat.frame.getByRole('alert').filter({ hasText: 'full' }).waitFor();
        disk.free();
        await chat.frame.getByRole('alert').filter({ hasText: 'full' }).waitFor({ state: 'detached' });
        await expect
          .poll(() =>
            querySqlIn<{ data: string }>(
              databaseFile(),
              "SELECT event_data AS data FROM session_events WHERE event_type = 'text' ORDER BY seq DESC LIMIT 1",
            ),
          )
          .toEqual([{ data: expect.stringContaining('First half, second half.') }]);
        disk.fill();
        await chat.send('Not stored yet');
        await chat.frame.getByRole('alert').filter({ hasText: 'full' }).first().waitFor();
        expect(await chat.composer.inputValue()).toBe('Not stored yet');
        disk.free();
        await chat.frame.getByRole('alert').filter({ hasText: 'full' }).first().waitFor({ state: 'detached' });
        await chat.composer.press('Enter');
        await chat.questions.filter({ hasText: 'Not stored yet' }).waitFor();
        await chat.answers.nth(2).filter({ hasText: 'Hello from the fake model.' }).waitFor();
      } finally {
        await workbench?.dispose();
        workbench = undefined;
        disk.dispose();
      }
    },
  );
});
