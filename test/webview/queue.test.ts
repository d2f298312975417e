import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toTurnId } from '../../src/core/session/session';
import type { QueuedMessage } from '../../src/protocol/chatProtocol';
import { LogBuilder, sessionId, snapshot, summary, turn } from './support/conversation';
import { watchLiveRegions } from './support/liveRegions';
import { answer, notify, requestsOf, waitForRequest } from './support/pageHost';
import { PageSet } from './support/pageSet';
import { states } from './support/states';

const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const rows = (page: Page) => page.getByRole('region', { name: /^(Waits for the reply|Not sent yet)$/ });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const waiting = (text: string, patch: Partial<QueuedMessage> = {}): QueuedMessage => ({
  clientMessageId: `id of ${text}`,
  text,
  ...patch,
});

/** A reply runs here, and the host keeps what is sent meanwhile. */
async function openRunning(): Promise<Page> {
  const log = new LogBuilder();
  log.user('Long question', { turn: 'turn-live' });
  const page = await set.open(snapshot({ summary: summary(), events: log.events, turn: turn() }));
  await answer(page, 'turn/start', { turnId: null });
  return page;
}

describe('messages that wait for the reply', () => {
  it('are sent with Enter while it runs, and shown above the text box with their first line', async () => {
    const page = await openRunning();
    const heard = await watchLiveRegions(page);
    await message(page).fill('And then\nthe rest');
    await message(page).press('Enter');
    expect(await waitForRequest(page, 'turn/start')).toMatchObject({ sessionId, text: 'And then\nthe rest' });
    await expect.poll(() => message(page).inputValue()).toBe('');
    await notify(page, 'queue/updated', { queued: [waiting('And then\nthe rest')] });
    await notify(page, 'queue/updated', {
      queued: [waiting('And then\nthe rest'), waiting('src', { skill: 'review' })],
    });
    await expect.poll(() => rows(page).getByRole('listitem').allTextContents()).toEqual(['And then', '/review src']);
    await notify(page, 'queue/updated', { queued: [waiting('src', { skill: 'review' })] });
    await expect.poll(() => rows(page).getByRole('listitem').count()).toBe(1);
    expect(await heard()).toEqual(['Your message waits for the reply.']);
    // The button and the key that stop the reply are where they were.
    await message(page).press('Escape');
    expect(await waitForRequest(page, 'turn/cancel')).toEqual({ turnId: 'turn-live' });
    await notify(page, 'queue/updated', { queued: [] });
    await rows(page).waitFor({ state: 'detached' });
  });

  it('come back into the text box to be changed, in front of what is there', async () => {
    const page = await openRunning();
    await notify(page, 'queue/updated', { queued: [waiting('First'), waiting('src', { skill: 'review' })] });
    await answer(page, 'queue/remove', true);
    await message(page).fill('half a thought');
    await button(page, 'Edit waiting message').last().click();
    await expect.poll(() => message(page).inputValue()).toBe('/review src\n\nhalf a thought');
    expect(await waitForRequest(page, 'queue/remove')).toEqual({ sessionId, clientMessageId: 'id of src' });
    const saved = await requestsOf(page, 'memory/save');
    expect(saved.at(-1)?.memory.draft).toBe('/review src\n\nhalf a thought');
    expect(await message(page).evaluate((box) => box === document.activeElement)).toBe(true);
  });

  it('stay out of the text box when they were sent by then', async () => {
    const page = await openRunning();
    await notify(page, 'queue/updated', { queued: [waiting('First')] });
    await answer(page, 'queue/remove', false);
    await message(page).fill('half a thought');
    await button(page, 'Edit waiting message').click();
    await waitForRequest(page, 'queue/remove');
    await expect.poll(() => message(page).inputValue()).toBe('half a thought');
  });

  it('can be removed by keyboard alone, which goes on in the text box', async () => {
    const page = await openRunning();
    await answer(page, 'queue/remove', true);
    await notify(page, 'queue/updated', { queued: [waiting('First')] });
    await button(page, 'Remove waiting message').waitFor();
    await message(page).press('Shift+Tab');
    await page.keyboard.press('Enter');
    expect(await waitForRequest(page, 'queue/remove')).toEqual({ sessionId, clientMessageId: 'id of First' });
    expect(await message(page).evaluate((box) => box === document.activeElement)).toBe(true);
    expect(await message(page).inputValue()).toBe('');
  });

  it('say once why the first one could not be sent, and go when the person says so', async () => {
    const page = await openRunning();
    await notify(page, 'turn/state', { turn: null });
    await notify(page, 'queue/updated', {
      queued: [waiting('First', { problem: 'The disk is full.' }), waiting('Second')],
    });
    await expect.poll(() => page.getByRole('alert').allTextContents()).toEqual(['The disk is full.']);
    await page.getByRole('heading', { name: 'Not sent yet' }).waitFor();
    await button(page, 'Send Now').click();
    expect(await waitForRequest(page, 'queue/send')).toEqual({ sessionId });
  });

  it('show what is in them as text', async () => {
    const page = await openRunning();
    await notify(page, 'queue/updated', { queued: [waiting('<img src=x onerror=alert(1)> \u202Eesrever')] });
    await expect.poll(() => rows(page).getByRole('listitem').textContent()).toContain('<img src=x onerror=alert(1)>');
    expect(await rows(page).locator('img').count()).toBe(0);
    // What would turn the rest around is named instead.
    expect(await rows(page).locator('.invisible-mark').count()).toBe(1);
  });

  it('leave room for the conversation, however many there are and however narrow the view is', async () => {
    const page = await set.open(
      snapshot({ queued: Array.from({ length: 50 }, (_, index) => waiting(`Message ${String(index)}`)) }),
      { width: 180, height: 500 },
    );
    const height = await rows(page).evaluate((element) => element.getBoundingClientRect().height);
    expect(height).toBeLessThanOrEqual(150);
    await button(page, 'Edit waiting message').last().focus();
    expect(await message(page).isVisible()).toBe(true);
  });
});

describe('a reply of another window', () => {
  const foreign = turn({ turnId: toTurnId('theirs'), elsewhere: true, text: 'The writer' });

  it('grows here, says whose it is, and is asked to stop by the same button', async () => {
    const page = await set.open(states['elsewhere-waiting']());
    await page.getByText('Another window is answering…', { exact: true }).waitFor();
    await notify(page, 'turn/delta', { turnId: 't1', text: ' is lost', reasoning: '' });
    await page.getByText('The writer is not awaited, so the last chunk is lost').waitFor();
    await button(page, 'Stop').click();
    expect(await waitForRequest(page, 'turn/cancel')).toEqual({ turnId: 't1' });
    await notify(page, 'turn/state', { turn: { ...foreign, turnId: 't1', phase: 'stopping' } });
    await page.getByText('Stopping…').waitFor();
  });

  it('is told to screen readers once, and lets nothing be allowed here', async () => {
    const log = new LogBuilder();
    log.user('Asked there');
    const page = await set.open(snapshot({ summary: summary(), events: log.events }));
    const heard = await watchLiveRegions(page);
    const pendingTools = [{ id: 'c', name: 'run_terminal', input: { command: 'rm -rf /' }, phase: 'confirm' }];
    await notify(page, 'turn/state', { turn: { ...foreign, phase: 'tools', pendingTools } });
    await page.locator('.turn-status').waitFor();
    await notify(page, 'turn/delta', { turnId: 'theirs', text: ' goes on', reasoning: '' });
    await page.getByText('The writer goes on').waitFor();
    expect(await heard()).toEqual(['Another window has started a reply']);
    expect(await page.getByRole('button', { name: /Allow|Deny/ }).count()).toBe(0);
  });
});
