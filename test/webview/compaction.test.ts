import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/core/session/sessionEvent';
import type { CompactionProgress } from '../../src/core/turn/compactionView';
import type { SessionSnapshot } from '../../src/protocol/chatProtocol';
import { LogBuilder, measure, snapshot, summary, turn } from './support/conversation';
import { fromEnd, pageSize, scroller, settle } from './support/longConversation';
import { notify, requestsOf, waitForRequest } from './support/pageHost';
import { PageSet } from './support/pageSet';
import { watchLiveRegions } from './support/liveRegions';

const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

/** So many messages of a few lines each. */
function logOf(messages: number): LogBuilder {
  const log = new LogBuilder();
  for (let index = 1; index <= messages; index += 1) {
    log.user(`Message ${String(index)}\nwith a second line`);
  }
  return log;
}

function open(log: LogBuilder, patch: Partial<SessionSnapshot> = {}): Promise<Page> {
  const events = log.events.slice(-pageSize);
  return set.open(snapshot({ summary: summary(), events, hasOlder: events.length < log.events.length, ...patch }), {
    log: log.events,
  });
}

const numbers = (page: Page) =>
  page.getByRole('article').evaluateAll((all) => all.map((each) => Number(/\d+/.exec(each.textContent ?? '')?.[0])));
const from = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const olderRequests = async (page: Page) => (await requestsOf(page, 'session/loadOlder')).length;
const topOf = (page: Page, text: string) =>
  page.getByText(text).evaluate((each) => Math.round(each.getBoundingClientRect().top));

async function toTop(page: Page): Promise<void> {
  for (let count = 0; count < 4; count += 1) {
    await scroller(page).evaluate((element) => {
      element.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
      element.scrollTop = 0;
    });
    await settle(page);
  }
}

describe('a summarised part of the conversation', () => {
  it('is one line where it ends, and opens to its messages in their order', async () => {
    const log = logOf(20);
    log.compaction(1, 12);
    const page = await open(log);
    expect(await numbers(page)).toEqual(from(13, 20));
    const line = page.getByRole('group', { name: 'Summarised 12 messages, 12,000 → 800 tokens' });
    const toggle = line.getByRole('button', { name: 'Show messages' });
    expect(await toggle.getAttribute('aria-expanded')).toBe('false');

    await toggle.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => numbers(page)).toEqual(from(1, 20));
    const hide = line.getByRole('button', { name: 'Hide messages' });
    expect(await hide.getAttribute('aria-expanded')).toBe('true');
    expect(await hide.evaluate((element) => element === document.activeElement)).toBe(true);
    // The line stands between what it covers and what comes after.
    const order = await page.locator('.compaction, article').evaluateAll((all) => all.map(({ tagName }) => tagName));
    expect(order.indexOf('DIV')).toBe(12);
    const box = await hide.boundingBox();
    expect(box?.y).toBeGreaterThan(300);

    await hide.click();
    await expect.poll(() => numbers(page)).toEqual(from(13, 20));
  });

  it('can be walked through by keyboard once it is open', async () => {
    const log = logOf(6);
    log.compaction(1, 4);
    const page = await open(log);
    await button(page, 'Show messages').click();
    await page.getByRole('article').last().focus();
    for (let step = 0; step < 5; step += 1) {
      await page.keyboard.press('ArrowUp');
    }
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Message 1');
    expect(await page.locator('article[tabindex="0"]').count()).toBe(1);
  });

  it('is undone on demand and leaves nothing but its messages', async () => {
    const log = logOf(20);
    const compaction = log.compaction(1, 12);
    const page = await open(log);
    await button(page, 'Undo').click();
    const place = await topOf(page, 'Message 13');
    expect(await waitForRequest(page, 'compaction/undo')).toEqual({
      sessionId: compaction.sessionId,
      eventId: compaction.id,
    });
    await notify(page, 'session/eventsAppended', { events: [log.undo(compaction)] });
    await expect.poll(() => numbers(page)).toEqual(from(1, 20));
    expect(await page.locator('.compaction').count()).toBe(0);
    await settle(page);
    expect(Math.abs((await topOf(page, 'Message 13')) - place)).toBeLessThan(2);
  });

  it('cannot be undone while a reply runs', async () => {
    const log = logOf(20);
    log.compaction(1, 12);
    const page = await open(log, { turn: turn() });
    expect(await button(page, 'Undo').isDisabled()).toBe(true);
  });

  it('holds the earlier summaries that it took in', async () => {
    const log = logOf(20);
    log.compaction(1, 5);
    log.compaction(1, 12);
    const page = await open(log);
    expect(await page.locator('.compaction').count()).toBe(1);
    await button(page, 'Show messages').click();
    await expect.poll(() => numbers(page)).toEqual(from(6, 20));
    expect(await page.locator('.compaction').count()).toBe(2);
    // Only the later one is in force, so only that one can be undone.
    expect(await button(page, 'Undo').count()).toBe(1);
    await button(page, 'Show messages').click();
    await expect.poll(() => numbers(page)).toEqual(from(1, 20));
  });

  it('shows its summary on demand, or at once where that is wanted, and says how it was made', async () => {
    const log = logOf(20);
    log.compaction(1, 12, { method: 'simple' });
    const page = await open(log);
    expect(await page.locator('.summary').count()).toBe(0);
    await page.getByText('Summarised 12 messages, 12,000 → 800 tokens (without the model)').waitFor();
    await button(page, 'Show summary').click();
    expect(await page.locator('.summary strong').textContent()).toBe('flaky');
    await button(page, 'Hide summary').click();
    expect(await page.locator('.summary').count()).toBe(0);

    const other = await open(log, { showSummaries: true });
    await other.locator('.summary strong').waitFor();
    expect(await button(other, 'Hide summary').getAttribute('aria-expanded')).toBe('true');
  });

  it('names no number of messages that it does not know', async () => {
    const log = logOf(20);
    log.add({ type: 'compaction', summary: 'Short', fromSeq: 1, toSeq: 12, tokensBefore: 900, tokensAfter: 90 });
    const page = await open(log);
    await page.getByRole('group', { name: 'Summarised earlier messages, 900 → 90 tokens' }).waitFor();
  });

  it('does not fetch what stays hidden, however far up one scrolls', async () => {
    const log = logOf(1_000);
    log.compaction(1, 950);
    const page = await open(log);
    await toTop(page);
    expect(await numbers(page)).toEqual(from(951, 1_000));
    expect(await olderRequests(page)).toBe(0);
    expect(await page.getByRole('button', { name: 'Show earlier messages' }).count()).toBe(0);
  });

  it('fetches earlier pages once it is open, as they are scrolled to', async () => {
    const log = logOf(1_000);
    log.compaction(1, 950);
    const page = await open(log);
    await toTop(page);
    await button(page, 'Show messages').click();
    await expect.poll(async () => (await numbers(page)).at(0)).toBeLessThan(951);
    await settle(page);
    const before = (await numbers(page)).at(0) ?? 0;
    await toTop(page);
    const after = await numbers(page);
    expect(after.at(0)).toBeLessThan(before);
    expect(after).toEqual(from(after.at(0) ?? 0, 1_000));
    expect(await olderRequests(page)).toBeGreaterThan(0);
    expect(await olderRequests(page)).toBeLessThan(8);
  });

  it('fetches the page of its messages when none of them is here', async () => {
    const log = logOf(300);
    log.compaction(1, 201);
    const page = await open(log);
    expect(await numbers(page)).toContain(300);
    await toTop(page);
    expect(await olderRequests(page)).toBe(0);
    await button(page, 'Show messages').click();
    await expect.poll(async () => (await numbers(page)).includes(201)).toBe(true);
    await expect.poll(() => topOf(page, 'Message 201')).toBeGreaterThan(0);
  });

  it('appears where it ends once that is scrolled to', async () => {
    const log = logOf(400);
    log.compaction(1, 250);
    const page = await open(log);
    expect(await page.locator('.compaction').count()).toBe(0);
    await toTop(page);
    await expect.poll(() => page.locator('.compaction').count()).toBe(1);
    await toTop(page);
    expect(await numbers(page)).toEqual(from(251, 400));
    expect(await olderRequests(page)).toBe(1);
  });

  it('lets one go on to what stands before it', async () => {
    const log = logOf(600);
    log.compaction(3, 580);
    const page = await open(log);
    await toTop(page);
    expect(await olderRequests(page)).toBe(0);
    await page.getByRole('button', { name: 'Show earlier messages' }).click();
    await expect.poll(() => numbers(page)).toEqual([1, 2, ...from(581, 600)]);
    expect(await page.getByRole('button', { name: 'Show earlier messages' }).count()).toBe(0);
  });

  it('folds away at the end, and never takes away what is read', async () => {
    const arrive = async (page: Page, log: LogBuilder): Promise<void> => {
      await notify(page, 'session/eventsAppended', { events: [log.compaction(1, 60)] });
      await page.locator('.compaction').waitFor({ state: 'attached' });
      await settle(page);
    };
    const following = logOf(80);
    const page = await open(following);
    await arrive(page, following);
    expect((await numbers(page)).at(0)).toBe(61);
    expect(await fromEnd(page)).toBeLessThan(2);

    const reading = logOf(80);
    const other = await open(reading);
    await scroller(other).hover();
    await other.mouse.wheel(0, -2_000);
    await settle(other);
    const place = await topOf(other, 'Message 52');
    await arrive(other, reading);
    expect(await topOf(other, 'Message 52')).toBe(place);
    expect(await button(other, 'Hide messages').count()).toBe(1);
  });

  it('opens again where the conversation was left in the middle of it', async () => {
    const log = logOf(600);
    log.compaction(1, 580);
    const memory = { draft: '', scroll: { eventId: log.events[420]?.id as StoredEvent['id'], offset: 30 } };
    const page = await open(log, { memory });
    await expect.poll(() => topOf(page, 'Message 421')).toBeGreaterThan(0);
    expect((await numbers(page)).at(-1)).toBe(600);
  });

  it('stays closed when the place at which the conversation was left is gone', async () => {
    const log = logOf(300);
    log.compaction(1, 280);
    const memory = { draft: '', scroll: { eventId: 'gone' as StoredEvent['id'], offset: 30 } };
    const page = await open(log, { memory });
    await button(page, 'Show messages').waitFor();
    await expect.poll(() => numbers(page)).toEqual(from(281, 300));
    await expect.poll(() => fromEnd(page)).toBeLessThan(2);
  });
});

describe('a compaction under way', () => {
  const progress = (patch: Partial<CompactionProgress> = {}): CompactionProgress => ({
    stage: 'starting',
    messages: 40,
    tokensBefore: 12_000,
    tokensAfter: null,
    waiting: false,
    error: null,
    ...patch,
  });
  const status = (page: Page) => page.getByRole('status');
  const show = (page: Page, compaction: CompactionProgress | null) =>
    notify(page, 'compaction/updated', { compaction });

  it('says how far it has come, with counts, and goes away when there is nothing to tell', async () => {
    const page = await set.open(snapshot({ summary: summary(), compaction: progress() }));
    expect(await status(page).textContent()).toContain('Getting ready to summarise 40 messages (12,000 tokens)…');
    await show(page, progress({ stage: 'summarizing' }));
    await expect.poll(() => status(page).textContent()).toContain('Summarising 40 messages (12,000 tokens)…');
    expect(await status(page).textContent()).not.toContain('waits');
    await show(page, progress({ stage: 'completed', tokensAfter: 900 }));
    await expect.poll(() => status(page).textContent()).toContain('Summarised 40 messages, 12,000 → 900 tokens');
    await show(page, null);
    await expect.poll(() => status(page).count()).toBe(0);
  });

  it.each([
    ['starting', true],
    ['summarizing', true],
    ['completed', false],
    ['failed', false],
  ] as const)('is busy or not in the stage %s: %s', async (stage, busy) => {
    const page = await set.open(
      snapshot({ summary: summary(), measure: measure(), compaction: progress({ stage, tokensAfter: 900 }) }),
    );
    expect(await status(page).locator('.spin').count()).toBe(busy ? 1 : 0);
    expect(await status(page).getByRole('button', { name: 'Dismiss' }).count()).toBe(busy ? 0 : 1);
    await page.getByRole('button', { name: /^Context:/ }).focus();
    expect(await button(page, 'Compact now').isDisabled()).toBe(busy);
  });

  it('says that a message waits, and what went wrong in the words of the host', async () => {
    const error = { code: 'model/refused', args: {}, message: 'The model refused.' };
    const page = await set.open(
      snapshot({ summary: summary(), compaction: progress({ stage: 'summarizing', waiting: true }) }),
    );
    expect(await status(page).textContent()).toContain('A message waits for it.');
    await show(page, progress({ stage: 'completed', tokensAfter: 900, error }));
    await expect
      .poll(() => status(page).textContent())
      .toContain('The model’s summary could not be used, so the messages were cut short instead. The model refused.');
    await show(page, progress({ stage: 'failed', error }));
    await expect.poll(() => status(page).textContent()).toContain('stays as it is. The model refused.');
    await status(page).getByRole('button', { name: 'Dismiss' }).click();
    expect(await status(page).count()).toBe(0);
  });

  it('tells screen readers no more than three things in the turn that waits for it', async () => {
    const page = await set.open(snapshot({ summary: summary() }));
    const heard = await watchLiveRegions(page);
    const log = new LogBuilder();
    await notify(page, 'session/eventsAppended', { events: [log.user('Hi', { turn: 'turn-live' })] });
    await notify(page, 'turn/state', { turn: turn({ phase: 'preparing' }) });
    await settle(page);
    for (const patch of [{}, { stage: 'summarizing' }, { stage: 'completed', tokensAfter: 900 }] as const) {
      await show(page, progress({ waiting: true, ...patch }));
      await settle(page);
    }
    await show(page, null);
    await notify(page, 'turn/delta', { turnId: 'turn-live', text: 'Hello', reasoning: '' });
    await settle(page);
    await notify(page, 'session/eventsAppended', { events: [log.text('Hello', { turn: 'turn-live' })] });
    await notify(page, 'turn/state', { turn: null });
    await settle(page);
    expect(await heard()).toEqual([
      'Reply started',
      'Summarising 40 messages (12,000 tokens)… A message waits for it.',
      'Reply finished, 1 words',
    ]);
  });
});
