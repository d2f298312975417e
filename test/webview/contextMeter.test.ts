import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { measure, sessionId, snapshot, summary, turn } from './support/conversation';
import { notify, requestsOf, waitForRequest } from './support/pageHost';
import { PageSet } from './support/pageSet';

const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

const meter = (page: Page) => page.getByRole('button', { name: /^Context:/ });
const details = (page: Page) => page.getByRole('group', { name: 'Tokens of the next request' });
const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const rows = (page: Page) =>
  details(page)
    .locator('dl > div')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent).join(': ')));

describe('the context meter', () => {
  it('shows nothing until it was measured, and follows every measure', async () => {
    const page = await set.open(snapshot({ summary: summary() }));
    expect(await meter(page).count()).toBe(0);
    await notify(page, 'measure/updated', { measure: measure() });
    await page.getByRole('button', { name: 'Context: 1,234 of 8,000 tokens, 15 %', exact: true }).waitFor();
    expect(await meter(page).textContent()).toBe('15%');
    await notify(page, 'measure/updated', { measure: measure({ tokens: 4_000 }) });
    await page.getByRole('button', { name: 'Context: 4,000 of 8,000 tokens, 50 %', exact: true }).waitFor();
    await notify(page, 'measure/updated', { measure: null });
    await expect.poll(() => meter(page).count()).toBe(0);
  });

  it('shows tokens only where the window is not known', async () => {
    const page = await set.open(snapshot({ measure: measure({ tokens: 12_345, maxTokens: null, compactsAt: null }) }));
    await page.getByRole('button', { name: 'Context: 12,345 tokens', exact: true }).waitFor();
    expect(await meter(page).textContent()).toBe('12K');
    expect(await page.locator('.meter-ring').count()).toBe(0);
    await meter(page).hover();
    await details(page).getByText('The size of this model’s window is not known.').waitFor();
    expect(await details(page).textContent()).not.toContain('summarised');
  });

  it('breaks the number down and offers to summarise, by pointer', async () => {
    const page = await set.open(snapshot({ summary: summary(), measure: measure() }));
    await meter(page).hover();
    await details(page).waitFor();
    expect(await rows(page)).toEqual([
      'Instructions and skill: 120',
      'Summaries: 214',
      'Attachments: 300',
      'Messages: 600',
      'Total: 1,234 of 8,000',
      'Number of messages: 12 of 50',
    ]);
    expect(await details(page).textContent()).toContain('From 6,000 tokens on, older messages are summarised.');
    await details(page).getByRole('button', { name: 'Compact now' }).click();
    expect(await waitForRequest(page, 'compaction/start')).toEqual({ sessionId });
    expect(await details(page).count()).toBe(0);
    await message(page).hover();
    await meter(page).hover();
    await details(page).waitFor();
    await page.locator('.main').hover({ position: { x: 5, y: 5 } });
    await expect.poll(() => details(page).count()).toBe(0);
  });

  it('opens for the keyboard, which reaches what is in it, and closes with Esc', async () => {
    const page = await set.open(snapshot({ summary: summary(), measure: measure() }));
    await meter(page).focus();
    await details(page).waitFor();
    expect(await meter(page).getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Escape');
    expect(await details(page).count()).toBe(0);
    await page.keyboard.press('Enter');
    await details(page).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    await expect.poll(() => details(page).count()).toBe(0);
    await meter(page).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await waitForRequest(page, 'compaction/start');
    expect(await details(page).count()).toBe(0);
    await expect.poll(() => message(page).evaluate((box) => box === document.activeElement)).toBe(true);
  });

  it('cannot summarise while a reply runs', async () => {
    const page = await set.open(snapshot({ summary: summary(), measure: measure(), turn: turn() }));
    await meter(page).hover();
    await details(page).waitFor();
    expect(await details(page).getByRole('button', { name: 'Compact now' }).isDisabled()).toBe(true);
    expect(await requestsOf(page, 'compaction/start')).toEqual([]);
  });

  it.each([
    ['the room that is left', {}, false],
    ['tokens near the point at which messages are summarised', { tokens: 5_500 }, true],
    ['tokens near the window', { tokens: 7_300, compactsAt: null }, true],
    ['messages near their limit', { messages: 46 }, true],
  ] as const)('changes its tone with %s', async (_name, patch, near) => {
    const page = await set.open(snapshot({ measure: measure(patch) }));
    expect(await page.locator('.meter.near').count()).toBe(near ? 1 : 0);
  });
});
