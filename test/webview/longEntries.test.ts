import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cutEvents } from '../../src/extension/chat/viewCuts';
import { LogBuilder, snapshot, summary, turn } from './support/conversation';
import { notify, requestsOf, waitForRequest } from './support/pageHost';
import { PageSet } from './support/pageSet';

const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const prose = 'The quick brown fox jumps over the lazy dog, and nobody knows why it does so again and again. ';
const cells = (rows: number, columns: number): string => {
  const row = (text: string): string => `|${` ${text} |`.repeat(columns)}\n`;
  return row('name') + row('---') + row('a cell').repeat(rows);
};

const giants: Readonly<Record<string, () => string>> = {
  'a reply of 50 MB': () => `${prose.repeat(5)}\n\n`.repeat(106_000),
  'a line of 10 MB': () => 'x'.repeat(10_000_000),
  'a line of 10 MB with words': () => prose.repeat(106_000),
  'a table of 5,000 rows': () => cells(5_000, 4),
  'a table of 50,000 cells': () => cells(500, 100),
  'code of 100,000 lines': () => `\`\`\`ts\n${'const x = compute(y) + 1; // again\n'.repeat(100_000)}\`\`\`\n`,
  'a million marks': () => '*_`['.repeat(250_000),
};

/** What the page holds of the newest message. */
const drawn = (page: Page) =>
  page
    .locator('article')
    .last()
    .evaluate((element) => ({
      elements: element.querySelectorAll('*').length,
      characters: (element.textContent ?? '').length,
    }));

const longest = (page: Page) =>
  page.evaluate(() => Math.round(Math.max(0, ...window.host.longTasks.map(({ ms }) => ms))));

describe('a giant entry', () => {
  it.each(Object.entries(giants))('is shown in part, with a way to all of it: %s', async (name, giant) => {
    const log = new LogBuilder();
    log.user('Show me');
    log.text(giant());
    const events = cutEvents(log.events);
    const page = await set.open(snapshot({ summary: summary(), events }));
    await page.locator('article').nth(1).waitFor();
    const { elements, characters } = await drawn(page);
    const opened = await longest(page);
    await message(page).pressSequentially('Still here');
    console.log(`${name}: ${elements} elements, ${characters} characters, longest task ${opened} ms`);
    expect(await message(page).inputValue()).toBe('Still here');
    expect(elements).toBeLessThan(40_000);
    expect(characters).toBeLessThan(450_000);
    const cut = events[1]?.cut;
    expect(await page.getByText('more characters are not shown here').count()).toBe(cut === undefined ? 0 : 1);
    if (cut !== undefined) {
      await page.getByRole('button', { name: 'Open All of It' }).click();
      expect(await waitForRequest(page, 'message/open')).toMatchObject({ eventId: events[1]?.id });
    }
  });

  it('shows a long input or result of a tool a part at a time', async () => {
    const log = new LogBuilder();
    log.user('Run it');
    log.add({ type: 'tool_call', id: 'c', name: 'read', input: { path: 'x' } }, { turn: 't' });
    log.add({ type: 'tool_result', toolUseId: 'c', content: 'data '.repeat(20_000), isError: false }, { turn: 't' });
    log.text('Done', { turn: 't' });
    const page = await set.open(snapshot({ summary: summary(), events: cutEvents(log.events) }));
    await page.locator('.tool summary').click();
    const result = page.locator('.tool pre').last();
    expect((await result.textContent())?.length).toBe(20_001);
    await page.getByRole('button', { name: 'Show more' }).click();
    expect((await result.textContent())?.length).toBe(40_001);
  });
});

describe('a giant reply that streams in', () => {
  /** Pieces that may be handled between a click on Stop and what it asks of the host. */
  const mostFurther = 100;

  /** Sends the text as the host does, 25 times a second, and as often as that or until it is asked to stop. */
  const stream = (page: Page, piece: string, count: number) =>
    page.evaluate(
      async ([text, times]) => {
        let sent = 0;
        for (; sent < times && window.host.requestsOf('turn/cancel').length === 0; sent += 1) {
          window.host.notify('turn/delta', { turnId: 'turn-live', text, reasoning: '' });
          await new Promise((resolve) => setTimeout(resolve, 40));
        }
        return sent;
      },
      [piece, count] as const,
    );

  it.each<[string, string, number]>([
    ['prose of 8 MB', prose.repeat(850), 100],
    ['a line of 8 MB', 'x'.repeat(80_000), 100],
    ['a table without end', '| a | b | c | d |\n'.repeat(400), 100],
    ['code without end', `const x = compute(y) + 1; // again\n`.repeat(500), 100],
  ])('keeps the page alive, and Stop at hand: %s', async (name, piece, count) => {
    const begin = name.startsWith('code') ? '```ts\n' : name.startsWith('a table') ? cells(1, 4) : '';
    const page = await set.open(snapshot({ summary: summary(), turn: turn({ text: begin }) }));
    await page.evaluate(() => (window.host.longTasks.length = 0));
    await stream(page, piece, count);
    const further = stream(page, piece, mostFurther);
    const pressed = performance.now();
    await page.getByRole('button', { name: 'Stop' }).click();
    await waitForRequest(page, 'turn/cancel');
    const stopped = Math.round(performance.now() - pressed);
    const { elements, characters } = await drawn(page);
    console.log(
      `${name}: Stop after ${stopped} ms, ${elements} elements, ${characters} characters, longest task ${await longest(page)} ms`,
    );
    expect(await requestsOf(page, 'turn/cancel')).toHaveLength(1);
    expect(await further).toBeLessThan(mostFurther);
    expect(elements).toBeLessThan(40_000);
    expect(characters).toBeLessThan(450_000);
    await notify(page, 'turn/state', { turn: null });
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' });
  });

  it('says that only the end of it is shown', async () => {
    const page = await set.open(snapshot({ summary: summary(), turn: turn({ text: prose.repeat(5_000) }) }));
    await page.getByText('Only the end is shown until the reply is complete.').waitFor();
  });
});
