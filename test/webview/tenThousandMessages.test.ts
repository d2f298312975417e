import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toTurnId } from '../../src/core/session/session';
import type { ChatNotification } from '../../src/protocol/chatProtocol';
import { LogBuilder, sampleAnswer, turn } from './support/conversation';
import { ViewHarness } from './support/harness';
import { fromEnd, openLong, scroller } from './support/longConversation';

let harness: ViewHarness;

beforeAll(async () => {
  harness = await ViewHarness.start();
});

afterAll(async () => {
  await harness.dispose();
});

/** Milliseconds from the page's beginning until there was something to see. */
const firstPaint = (page: Page) =>
  page.evaluate(() => Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN));

/** Counts from now on what changes in messages other than the newest one. */
async function watchFormerMessages(page: Page): Promise<() => Promise<number>> {
  const counter = await scroller(page).evaluateHandle((element) => {
    const former = new Set<Element | null>([...element.querySelectorAll('article')].slice(0, -1));
    const counts = { changes: 0 };
    new MutationObserver((all) => {
      for (const { target } of all) {
        const message = (target instanceof Element ? target : target.parentElement)?.closest('article') ?? null;
        counts.changes += former.has(message) ? 1 : 0;
      }
    }).observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
    return counts;
  });
  return () => counter.evaluate(({ changes }) => changes);
}

/** Stores the running answer and then five messages with their answers. Milliseconds until each of these was painted. */
async function storeMessages(page: Page, count: number): Promise<readonly number[]> {
  const log = new LogBuilder();
  log.events.push(...Array.from({ length: count }, (_, index) => ({ seq: index + 1 }) as never));
  const last = `event-${String(count).padStart(6, '0')}`;
  const reply = log.text(sampleAnswer, { turn: 'turn-live', parent: last });
  const steps: [ChatNotification, object][][] = [
    [['session/eventsAppended', { events: [reply] }]],
    [['turn/state', { turn: null }]],
  ];
  for (let index = 0; index < 5; index += 1) {
    const question = log.user(`One more ${String(index)}?`, { turn: `more${String(index)}` });
    const answer = log.text(sampleAnswer, { turn: `more${String(index)}` });
    const running = turn({ turnId: toTurnId(`more${String(index)}`), parentId: question.id });
    steps.push(
      [
        ['session/eventsAppended', { events: [question] }],
        ['turn/state', { turn: running }],
      ],
      [['session/eventsAppended', { events: [answer] }]],
      [['turn/state', { turn: null }]],
    );
  }
  return page.evaluate(async (all) => {
    const times: number[] = [];
    for (const step of all) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const started = performance.now();
      for (const [method, params] of step) {
        window.host.notify(method, params);
      }
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      times.push(Math.round(performance.now() - started));
    }
    return times;
  }, steps);
}

describe('ten thousand messages', () => {
  it('stay as they are while a thousand pieces a second come in and messages are stored', async () => {
    const page = await openLong(harness, 10_000, { turn: turn() }, 10_000);
    const painted = await firstPaint(page);
    const paintedPage = await firstPaint(await openLong(harness, 10_000));
    // Everything that is loaded is drawn, as if the person had scrolled through all of it.
    const loading = await page.evaluate(async () => {
      const started = performance.now();
      for (let count = 0; count < 300 && document.querySelector('.load-older') !== null; count += 1) {
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

    const redrawn = await watchFormerMessages(page);
    const stored = await storeMessages(page, 10_000);
    console.log(`10,000 messages: storing a message or an answer until it is painted: ${stored.join(', ')} ms`);
    expect(await page.getByRole('article').count()).toBe(10_011);
    expect(await page.locator('article[tabindex="0"]').count()).toBe(1);
    expect(await redrawn()).toBe(0);
    expect(await fromEnd(page)).toBeLessThan(2);
  }, 180_000);
});
