import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat, fakeModelSettings } from './support/chat';
import { querySqlIn } from './support/storeFile';
import { Workbench } from './support/workbench';

describe('cleaning', () => {
  const rig = inject('rig');
  const storeFolder = path.join(rig.runFolder, 'cleaning-store');
  let model: FakeModelServer;
  let workbench: Workbench;
  let chat: Chat;

  beforeAll(async () => {
    model = await FakeModelServer.start();
    workbench = await Workbench.open(rig, mkdtempSync(path.join(rig.runFolder, 'cleaning-')), {
      settings: { ...fakeModelSettings(model), 'rejoin.storage.path': storeFolder },
    });
    chat = await Chat.open(workbench);
    for (const [title, ageDays, pinned] of [
      ['Oldest', 90, false],
      ['Old', 40, false],
      ['Old but pinned', 60, true],
      ['Fresh', 0, false],
    ] as const) {
      await workbench.executeCommand('rejoin.newSession', { title });
      await chat.ask(`About ${title}`, 'Hello from the fake model.');
      await age(title, ageDays);
      if (pinned) await workbench.executeCommand('rejoin.pinSession', await idOf(title));
    }
  });
  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  const item = (text: string): Locator =>
    workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  const query = <Row>(sql: string, ...params: readonly (string | number | null)[]): Promise<readonly Row[]> =>
    querySqlIn<Row>(path.join(storeFolder, 'sessions.db'), sql, ...params);
  const idOf = async (title: string): Promise<string> =>
    (await query<{ id: string }>('SELECT id FROM sessions WHERE title = ?', title))[0]?.id ?? '';
  const trash = async (): Promise<readonly string[]> =>
    (await query<{ title: string }>('SELECT title FROM sessions WHERE deleted_at IS NOT NULL ORDER BY title')).map(
      ({ title }) => title,
    );

  async function age(title: string, days: number): Promise<void> {
    await query('UPDATE sessions SET updated_at = updated_at - ? WHERE title = ?', days * 86_400_000, title);
  }

  it('shows what would go, with counts and bytes, leaves pinned and open sessions, and is taken back with Undo', async () => {
    await workbench.runCommand('Rejoin: Clean Sessions');
    await item('30 days').click();
    await item('This workspace').click();
    await item('Oldest').waitFor();
    await item('Old').waitFor();
    expect(await item('Old but pinned').count()).toBe(0);
    expect(await item('Fresh').count()).toBe(0);
    await workbench.screenshot('clean-preview');
    expect(await trash()).toEqual([]);
    await workbench.page.keyboard.press('Enter');
    await expect.poll(trash).toEqual(['Old', 'Oldest']);
    await workbench.screenshot('clean-undo');
    // The smoke test driver keeps toasts away; the notification waits in the list.
    await workbench.executeCommand('notifications.showList');
    await workbench.page
      .locator('.notification-list-item')
      .filter({ hasText: 'Moved 2 sessions' })
      .getByText('Undo')
      .click();
    await expect.poll(trash).toEqual([]);
  });

  it('gives the space back when the trash is emptied', async () => {
    await workbench.executeCommand('rejoin.cleanSessions', { olderThan: '30d', scope: 'workspace' });
    expect(await trash()).toEqual(['Old', 'Oldest']);
    await workbench.runCommand('Rejoin: Empty Trash');
    const dialog = workbench.page.getByRole('dialog').filter({ hasText: 'trash' });
    await dialog.waitFor();
    await workbench.screenshot('empty-trash');
    await dialog.getByRole('button', { name: /^(Delete Forever|Empty Trash)$/ }).click();
    await expect.poll(trash).toEqual([]);
    expect(await idOf('Oldest')).toBe('');
    expect(await query('PRAGMA freelist_count')).toEqual([{ freelist_count: 0 }]);
  });

  it('shows where sessions are kept and what each takes', async () => {
    await workbench.runCommand('Rejoin: Show Storage');
    await item('sessions.db').waitFor();
    await item('Old but pinned').waitFor();
    await workbench.screenshot('storage');
    await workbench.page.keyboard.press('Escape');
  });
});
