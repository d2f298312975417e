import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SessionSnapshot, StoreStatus } from '../../src/protocol/chatProtocol';
import { LogBuilder, sessionId, snapshot, summary } from './support/conversation';
import { watchLiveRegions } from './support/liveRegions';
import { notify, requestsOf, showSnapshot, waitForRequest } from './support/pageHost';
import { PageSet } from './support/pageSet';
import { states } from './support/states';

const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

const withMessages = (patch: Partial<SessionSnapshot> = {}): SessionSnapshot => {
  const log = new LogBuilder();
  log.user('Why?');
  log.text('Because.');
  return snapshot({ summary: summary(), events: log.events, ...patch });
};

async function becomes(page: Page, store: StoreStatus): Promise<void> {
  const { model, workspace, skill } = snapshot();
  await notify(page, 'status/updated', { model, workspace, skill, store, showSummaries: false, enterSends: true });
}

describe('a store in trouble', () => {
  it('is told of once, and of nothing once it is over', async () => {
    const page = await set.open(withMessages());
    const heard = await watchLiveRegions(page);
    const trouble: StoreStatus = { kind: 'trouble', text: 'The disk is full. Free some space.' };
    await becomes(page, trouble);
    await expect.poll(() => page.getByRole('alert').allTextContents()).toEqual([trouble.text]);
    await becomes(page, trouble);
    await message(page).fill('Still here');
    await becomes(page, { kind: 'ok' });
    await page.getByRole('alert').waitFor({ state: 'detached' });
    expect(await heard()).toEqual([trouble.text]);
    expect(await message(page).inputValue()).toBe('Still here');
    await page.getByText('Because.').waitFor();
  });
});

describe('a store that can only be read', () => {
  it('says why nothing can be sent, lets everything be typed, and keeps it', async () => {
    const page = await set.open(states['read-only']());
    const reason = await page.getByRole('alert').textContent();
    expect(reason).toContain('is read-only');
    expect(await button(page, 'Send').isDisabled()).toBe(true);
    expect(await button(page, 'Send').getAttribute('title')).toBe(reason);
    await message(page).press('End');
    await message(page).pressSequentially(', and more');
    await message(page).press('Enter');
    expect(await message(page).inputValue()).toBe('Kept while nothing can be sent, and more');
    // The reason stands on the page once.
    expect(await page.locator('#composer-note').textContent()).toBe('Nothing can be sent now. Your text stays here.');
    expect(await requestsOf(page, 'turn/start')).toEqual([]);
    // What writes nothing works.
    await message(page).fill('/help');
    await message(page).press('Enter');
    await page.getByRole('region', { name: 'Commands' }).waitFor();
  });
});

describe('a store from which messages are missing', () => {
  it('says so until the person has chosen what to do', async () => {
    const page = await set.open(states.loss());
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('14 messages');
    await button(page, 'Restore…').click();
    await waitForRequest(page, 'store/restore');
    await button(page, 'Go On Without Them').click();
    await waitForRequest(page, 'store/acceptLoss');
    expect(await button(page, 'Send').isVisible()).toBe(true);
    await becomes(page, { kind: 'ok' });
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });
});

describe('a store that cannot be opened', () => {
  const unavailable = (canRestore: boolean): StoreStatus => ({
    kind: 'unavailable',
    error: { code: 'store/corrupt', args: {} },
    text: 'sessions.db is damaged.',
    canRestore,
  });

  it('offers to restore where that can help, besides the other ways out', async () => {
    const page = await set.open(snapshot({ store: unavailable(true) }));
    expect(await page.locator('.screen button').allTextContents()).toEqual([
      'Restore…',
      'Try Again',
      'Chat Without Saving',
      'Copy Diagnostics',
    ]);
    await button(page, 'Restore…').click();
    await waitForRequest(page, 'store/restore');
    await becomes(page, unavailable(false));
    await button(page, 'Restore…').waitFor({ state: 'detached' });
    expect(await page.locator('.screen button.primary').allTextContents()).toEqual(['Try Again']);
  });

  it('leaves the text alone when it fails in the middle of a conversation and comes back', async () => {
    const page = await set.open(withMessages());
    await message(page).fill('Precious words');
    await becomes(page, unavailable(true));
    await page.getByText('sessions.db is damaged.').waitFor();
    await message(page).press('Enter');
    expect(await message(page).inputValue()).toBe('Precious words');
    await becomes(page, { kind: 'ok' });
    await page.getByText('Because.').waitFor();
    expect(await message(page).inputValue()).toBe('Precious words');
  });

  it('leaves the text in the conversation that takes the place of the one shown', async () => {
    const page = await set.open(snapshot({ store: unavailable(false) }));
    await message(page).fill('Precious words');
    const resumed = { sessionId: 'resumed' as never, memory: { draft: 'Left there', scroll: null } };
    await showSnapshot(page, withMessages({ ...resumed, takesOver: sessionId }));
    await page.getByText('Because.').waitFor();
    expect(await message(page).inputValue()).toBe('Left there\n\nPrecious words');
  });
});

describe('an entry that was changed on disk', () => {
  it('says so at that entry, in words, and leaves the others alone', async () => {
    const page = await set.open(states['altered-and-cut']());
    const notes = page.getByRole('note');
    expect(await notes.allTextContents()).toEqual([
      'Changed on disk after it was saved: this may not be what was written.',
      'Changed on disk after it was saved: this may not be what was written.',
      '12,345,678 more characters are not shown here. Open All of It',
    ]);
    expect(await page.locator('article.assistant').getByRole('note').count()).toBe(2);
  });

  it('is copied and opened whole by the host where the view has only a part', async () => {
    const page = await set.open(states['altered-and-cut']());
    await button(page, 'Open All of It').click();
    expect(await waitForRequest(page, 'message/open')).toEqual({ sessionId, eventId: 'event-000002' });
    await button(page, 'Copy message').last().click();
    expect(await waitForRequest(page, 'message/copy')).toEqual({
      sessionId,
      eventIds: ['event-000002', 'event-000003'],
    });
    expect(await requestsOf(page, 'clipboard/write')).toEqual([]);
    await button(page, 'Copy message').first().click();
    expect(await waitForRequest(page, 'clipboard/write')).toEqual({ text: 'Why is the upload test flaky on CI?' });
  });
});
