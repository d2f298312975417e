import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SessionSnapshot } from '../../src/protocol/chatProtocol';
import { LogBuilder, sampleAnswer, snapshot, summary, turn } from './support/conversation';
import { ViewHarness } from './support/harness';
import { notify, requestsOf, waitForRequest } from './support/pageHost';

let harness: ViewHarness;
const pages: Page[] = [];
const pageSize = 100;

beforeAll(async () => {
  harness = await ViewHarness.start();
});

afterAll(async () => {
  await harness.dispose();
});

afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.close()));
});

/** A conversation of so many messages; the host gives its last page and, when asked, the pages before. */
async function openLong(count: number, patch: Partial<SessionSnapshot> = {}, first = pageSize): Promise<Page> {
  const log = new LogBuilder();
  for (let index = 0; index < count / 2; index += 1) {
    log.user(`Question ${String(index)}?`, { turn: `t${String(index)}` });
    log.text(
      index % 10 === 0
        ? sampleAnswer
        : `Answer ${String(index)} is **short** but has two lines.\n\nThis is the second.`,
      {
        turn: `t${String(index)}`,
      },
    );
  }
  const events = log.events.slice(-first);
  const page = await harness.open({
    snapshot: snapshot({ summary: summary(), events, hasOlder: events.length < log.events.length, ...patch }),
    log: log.events,
  });
  pages.push(page);
  await page.getByRole('article').last().waitFor();
  return page;
}

/** A conversation of eight pages, each of which begins with so many lines between messages. */
async function openLines(lines = 12, turnOfAll?: string): Promise<Page> {
  const log = new LogBuilder();
  for (let index = 0; index < pageSize * 8; index += 1) {
    if (index % pageSize < lines) {
      log.add({ type: 'title_changed', from: '', to: `Title ${String(index)}` });
    } else if (turnOfAll === undefined) {
      log.user(`Message ${String(index)}`);
    } else {
      log.text(`Paragraph ${String(index)}`, { turn: turnOfAll });
    }
  }
  const page = await harness.open({
    snapshot: snapshot({ summary: summary(), events: log.events.slice(-pageSize), hasOlder: true }),
    log: log.events,
  });
  pages.push(page);
  await page.locator('.divider, article').last().waitFor();
  await settle(page);
  return page;
}

const scroller = (page: Page) => page.getByRole('log', { name: 'Conversation' });
const fromEnd = (page: Page) =>
  scroller(page).evaluate((element) => Math.round(element.scrollHeight - element.clientHeight - element.scrollTop));
const settle = (page: Page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)));

/** Where the message at the upper edge stands, by its own id, so that inserted messages do not count. */
const reading = (page: Page) =>
  scroller(page).evaluate((element) => {
    const box = element.getBoundingClientRect();
    const message = [...element.querySelectorAll('article')].find(
      (each) => each.getBoundingClientRect().bottom > box.top + 1,
    );
    return `${message?.dataset['eventId'] ?? ''} ${String(Math.round(message?.getBoundingClientRect().top ?? 0))}`;
  });

/** Milliseconds from the page's beginning until there was something to see. */
const firstPaint = (page: Page) =>
  page.evaluate(() => Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN));

/** Where one message stands, in the words of `reading`. */
const articleTop = (page: Page, id: string) =>
  page
    .locator(`article[data-event-id=${id}]`)
    .evaluate((each) => `${each.dataset['eventId'] ?? ''} ${String(Math.round(each.getBoundingClientRect().top))}`);

/** Scrolls to the very top and waits for what that brings in. Says what was read there before it came. */
async function toTop(page: Page): Promise<string> {
  const place = await scroller(page).evaluate((element) => {
    element.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }));
    element.scrollTop = 0;
    const message = [...element.querySelectorAll('article')].find(
      (each) => each.getBoundingClientRect().bottom > element.getBoundingClientRect().top + 1,
    );
    return `${message?.dataset['eventId'] ?? ''} ${String(Math.round(message?.getBoundingClientRect().top ?? 0))}`;
  });
  for (let count = 0; count < 4; count += 1) {
    await settle(page);
  }
  return place;
}

async function wheel(page: Page, distance: number): Promise<void> {
  await scroller(page).hover();
  await page.mouse.wheel(0, distance);
  await settle(page);
}

describe('a long conversation', () => {
  it('follows a streaming reply at the end', async () => {
    const page = await openLong(40, { turn: turn() });
    for (let index = 0; index < 20; index += 1) {
      await notify(page, 'turn/delta', { turnId: 'turn-live', text: `Line ${String(index)}\n\n`, reasoning: '' });
    }
    await expect.poll(() => page.getByText('Line 19').count()).toBe(1);
    await settle(page);
    expect(await fromEnd(page)).toBeLessThan(2);
    expect(await page.getByRole('button', { name: 'Jump to latest' }).count()).toBe(0);
  });

  it('never moves what is read once the person scrolled up, and jumps back on demand', async () => {
    const page = await openLong(40, { turn: turn() });
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
    const page = await openLong(40, { turn: turn() });
    await wheel(page, -300);
    await wheel(page, 5_000);
    await notify(page, 'turn/delta', { turnId: 'turn-live', text: 'More\n\n'.repeat(20), reasoning: '' });
    await settle(page);
    expect(await fromEnd(page)).toBeLessThan(2);
  });

  it('brings in earlier messages without moving what is read', async () => {
    const page = await openLong(1_000);
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
    const page = await openLines();
    // Draws what is here already.
    await toTop(page);
    for (let pages = 1; pages <= 3; pages += 1) {
      const before = await toTop(page);
      expect((await requestsOf(page, 'session/loadOlder')).length).toBe(pages);
      expect(await articleTop(page, before.split(' ')[0] ?? '')).toBe(before);
    }
  });

  it('fetches one page per scroll to the very top where a page begins within an answer', async () => {
    const page = await openLines(0, 'turn-of-all');
    await toTop(page);
    for (let pages = 1; pages <= 3; pages += 1) {
      await toTop(page);
      expect((await requestsOf(page, 'session/loadOlder')).length).toBe(pages);
    }
  });

  it('fetches one page per scroll to the very top of nothing but lines', async () => {
    const page = await openLines(pageSize);
    await toTop(page);
    for (let pages = 1; pages <= 3; pages += 1) {
      await toTop(page);
      expect((await requestsOf(page, 'session/loadOlder')).length).toBe(pages);
    }
  });

  it('remembers where it was left, and returns there also when that is pages away', async () => {
    const page = await openLong(600);
    await wheel(page, -1_500);
    const left = await reading(page);
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide')));
    const { memory } = await waitForRequest(page, 'memory/save');
    const again = await openLong(600, { memory });
    await settle(again);
    expect(await reading(again)).toBe(left);

    const far = await openLong(600, {
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
    const page = await openLong(300, { memory: { draft: '', scroll: { eventId: 'gone' as never, offset: 0 } } });
    await settle(page);
    await expect.poll(() => fromEnd(page)).toBeLessThan(2);
  });

  it('stays whole with ten thousand messages loaded and a thousand pieces a second', async () => {
    const page = await openLong(10_000, { turn: turn() }, 10_000);
    const painted = await firstPaint(page);
    const paintedPage = await firstPaint(await openLong(10_000));
    // Everything that is loaded is drawn, as if the person had scrolled through all of it.
    const loading = await page.evaluate(async () => {
      const started = performance.now();
      for (let count = 0; count < 120 && document.querySelector('.load-older') !== null; count += 1) {
        document.querySelector<HTMLElement>('.load-older')?.click();
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      }
      return Math.round(performance.now() - started);
    });
    expect(await page.getByRole('article').count()).toBe(10_001);
    const { worst, count } = await page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      window.host.longTasks.length = 0;
      const words = 'The quick **brown** fox `jumps` over the lazy dog. ';
      await new Promise<void>((resolve) => {
        let sent = 0;
        const timer = setInterval(() => {
          for (let index = 0; index < 10; index += 1) {
            sent += 1;
            const text = sent % 40 === 0 ? '\n\n' : words.slice((sent * 7) % 40, ((sent * 7) % 40) + 8);
            window.host.notify('turn/delta', { turnId: 'turn-live', text, reasoning: '' });
          }
          if (sent >= 5_000) {
            clearInterval(timer);
            resolve();
          }
        }, 10);
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      return {
        worst: Math.round(Math.max(0, ...window.host.longTasks.map(({ ms }) => ms))),
        count: window.host.longTasks.length,
      };
    });
    console.log(
      `10,000 messages: first paint ${String(paintedPage)} ms with the last page, ${String(painted)} ms with all; drawing all of them ${String(loading)} ms; ` +
        `5,000 pieces at 1,000/s: ${String(count)} tasks over 50 ms, the longest ${String(worst)} ms`,
    );
    const shown = await page.locator('article.assistant').last().textContent();
    expect(shown?.length).toBeGreaterThan(20_000);
    expect(await fromEnd(page)).toBeLessThan(2);
  }, 180_000);
});
