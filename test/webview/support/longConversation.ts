import type { Page } from 'playwright-core';
import type { SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { LogBuilder, sampleAnswer, snapshot, summary } from './conversation';
import type { ViewHarness } from './harness';

/** Events that the host gives at once. */
export const pageSize = 100;

/** A conversation of so many messages; the host gives its last page and, when asked, the pages before. */
export async function openLong(
  harness: ViewHarness,
  count: number,
  patch: Partial<SessionSnapshot> = {},
  first = pageSize,
): Promise<Page> {
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
  await page.getByRole('article').last().waitFor();
  return page;
}

export const scroller = (page: Page) => page.getByRole('log', { name: 'Conversation' });
/** How far (px) the end is below what is seen. */
export const fromEnd = (page: Page) =>
  scroller(page).evaluate((element) => Math.round(element.scrollHeight - element.clientHeight - element.scrollTop));
export const settle = (page: Page) => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)));
