import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { toSessionId } from '../../src/core/session/session';
import type { StoredEvent } from '../../src/core/session/sessionEvent';
import { volumePayloads } from '../support/hostile/volumePayloads';
import { LogBuilder, snapshot, summary, turn } from './support/conversation';
import { HostilePages, noMisdeeds } from './support/hostilePage';
import { showSnapshot } from './support/pageHost';

vi.mock('vscode', async () => (await import('../support/vscodeStub')).vscodeStub);

/** Elements that a message may come to. */
const maxNodes = 20_000;
/**
 * Processor time for one message, in seconds: far more than is needed on a slow machine, and far less than what a
 * browser takes for something that grows with the square of its length.
 */
const maxSeconds = 4;
/** Pieces in which a reply arrives. */
const pieceCount = 30;

let pages: HostilePages;
let page: Page;
let devtools: CDPSession;

beforeAll(async () => {
  pages = await HostilePages.start();
  page = await pages.open(snapshot());
  devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.evaluate(() => {
    window.watch.takeFrames();
  });
});
afterAll(() => pages.dispose());

describe('a mass of', () => {
  it.each(volumePayloads)('$name is drawn or stands there as plain text', async ({ name, text, plain }) => {
    const stored = await costOf(() => show((log) => log.text(text)));
    const drawn = await drawnOf('article.assistant');
    expect(drawn.plain).toBe(plain);
    expect(drawn.nodes).toBeLessThan(maxNodes);

    const streamed = await costOf(() => stream(text));
    expect((await drawnOf('article.assistant')).nodes).toBeLessThan(maxNodes);

    const typed = await costOf(() => show((log) => log.user(text)));
    expect((await drawnOf('article.user')).nodes).toBeLessThan(maxNodes);

    expect(Math.max(stored, typed), `${name}, stored`).toBeLessThan(maxSeconds);
    expect(streamed, `${name}, in ${String(pieceCount)} pieces`).toBeLessThan(4 * maxSeconds);
    expect(await pages.misdeedsOf(page)).toEqual(noMisdeeds);
  });
});

it('stalls the text box with no word, however long', async () => {
  const draft = 'A'.repeat(50_000);
  const typed = await costOf(async () => {
    await showSnapshot(page, snapshot({ sessionId: toSessionId('other'), memory: { draft, scroll: null } }));
    await page.evaluate(async () => {
      await window.watch.frame();
      document.querySelector('textarea')?.getBoundingClientRect();
    });
  });
  expect(await page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe(draft);
  expect(typed).toBeLessThan(maxSeconds);
});

/** Processor seconds of the page's thread. */
async function costOf(action: () => Promise<void>): Promise<number> {
  const taskTime = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Infinity;
  };
  const before = await taskTime();
  await action();
  return Math.round(((await taskTime()) - before) * 1000) / 1000;
}

/** Shows a conversation of one message, unfolded. */
async function show(add: (log: LogBuilder) => StoredEvent): Promise<void> {
  const log = new LogBuilder();
  add(log);
  await showSnapshot(page, snapshot({ summary: summary(), events: log.events, turnStatus: 'idle' }));
  await page.evaluate(async () => {
    // What hides was looked for elsewhere; here it would only take time.
    window.watch.revealing = false;
    await window.watch.frame();
    document.querySelector<HTMLElement>('.message > .bubble > .fold-button')?.click();
    await window.watch.frame();
    document.querySelector('.scroller')?.scrollTo(0, 0);
    return document.querySelector('.messages')?.getBoundingClientRect().height;
  });
}

async function stream(text: string): Promise<void> {
  await showSnapshot(page, snapshot({ summary: summary(), turn: turn() }));
  const size = Math.ceil(text.length / pieceCount);
  const pieces = Array.from({ length: pieceCount }, (_, index) => text.slice(index * size, (index + 1) * size));
  await page.evaluate(async (all) => {
    for (const piece of all) {
      window.host.notify('turn/delta', { turnId: 'turn-live', text: piece, reasoning: '' });
      await window.watch.frame();
      document.querySelector('.messages')?.getBoundingClientRect();
    }
  }, pieces);
}

async function drawnOf(message: string): Promise<{ readonly plain: boolean; readonly nodes: number }> {
  return page.evaluate((selector) => {
    const article = document.querySelector(selector);
    return {
      plain: article?.querySelector('.plain-text') !== null,
      nodes: article?.querySelectorAll('*').length ?? Infinity,
    };
  }, message);
}
