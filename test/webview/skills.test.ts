import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SkillStatus } from '../../src/protocol/chatProtocol';
import { LogBuilder, sessionId, snapshot } from './support/conversation';
import { answer, notify, refuse, requestsOf, waitForRequest } from './support/pageHost';
import { PageSet } from './support/pageSet';

const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

const skill: SkillStatus = {
  current: 'review',
  missing: false,
  available: [
    { name: 'new', description: 'Never reached by its name' },
    { name: 'release-notes', description: 'Writes release notes from the log' },
    { name: 'review', description: 'Reviews a change' },
  ],
};
const message = (page: Page) => page.getByRole('textbox', { name: 'Message' });
const options = (page: Page) => page.getByRole('option').allTextContents();
const choose = (page: Page) => page.getByRole('button', { name: 'Choose skill', exact: true });

describe('the skill of a session', () => {
  it('is shown at its button, and that it is missing', async () => {
    const page = await set.open(snapshot({ skill }));
    expect(await choose(page).getAttribute('aria-describedby')).toBe('skill-label');
    expect(await page.locator('#skill-label').textContent()).toBe('review');
    await choose(page).click();
    expect(await waitForRequest(page, 'skill/pick')).toEqual({});
    const { model, workspace, store } = snapshot();
    const status = { model, workspace, store, showSummaries: false, enterSends: true };
    await notify(page, 'status/updated', { ...status, skill: { ...skill, missing: true } });
    await expect.poll(() => page.locator('#skill-label').textContent()).toBe('review (not found)');
    await notify(page, 'status/updated', { ...status, skill: { ...skill, current: null } });
    await expect.poll(() => page.locator('#skill-label').count()).toBe(0);
    expect(await choose(page).count()).toBe(1);
  });

  it('is chosen by command, with its name or without', async () => {
    const page = await set.open(snapshot({ skill }));
    for (const text of ['/skill review', '/skill']) {
      await message(page).fill(text);
      await message(page).press('Escape');
      await message(page).press('Enter');
      await expect.poll(() => message(page).inputValue()).toBe('');
    }
    expect(await requestsOf(page, 'skill/pick')).toEqual([{ name: 'review' }, {}]);
  });

  it('leaves a line where it changed, and its name at the answers made under it', async () => {
    const log = new LogBuilder();
    log.user('Hello');
    log.add({ type: 'skill_changed', from: null, to: 'review' });
    log.text('Done', { skill: 'review' });
    log.add({ type: 'skill_changed', from: 'review', to: null });
    const page = await set.open(snapshot({ events: log.events }));
    expect(await page.locator('.divider').allTextContents()).toEqual(['Skill set to review', 'Skill turned off']);
    expect(await page.locator('article.assistant .message-footer').textContent()).toContain('review');
  });

  it('leaves none before the first message, until which the way to begin is shown', async () => {
    const log = new LogBuilder();
    log.add({ type: 'skill_changed', from: null, to: 'review' });
    const page = await set.open(snapshot({ events: log.events }));
    await page.getByRole('heading', { name: 'Start a conversation' }).waitFor();
    await notify(page, 'session/eventsAppended', { events: [log.user('Hello')] });
    await page.getByRole('article', { name: /^You/ }).waitFor();
    expect(await page.locator('.divider').count()).toBe(0);
  });
});

describe('a skill that is called', () => {
  it('is offered with the commands and their descriptions, and completed before it is sent', async () => {
    const page = await set.open(snapshot({ skill }));
    await answer(page, 'turn/start', { turnId: 'turn-live' });
    await message(page).pressSequentially('/');
    expect((await options(page)).slice(0, 3)).toEqual([
      '/newEnd this session and start a new one',
      '/modelChoose the model that answers',
      '/skillChoose the skill of this session: /skill name',
    ]);
    expect((await options(page)).slice(-2)).toEqual([
      '/release-notesWrites release notes from the log',
      '/reviewReviews a change',
    ]);
    await message(page).fill('/rln');
    expect(await options(page)).toEqual(['/release-notesWrites release notes from the log']);
    await message(page).press('Enter');
    expect(await message(page).inputValue()).toBe('/release-notes ');
    expect(await requestsOf(page, 'turn/start')).toEqual([]);
    await message(page).pressSequentially('for 2.4');
    await message(page).press('Enter');
    expect(await waitForRequest(page, 'turn/start')).toMatchObject({
      sessionId,
      text: 'for 2.4',
      skill: 'release-notes',
    });
    await expect.poll(() => message(page).inputValue()).toBe('');

    await message(page).fill('/review');
    await message(page).press('Enter');
    await expect.poll(async () => (await requestsOf(page, 'turn/start')).length).toBe(2);
    expect((await requestsOf(page, 'turn/start')).at(-1)).toMatchObject({ text: '', skill: 'review' });
  });

  it('is chosen from a long list with the arrow keys, which keep it in sight', async () => {
    const available = Array.from({ length: 40 }, (_, index) => ({ name: `skill-${String(index)}`, description: 'x' }));
    const page = await set.open(snapshot({ skill: { ...skill, available } }));
    await message(page).pressSequentially('/skill-');
    await message(page).press('ArrowUp');
    expect(await message(page).getAttribute('aria-activedescendant')).toBe('command-skill-39');
    const inSight = await page.getByRole('option', { selected: true }).evaluate((option) => {
      const box = option.getBoundingClientRect();
      const list = option.parentElement?.getBoundingClientRect();
      return list !== undefined && box.top >= list.top && box.bottom <= list.bottom;
    });
    expect(inSight).toBe(true);
    await message(page).press('Tab');
    expect(await message(page).inputValue()).toBe('/skill-39 ');
  });

  it('stays in the box when it cannot be used, with the words of the host', async () => {
    const page = await set.open(snapshot({ skill }));
    await refuse(page, 'turn/start', 'The disk is full.');
    await message(page).fill('/review all of it');
    await message(page).press('Enter');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('The disk is full.');
    expect(await message(page).inputValue()).toBe('/review all of it');
  });

  it('stands in the conversation as a message of the person, with what the model was told', async () => {
    const log = new LogBuilder();
    log.add({ type: 'skill_invocation', name: 'review', arguments: 'src/a.ts', content: 'Review src/a.ts closely.' });
    log.add({ type: 'skill_invocation', name: 'review', arguments: null, content: 'Review.' });
    const page = await set.open(snapshot({ events: log.events }));
    const sent = page.getByRole('article', { name: /^You, / }).first();
    expect(await page.getByRole('article', { name: /^You, / }).count()).toBe(2);
    expect(await sent.textContent()).toContain('/reviewsrc/a.ts');
    expect(await sent.textContent()).not.toContain('closely');
    await sent.getByText('What /review told the model').click();
    await sent.getByText('Review src/a.ts closely.').waitFor();
    await sent.getByRole('button', { name: 'Copy message' }).click();
    expect(await waitForRequest(page, 'clipboard/write')).toEqual({ text: '/review src/a.ts' });
    await message(page).focus();
    await message(page).press('ArrowUp');
    expect(await message(page).inputValue()).toBe('/review');
  });
});

describe('commands', () => {
  it('ask the host for what they are named after', async () => {
    const page = await set.open(snapshot());
    for (const text of ['/attach', '/compact', '/export', '/import']) {
      await message(page).fill(text);
      await message(page).press('Enter');
      await expect.poll(() => message(page).inputValue()).toBe('');
    }
    await waitForRequest(page, 'context/attach');
    await waitForRequest(page, 'compaction/start');
    await waitForRequest(page, 'session/export');
    await waitForRequest(page, 'session/import');
    await message(page).fill('/help');
    await message(page).press('Enter');
    const terms = page.getByRole('region', { name: 'Commands' }).getByRole('term');
    expect(await terms.allTextContents()).toEqual([
      '/new',
      '/model',
      '/skill',
      '/rename',
      '/attach',
      '/compact',
      '/export',
      '/import',
      '/help',
    ]);
  });
});
