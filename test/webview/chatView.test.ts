import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LogBuilder, sessionId, snapshot, turn } from './support/conversation';
import { PageSet } from './support/pageSet';
import { answer, notify, refuse, requestsOf, showSnapshot, waitForRequest } from './support/pageHost';
import { resumed, states } from './support/states';

const set = new PageSet();
const open = set.open.bind(set);

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const log = (page: Page) => page.getByRole('log', { name: 'Conversation' });

describe('the chat view', () => {
  it('shows the conversation with its notice, at the end', async () => {
    const page = await open(resumed());
    await expect.poll(() => page.getByRole('status').textContent()).toMatch(/^Resumed · last active 5 minutes ago/);
    expect(await page.getByRole('button', { name: 'New session' }).count()).toBe(1);
    expect(await page.getByRole('article', { name: /^You, / }).count()).toBe(2);
    expect(await page.getByRole('article', { name: /^Assistant, / }).count()).toBe(2);
    const distance = await log(page).evaluate(
      (element) => element.scrollHeight - element.clientHeight - element.scrollTop,
    );
    expect(distance).toBeLessThan(2);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('status').count()).toBe(0);
    await page.getByRole('button', { name: 'New session' }).click();
    await waitForRequest(page, 'session/new');
  });

  it('sends what is typed, streams the reply and announces its begin and end only', async () => {
    const page = await open(snapshot());
    await answer(page, 'turn/start', { turnId: 'turn-live' });
    await message(page).fill('Hello there');
    await message(page).press('Enter');
    expect(await waitForRequest(page, 'turn/start')).toMatchObject({ sessionId, text: 'Hello there' });
    await expect.poll(() => message(page).inputValue()).toBe('');

    const events = new LogBuilder();
    await notify(page, 'session/eventsAppended', { events: [events.user('Hello there', { turn: 'turn-live' })] });
    await notify(page, 'turn/state', { turn: turn() });
    await expect.poll(() => page.locator('[aria-live=polite]').textContent()).toBe('Reply started');
    await notify(page, 'turn/delta', { turnId: 'turn-live', text: 'Hi, **you', reasoning: '' });
    await notify(page, 'turn/delta', { turnId: 'turn-live', text: '** there', reasoning: '' });
    await expect.poll(() => page.locator('article.assistant strong').textContent()).toBe('you');
    expect(await log(page).getAttribute('aria-live')).toBe('off');
    expect(await page.getByRole('button', { name: 'Send' }).count()).toBe(0);
    await page.locator('article.assistant').evaluate((element) => element.setAttribute('data-same', 'yes'));

    await notify(page, 'session/eventsAppended', { events: [events.text('Hi, **you** there', { turn: 'turn-live' })] });
    await notify(page, 'turn/state', { turn: null });
    await expect.poll(() => page.locator('[aria-live=polite]').textContent()).toBe('Reply finished, 3 words');
    expect(await page.locator('article.assistant[data-same=yes] strong').textContent()).toBe('you');
    expect(await page.getByRole('article').count()).toBe(2);
  });

  it('keeps the text and says why when a message could not be stored', async () => {
    const page = await open(snapshot());
    await refuse(page, 'turn/start', 'The disk is full.');
    await message(page).fill('Precious words');
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('The disk is full.');
    expect(await message(page).inputValue()).toBe('Precious words');
  });

  it('does not send while an input method composes', async () => {
    const page = await open(snapshot());
    await message(page).fill('にほん');
    await message(page).dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true });
    expect(await requestsOf(page, 'turn/start')).toEqual([]);
    expect(await message(page).inputValue()).toBe('にほん');
  });

  it('breaks the line with Shift+Enter, and sends no blanks', async () => {
    const page = await open(snapshot());
    await message(page).press('Shift+Enter');
    await message(page).pressSequentially('  ');
    await message(page).press('Enter');
    expect(await message(page).inputValue()).toBe('\n  ');
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    expect(await requestsOf(page, 'turn/start')).toEqual([]);
  });

  it('stops with Esc and keeps what is typed meanwhile', async () => {
    const page = await open(states.running());
    await message(page).fill('next');
    expect(await message(page).inputValue()).toBe('next');
    await message(page).press('Escape');
    expect(await waitForRequest(page, 'turn/cancel')).toEqual({ turnId: 't1' });
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(await requestsOf(page, 'turn/cancel')).toHaveLength(2);
  });

  it('asks before a tool runs', async () => {
    const page = await open(states.running());
    const card = page.getByRole('group', { name: 'The model wants to use run_terminal' });
    expect(await card.textContent()).toContain('npm test');
    await card.getByRole('button', { name: 'Allow in this session' }).click();
    expect(await waitForRequest(page, 'tool/respond')).toEqual({ turnId: 't1', callId: 'c9', decision: 'session' });
  });

  it('recalls earlier messages with Up and gives the draft back with Down', async () => {
    const page = await open(resumed());
    await message(page).fill('my draft');
    await message(page).press('Home');
    await message(page).press('ArrowUp');
    expect(await message(page).inputValue()).toBe('Yes please. The file is src/upload.ts');
    await message(page).press('ArrowUp');
    expect(await message(page).inputValue()).toBe('Why is the upload test flaky on CI?');
    await message(page).press('ArrowDown');
    await message(page).press('ArrowDown');
    expect(await message(page).inputValue()).toBe('my draft');
  });

  it('completes slash commands by keyboard', async () => {
    const page = await open(snapshot());
    await message(page).pressSequentially('/');
    expect(await page.getByRole('option').count()).toBe(9);
    await message(page).press('ArrowDown');
    expect(await message(page).getAttribute('aria-activedescendant')).toBe('command-model');
    await message(page).press('Escape');
    expect(await page.getByRole('option').count()).toBe(0);
    await message(page).fill('/re');
    await message(page).press('Tab');
    expect(await message(page).inputValue()).toBe('/rename ');
    await message(page).pressSequentially('A title');
    await message(page).press('Enter');
    expect(await waitForRequest(page, 'session/rename')).toEqual({ sessionId, title: 'A title' });
    await message(page).fill('/help');
    await message(page).press('Enter');
    await page.getByRole('region', { name: 'Commands' }).waitFor();
    await message(page).fill('/new');
    await message(page).press('Enter');
    await waitForRequest(page, 'session/new');
    await message(page).fill('/nope');
    await message(page).press('Enter');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('/nope');
    expect(await requestsOf(page, 'turn/start')).toEqual([]);
  });

  it('saves drafts per session at once when the page goes away, and brings them back', async () => {
    const page = await open(snapshot({ memory: { draft: 'left here', scroll: null } }));
    expect(await message(page).inputValue()).toBe('left here');
    await message(page).fill('left here and more');
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide')));
    expect(await requestsOf(page, 'memory/save')).toEqual([
      { sessionId, memory: { draft: 'left here and more', scroll: null } },
    ]);
    await message(page).fill('for the first');
    await showSnapshot(
      page,
      snapshot({ sessionId: 'other' as never, memory: { draft: 'of the other', scroll: null } }),
    );
    await expect.poll(() => message(page).inputValue()).toBe('of the other');
    expect((await requestsOf(page, 'memory/save')).at(-1)).toMatchObject({
      sessionId,
      memory: { draft: 'for the first' },
    });
  });

  it('renames in place', async () => {
    const page = await open(resumed());
    await page.getByRole('button', { name: /^Rename session/ }).press('F2');
    const box = page.getByRole('textbox', { name: 'Rename session' });
    await box.fill('A better title');
    await box.press('Enter');
    expect(await waitForRequest(page, 'session/rename')).toEqual({ sessionId, title: 'A better title' });
  });

  it('asks the host to open a link and never follows it', async () => {
    const page = await open(resumed());
    await page.getByRole('link', { name: 'the stream docs' }).click();
    expect(await waitForRequest(page, 'link/open')).toEqual({ href: 'https://nodejs.org/api/stream.html' });
    expect(page.url()).toContain('127.0.0.1');
  });

  it('draws references to characters, and links of every kind, with the parser that ships', async () => {
    const log = new LogBuilder();
    log.text(
      [
        '&copy; &mdash; &auml; &#x2713; &check; &hologram; `&amp;`',
        '[query](https://x.test/?a=1&amp;b=%7Bc%7D) <https://y.test/ü> https://müller.test/straße_(a). <mail@z.test>',
        '[r] and [x](<https://a.test/b c>)',
        '[r]: https://ref.test/&quot; "t"',
      ].join('\n\n'),
    );
    const page = await open(snapshot({ events: log.events }));
    const lines = await page.locator('.markdown p').allTextContents();
    expect(lines[0]).toBe('© — ä ✓ ✓ &hologram; &amp;');
    const links = await page.locator('.markdown a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    expect(links).toEqual([
      'https://x.test/?a=1&b=%7Bc%7D',
      'https://y.test/%C3%BC',
      'https://xn--mller-kva.test/stra%C3%9Fe_(a)',
      'mailto:mail@z.test',
      'https://ref.test/%22',
    ]);
    expect(lines[2]).toContain('x (https://a.test/b c)');
  });

  it('copies source, not what is drawn', async () => {
    const page = await open(resumed());
    await page.getByRole('button', { name: 'Copy code' }).click();
    expect((await waitForRequest(page, 'clipboard/write')).text).toMatch(/^export async function[\s\S]*\n}$/);
    await page.getByRole('button', { name: 'Insert at cursor' }).click();
    await waitForRequest(page, 'code/insert');
    await page.getByRole('button', { name: 'Open as file' }).click();
    expect(await waitForRequest(page, 'code/open')).toMatchObject({ language: 'ts' });
    await page.getByRole('button', { name: 'Copy message' }).last().click();
    expect((await requestsOf(page, 'clipboard/write')).at(-1)?.text).toMatch(/^The test fails because `uploadAll`/);
    await page.getByRole('button', { name: 'Copy conversation' }).click();
    await waitForRequest(page, 'session/copy');
  });

  it('offers to retry or go on after a failure', async () => {
    const page = await open(states.failed());
    expect(await page.getByRole('alert').textContent()).toContain('The connection broke off.');
    await page.getByRole('button', { name: 'Continue' }).click();
    await waitForRequest(page, 'turn/continue');
    await page.getByRole('button', { name: 'Retry' }).click();
    await waitForRequest(page, 'turn/retry');
    await page.getByRole('button', { name: 'Regenerate answer' }).click();
    expect(await waitForRequest(page, 'turn/regenerate')).toEqual({ sessionId, eventId: 'event-000002' });
  });

  it('can be walked through by keyboard, and Esc leads back to the composer', async () => {
    const page = await open(resumed());
    await message(page).focus();
    await page.keyboard.press('Control+ArrowUp');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label')?.split(',')[0]);
    expect(await focused()).toBe('Assistant');
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe('You');
    await page.keyboard.press('Home');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Why is the upload test flaky');
    expect(await page.locator('article[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(focused).toBe('Message');
  });
});
