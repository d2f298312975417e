import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PageSet } from './support/pageSet';
import { notify, requestsOf, waitForRequest } from './support/pageHost';
import { summary } from './support/conversation';
import { states } from './support/states';

const set = new PageSet();

beforeAll(() => set.start());
afterEach(() => set.closePages());
afterAll(() => set.dispose());

describe('the empty screen', () => {
  it('has the recent sessions of the folder one click away, and follows the list', async () => {
    const page = await set.open(states.empty());
    await page.getByRole('button', { name: /^Fix the flaky upload test/ }).waitFor();
    await page.getByRole('button', { name: /^Explain the retry logic/ }).waitFor();
    const renamed = summary('Renamed meanwhile');
    await notify(page, 'recent/updated', { recent: [renamed] });
    await page.getByRole('button', { name: /^Renamed meanwhile/ }).click();
    expect(await waitForRequest(page, 'session/open')).toEqual({ sessionId: renamed.id });
    expect(await page.getByRole('button', { name: /^Fix the flaky/ }).count()).toBe(0);
  });

  it('names composer and buttons as screen readers and tests find them', async () => {
    const page = await set.open(states.empty());
    await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).waitFor();
    await page.getByRole('button', { name: /^Choose model/ }).click();
    await waitForRequest(page, 'model/pick');
  });

  it('says what to do without a model, and sends nothing', async () => {
    const page = await set.open(states['no-model']());
    const box = page.getByRole('textbox', { name: 'Message', exact: true });
    await box.fill('Hello');
    await box.press('Enter');
    await expect.poll(() => box.inputValue()).toBe('Hello');
    expect(await requestsOf(page, 'turn/start')).toEqual([]);
    await page.locator('button.primary').click();
    await waitForRequest(page, 'provider/add');
  });

  it('gives the words of a store that cannot be opened and both ways out of it', async () => {
    const page = await set.open(states['store-unavailable']());
    await page.getByText('sessions.db is not a database.').waitFor();
    await page.getByRole('button', { name: 'Try Again' }).click();
    await waitForRequest(page, 'store/retry');
    await page.getByRole('button', { name: 'Chat Without Saving' }).click();
    await waitForRequest(page, 'store/useMemory');
  });
});
