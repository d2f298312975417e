import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SessionSnapshot } from '../../src/protocol/chatProtocol';
import { LogBuilder, snapshot, summary, turn } from './support/conversation';
import { ViewHarness } from './support/harness';
import { fromEnd, openLong, pageSize, scroller, settle } from './support/longConversation';
import { notify, requestsOf, waitForRequest } from './support/pageHost';

let harness: ViewHarness;
const pages: Page[] = [];

beforeAll(async () => {
  harness = await ViewHarness.start();
});

afterAll(async () => {
  await harness.dispose();
});

afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.close()));
});

/** As `openLong`, for the page to be closed after the test. */
async function open(...options: [count: number, patch?: Partial<SessionSnapshot>]): Promise<Page> {
  const page = await openLong(harness, ...options);
  pages.push(page);
  return page;
}

/** A conversation of eight pages, each of which begins with so many lines between messages. */
async function openLines(lines: number, turnOfAll?: string): Promise<Page> {
  const log = new LogBuilder();
  for (let index = 0; index < pageSize * 8; index += 1) {
    if (index % pageSize < lines) {
      log.add({ type: 'title_changed', from: 'Title', to: `Title ${String(index)}` });
    } else if (turnOfAll === undefined) {
      log.user(`Message ${String(index)}`);
    } else {
      log.text(`Paragraph ${String(index)}`, { turn: turnOfAll });
    }
  }
  return openSlow(log);
}

/** The last page of a log; the host takes a moment for an earlier one, so that one can see what was there before. */
async function openSlow(log: LogBuilder): Promise<Page> {
  const page = await harness.open({
    snapshot: snapshot({ summary: summary(), events: log.events.slice(-pageSize), hasOlder: true }),
    log: log.events,
  });
  pages.push(page);
  await page.locator('.divider, article').last().waitFor();
  await page.evaluate(() => {
    const answer = window.host.answers['session/loadOlder'] as (params: unknown) => unknown;
    window.host.answers['session/loadOlder'] = async (params: unknown) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return answer(params);
    };
  });
  await settle(page);
  return page;
}

/** Where the message at the upper edge stands, by its own id, so that inserted messages do not count. */
const reading = (page: Page) =>
  scroller(page).evaluate((element) => {
    const box = element.getBoundingClientRect();
    const message = [...element.querySelectorAll('article')].find(
      (each) => each.getBoundingClientRect().bottom > box.top + 1,
    );
    return `${message?.dataset['eventId'] ?? ''} ${String(Math.round(message?.getBoundingClientRect().top ?? 0))}`;
  });

/** Where one message stands (px). */
const articleTop = (page: Page, id: string) =>
  page.locator(`article[data-event-id=${id}]`).evaluate((each) => Math.round(each.getBoundingClientRect().top));

async function expectOnePagePerScroll(page: Page): Promise<void> {
  // The first one may find enough that is here already.
  await toTop(page);
  const counts = [(await requestsOf(page, 'session/loadOlder')).length];
  for (let scrolls = 1; scrolls <= 3; scrolls += 1) {
    await toTop(page);
    counts.push((await requestsOf(page, 'session/loadOlder')).length);
  }
  const first = counts[0] ?? 0;
  expect(first).toBeLessThanOrEqual(1);
  expect(counts).toEqual([first, first + 1, first + 2, first + 3]);
}

/** Scrolls to the very top and waits for what that brings in. Says what was read there before it came. */
async function toTop(page: Page): Promise<string> {
  await scroller(page).evaluate((element) => {
    element.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
    element.scrollTop = 0;
  });
  await settle(page);
  const before = await reading(page);
  for (let count = 0; count < 5; count += 1) {
    await settle(page);
  }
  return before;
}

async function wheel(page: Page, distance: number): Promise<void> {
  await scroller(page).hover();
  await page.mouse.wheel(0, distance);
  await settle(page);
}

describe('a long conversation', () => {
  it('follows a streaming reply at the end', async () => {
    const page = await open(40, { turn: turn() });
    for (let index = 0; index < 20; index += 1) {
      await notify(page, 'turn/delta', { turnId: 'turn-live', text: `Line ${String(index)}\n\n`, reasoning: '' });
    }
    await expect.poll(() => page.getByText('Line 19').count()).toBe(1);
    await settle(page);
    expect(await fromEnd(page)).toBeLessThan(2);
    expect(await page.getByRole('button', { name: 'Jump to latest' }).count()).toBe(0);
  });

  it('never moves what is read once the person scrolled up, and jumps back on demand', async () => {
    const page = await open(40, { turn: turn() });
    await wheel(page, -600);
    const before = await reading(page);
    for (let index = 0; index < 30; index += 1) {
      await notify(page, 'turn/delta', { turnId: 'turn-live', text: `Line ${String(index)}\n\n`, reasoning: '' });
    }
    await expect.poll(() => page.getByText('Line 29').count()).toBe(1);
    await settle(page);
    expect(await reading(page)).toBe(before);
    await page.getByRole('button', { name: 'Jump to latest', exact: true }).click();
    await settle(page);
    expect(await fromEnd(page)).toBeLessThan(2);
    expect(await page.getByRole('button', { name: 'Jump to latest' }).count()).toBe(0);
  });

  it('follows again after scrolling down to the end by hand', async () => {
    const page = await open(40, { turn: turn() });
    await wheel(page, -300);
    await wheel(page, 5_000);
    await notify(page, 'turn/delta', { turnId: 'turn-live', text: 'More\n\n'.repeat(20), reasoning: '' });
    await settle(page);
    expect(await fromEnd(page)).toBeLessThan(2);
  });

  it('offers no way to the end once that is in sight', async () => {
    const page = await open(6);
    await page.setViewportSize({ width: 400, height: 300 });
    await scroller(page).hover();
    await page.mouse.wheel(0, -5_000);
    const jump = page.getByRole('button', { name: 'Jump to latest' });
    await jump.waitFor();
    await page.setViewportSize({ width: 400, height: 2_000 });
    await jump.waitFor({ state: 'detached' });
  });

  it('brings in earlier messages without moving what is read', async () => {
    const page = await open(1_000);
    const seen = new Set<string>();
    for (let step = 0; step < 6; step += 1) {
      await wheel(page, -4_000);
      const before = await reading(page);
      await settle(page);
      await settle(page);
      expect(await reading(page)).toBe(before);
      seen.add(before);
    }
    expect(seen.size).toBe(6);
    expect((await requestsOf(page, 'session/loadOlder')).length).toBeGreaterThan(0);
    const ids = await page.getByRole('article').evaluateAll((all) => all.map((each) => each.dataset['eventId'] ?? ''));
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('fetches one page per scroll to the very top, also where a page begins with many lines', async () => {
    const page = await openLines(12);
    await expectOnePagePerScroll(page);
    const before = await toTop(page);
    const after = await articleTop(page, before.split(' ')[0] ?? '');
    expect(Math.abs(after - Number(before.split(' ')[1]))).toBeLessThan(2);
  });

  it('fetches one page per scroll to the very top where a page begins within an answer', async () => {
    const page = await openLines(0, 'turn-of-all');
    await expectOnePagePerScroll(page);
    const top = () => page.getByText('Paragraph 310').evaluate((each) => Math.round(each.getBoundingClientRect().top));
    await scroller(page).evaluate((element) => {
      element.scrollTop = 0;
    });
    await settle(page);
    const before = await top();
    await expect.poll(async () => (await requestsOf(page, 'session/loadOlder')).length).toBe(5);
    await settle(page);
    expect(Math.abs((await top()) - before)).toBeLessThan(2);
  });

  it('leaves what is read in place when the earlier part of a tall answer comes in', async () => {
    const log = new LogBuilder();
    for (let index = 0; index < 300; index += 1) {
      // The last page begins in the middle of an answer that fills several screens.
      log.text(`Paragraph ${String(index)}`, { turn: index < 260 ? 'tall' : `t${String(index)}` });
    }
    const page = await openSlow(log);
    const top = () => page.getByText('Paragraph 205').evaluate((each) => Math.round(each.getBoundingClientRect().top));
    const pagesFetched = async () => (await requestsOf(page, 'session/loadOlder')).length;
    // Draws what is here already.
    await toTop(page);
    expect(await pagesFetched()).toBe(0);
    await scroller(page).evaluate((element) => {
      element.scrollTop = 0;
    });
    await settle(page);
    const before = await top();
    await expect.poll(() => page.getByText('Paragraph 100').count()).toBe(1);
    await settle(page);
    expect(Math.abs((await top()) - before)).toBeLessThan(2);
    expect(await pagesFetched()).toBe(1);
  });

  it('fetches one page per scroll to the very top of nothing but lines', async () => {
    await expectOnePagePerScroll(await openLines(pageSize));
  });

  it('remembers where it was left, and returns there also when that is pages away', async () => {
    const page = await open(600);
    await wheel(page, -1_500);
    const left = await reading(page);
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide')));
    const { memory } = await waitForRequest(page, 'memory/save');
    const again = await open(600, { memory });
    await settle(again);
    expect(await reading(again)).toBe(left);

    const far = await open(600, {
      memory: { draft: '', scroll: { eventId: 'event-000101' as never, offset: 40 } },
    });
    await expect.poll(() => reading(far)).toMatch(/event-000(?:099|100|101) /);
    expect(
      await far.locator('[data-event-id=event-000101]').evaluate((each) => {
        const box = each.closest('[role=log]')?.getBoundingClientRect();
        return Math.round(each.getBoundingClientRect().top - (box?.top ?? 0));
      }),
    ).toBe(40);
  });

  it('starts at the end when the place is gone', async () => {
    const page = await open(300, { memory: { draft: '', scroll: { eventId: 'gone' as never, offset: 0 } } });
    await settle(page);
    await expect.poll(() => fromEnd(page)).toBeLessThan(2);
  });
});
