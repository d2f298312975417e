import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ContextChip } from '../../src/protocol/chatProtocol';
import { LogBuilder, sessionId, snapshot } from './support/conversation';
import { notify, requestsOf, waitForRequest } from './support/pageHost';
import { PageSet } from './support/pageSet';

const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

const file: ContextChip = { type: 'file', key: 'src/upload.ts', bytes: 1_240, unreadable: false };
const selection: ContextChip = { type: 'selection', key: 'src/a.ts:12-40', bytes: 90, unreadable: false };
const gone: ContextChip = { type: 'folder', key: 'docs', bytes: 2_400_000, unreadable: true };

const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const attached = (page: Page) => page.getByRole('list', { name: 'Attached context' });

/** Drops on the composer what VS Code or a system would. */
async function drop(page: Page, data: Readonly<Record<string, string>>): Promise<void> {
  const transfer = await page.evaluateHandle((values) => {
    const made = new DataTransfer();
    for (const [type, value] of Object.entries(values)) {
      made.setData(type, value);
    }
    return made;
  }, data);
  await message(page).dispatchEvent('dragover', { dataTransfer: transfer });
  await message(page).dispatchEvent('drop', { dataTransfer: transfer });
}

describe('what is attached', () => {
  it('is asked for with the button, whose hint tells of dropping with Shift', async () => {
    const page = await set.open(snapshot());
    const attach = page.getByRole('button', { name: 'Attach context', exact: true });
    expect(await attach.getAttribute('title')).toContain('Shift');
    await attach.click();
    expect(await waitForRequest(page, 'context/attach')).toEqual({ sessionId });
  });

  it('stands above the text with its size, and opens', async () => {
    const page = await set.open(snapshot({ context: [file] }));
    await notify(page, 'context/updated', { context: [file, selection, gone] });
    await expect.poll(() => attached(page).getByRole('listitem').count()).toBe(3);
    await page.getByRole('button', { name: 'src/upload.ts 1.2 kB File', exact: true }).click();
    expect(await waitForRequest(page, 'context/open')).toEqual({ sessionId, type: 'file', key: 'src/upload.ts' });
    const unreadable = page.getByRole('button', { name: /^docs 2.4 MB Folder, cannot be read now/ });
    expect(await unreadable.locator('.icon.warning').count()).toBe(1);
    await notify(page, 'context/updated', { context: [] });
    await expect.poll(() => attached(page).count()).toBe(0);
  });

  it('goes with its button or the Delete key, and the keyboard goes back to the text', async () => {
    const page = await set.open(snapshot({ context: [file, selection] }));
    await page.getByRole('button', { name: 'Remove src/upload.ts' }).click();
    expect(await waitForRequest(page, 'context/remove')).toEqual({ sessionId, type: 'file', key: 'src/upload.ts' });
    await expect.poll(() => message(page).evaluate((box) => box === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: /^src\/a.ts/ }).focus();
    await page.keyboard.press('Delete');
    await expect.poll(async () => (await requestsOf(page, 'context/remove')).length).toBe(2);
    expect((await requestsOf(page, 'context/remove')).at(-1)).toMatchObject({
      type: 'selection',
      key: 'src/a.ts:12-40',
    });
    await expect.poll(() => message(page).evaluate((box) => box === document.activeElement)).toBe(true);
  });

  it('comes by dropping files and editor tabs', async () => {
    const page = await set.open(snapshot());
    await drop(page, {
      'application/vnd.code.uri-list': 'file:///w/a.ts\r\nfile:///w/b.ts',
      'text/uri-list': 'file:///w/a.ts',
    });
    expect(await waitForRequest(page, 'context/attachUris')).toEqual({
      sessionId,
      uris: ['file:///w/a.ts', 'file:///w/b.ts'],
    });
    await drop(page, { resourceurls: '["vscode-remote://ssh/w/c.ts"]' });
    await expect
      .poll(async () => (await requestsOf(page, 'context/attachUris')).at(-1)?.uris)
      .toEqual(['vscode-remote://ssh/w/c.ts']);
    expect(await page.locator('.drop-hint').count()).toBe(0);
  });

  it('says where to drop while something is held over the box, and takes links as text', async () => {
    const page = await set.open(snapshot());
    const transfer = await page.evaluateHandle(() => {
      const made = new DataTransfer();
      made.setData('text/uri-list', 'https://example.com/');
      made.setData('text/plain', 'https://example.com/');
      return made;
    });
    await message(page).dispatchEvent('dragover', { dataTransfer: transfer });
    await page.getByText('Drop to attach').waitFor();
    await page.locator('.composer').dispatchEvent('dragleave', { dataTransfer: transfer });
    await expect.poll(() => page.getByText('Drop to attach').count()).toBe(0);
    await message(page).dispatchEvent('drop', { dataTransfer: transfer });
    await expect.poll(() => message(page).inputValue()).toBe('https://example.com/');
    expect(await requestsOf(page, 'context/attachUris')).toEqual([]);
  });

  it('is shown with the message that it went with', async () => {
    const log = new LogBuilder();
    log.add({
      type: 'user_message',
      content: 'Look',
      context: [
        { type: 'file', key: 'src/upload.ts', value: 'let a;', changed: true },
        { type: 'problems', key: 'Problems', value: '1 error', changed: false },
      ],
    });
    const page = await set.open(snapshot({ events: log.events }));
    const sent = page.getByRole('article', { name: /^You, / }).getByRole('list', { name: 'Sent with this message' });
    expect(await sent.getByRole('listitem').allTextContents()).toEqual([
      'File src/upload.tschanged since',
      'Problems Problems',
    ]);
  });
});

describe('a conversation that goes to another provider', () => {
  const model = snapshot().model;

  it('says so before the next message, aloud as well, and no longer than that holds', async () => {
    const page = await set.open(snapshot({ model: { ...model, sharing: { from: 'Ollama', to: 'OpenAI' } } }));
    const text = 'Your next message sends the whole conversation to OpenAI; it was with Ollama so far.';
    expect(await page.getByRole('note').textContent()).toBe(text);
    await expect.poll(() => page.locator('[aria-live=polite]').textContent()).toBe(text);
    const { workspace, store, skill } = snapshot();
    await notify(page, 'status/updated', { model, workspace, store, skill, showSummaries: false, enterSends: true });
    await expect.poll(() => page.getByRole('note').count()).toBe(0);
  });
});
