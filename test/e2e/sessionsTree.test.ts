import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat, fakeModelSettings } from './support/chat';
import { Workbench } from './support/workbench';

interface Summary {
  readonly id: string;
  readonly title: string;
  readonly messageCount: number;
}

describe('the sessions tree', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let workbench: Workbench;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    model = await FakeModelServer.start();
    workbench = await Workbench.open(rig, mkdtempSync(path.join(rig.runFolder, 'tree-')), {
      // A store of its own: sessions of other tests would stand in the tree, too.
      settings: { ...fakeModelSettings(model), 'rejoin.storage.path': path.join(rig.runFolder, 'tree-store') },
    });
    await Chat.open(workbench);
    for (const title of ['Apples', 'Bananas', 'Cherries']) {
      await workbench.executeCommand('rejoin.newSession');
      await workbench.executeCommand('rejoin.sendMessage', title);
      await vi.waitFor(async () => expect(await newest()).toMatchObject({ title, messageCount: 2 }), 10_000);
      ids.set(title, (await newest())?.id ?? '');
    }
    await workbench.executeCommand('rejoin.sessions.focus');
  });
  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  const row = (text: string): Locator => workbench.page.locator('.pane .monaco-list-row').filter({ hasText: text });
  const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);
  const newest = async (): Promise<Summary | undefined> =>
    (await workbench.executeCommand<Summary[]>('rejoin.listSessions'))[0];
  const titles = async (): Promise<readonly string[]> =>
    (await workbench.executeCommand<Summary[]>('rejoin.listSessions')).map(({ title }) => title);

  /** Clicks a session and waits until the chat shows it and has taken the focus. */
  async function openByClick(title: string): Promise<void> {
    await row(title).click();
    await shows(title);
    await expect.poll(async () => (await workbench.chatFrame()).evaluate(() => document.hasFocus())).toBe(true);
  }

  async function shows(title: string): Promise<void> {
    await (await workbench.chatFrame()).getByRole('heading', { name: title }).first().waitFor();
  }

  /** Moves the focus to a row with the keyboard alone, which leaves the selection where it was. */
  async function focusRow(text: string): Promise<void> {
    await workbench.executeCommand('rejoin.sessions.focus');
    await press('Home');
    for (let step = 0; step < 10; step++) {
      const focused = workbench.page.locator('.pane .monaco-list-row.focused');
      if (((await focused.getAttribute('aria-label')) ?? '').startsWith(text)) return;
      await press('ArrowDown');
    }
    throw new Error(`No row ${text}.`);
  }

  it('lists the sessions of the folder, newest first, and names them to screen readers', async () => {
    await row('Today').waitFor();
    // The tree redraws its rows when the chat shows another session, so what counts is what it comes to rest at.
    const labels = (): Promise<readonly string[]> =>
      workbench.page
        .locator('.pane .monaco-list-row')
        .evaluateAll((rows) => rows.map((element) => element.getAttribute('aria-label') ?? ''));
    await expect
      .poll(async () => (await labels()).map((label) => label.split(',')[0]?.trim()))
      .toEqual(['Today', 'Cherries', 'Bananas', 'Apples']);
    await expect
      .poll(async () => (await labels())[1])
      .toMatch(/^Cherries, [^,]+, fake-model, 2 messages, shown in the chat/);
  });

  it('opens a session with Enter', async () => {
    await focusRow('Bananas');
    await press('Enter');
    await shows('Bananas');
  });

  it('renames with F2, in the tree and in the open chat at once', async () => {
    await openByClick('Cherries');
    await focusRow('Bananas');
    await press('F2');
    const input = workbench.page.locator('.quick-input-widget input[type="text"]');
    await input.waitFor();
    expect(await input.inputValue()).toBe('Bananas');
    await input.fill('   ');
    await press('Enter');
    await workbench.page.getByText('A title needs at least one visible character.').first().waitFor();
    await input.fill('Plantains');
    await press('Enter');
    await row('Plantains').waitFor();
    expect(await row('Bananas').count()).toBe(0);
    await openByClick('Plantains');
    await workbench.executeCommand('rejoin.renameSession', ids.get('Bananas'), 'Bananas');
    await shows('Bananas');
    await row('Bananas').waitFor();
  });

  it('deletes all that is selected to the trash, and brings it back with Undo', async () => {
    await openByClick('Apples');
    await row('Cherries').click({ modifiers: ['ControlOrMeta'] });
    await press('Delete');
    await expect.poll(titles).toEqual(['Bananas']);
    // The smoke test driver keeps toasts away; the notification waits in the list.
    await workbench.executeCommand('notifications.showList');
    const notification = workbench.page
      .locator('.notification-list-item')
      .filter({ hasText: 'Moved 2 sessions to the trash.' });
    await notification.getByText('Undo').click();
    await expect.poll(titles).toEqual(['Cherries', 'Bananas', 'Apples']);
    await row('Apples').waitFor();
  });

  it('asks before it deletes for good', async () => {
    const id = ids.get('Apples');
    await workbench.executeCommand('rejoin.deleteSession', id);
    // VS Code draws one group after the other: for a moment the row would be in both.
    await row('Apples').waitFor({ state: 'detached' });
    await row('Trash').click();
    await row('Apples').waitFor();
    await focusRow('Apples');
    await press('Delete');
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.filter({ hasText: 'Delete “Apples” forever?' }).waitFor();
    await dialog.getByRole('button', { name: 'Delete Forever' }).click();
    await row('Trash').waitFor({ state: 'detached' });
  });

  it('picks a session by its title, with the one shown marked', async () => {
    await workbench.executeCommand('rejoin.openSession', ids.get('Bananas'));
    await workbench.runCommand('Rejoin: Open Session');
    const list = workbench.page.locator('.quick-input-list .monaco-list-row');
    await list.filter({ hasText: 'Cherries' }).waitFor();
    expect(await list.first().innerText()).toContain('New session');
    await list.filter({ hasText: /Bananas\s*current ·/ }).waitFor();
    await workbench.screenshot('session-picker');
    await workbench.page.keyboard.type('Cher');
    await press('Enter');
    await shows('Cherries');
  });
});
