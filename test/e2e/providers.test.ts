import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat } from './support/chat';
import { Workbench } from './support/workbench';

describe('setting up a model', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let workbench: Workbench;

  beforeAll(async () => {
    model = await FakeModelServer.start();
    model.models = ['small', 'large'];
    workbench = await Workbench.open(rig, mkdtempSync(path.join(rig.runFolder, 'providers-')), { settings: {} });
  });
  beforeEach(() => model.reset());
  afterAll(async () => {
    await workbench.dispose();
    await model.dispose();
  });

  const item = (text: string): Locator =>
    workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text });
  const input = (): Locator => workbench.page.locator('.quick-input-widget input[type="text"]').first();
  const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);

  /** Types an address once its step is there: the steps share one widget. */
  async function typeAddress(address: string): Promise<void> {
    await expect.poll(() => input().getAttribute('placeholder')).toContain('llm.example');
    await input().fill(address);
    await press('Enter');
  }

  it('leads from kind to address to models, and reaches the server only when asked to', async () => {
    await workbench.runCommand('Rejoin: Add Provider');
    await item('Ollama').waitFor();
    await workbench.screenshot('add-provider-kinds');
    await item('OpenAI-compatible endpoint').click();

    await typeAddress('http://llm.example/v1');
    await workbench.page.getByText('This address is not encrypted.').first().waitFor();
    await typeAddress(model.baseUrl);

    await item('Fetch the list').waitFor();
    expect(model.requests).toHaveLength(0);
    await workbench.page.getByRole('button', { name: 'Back' }).click();
    await typeAddress(model.baseUrl);
    await item('Fetch the list').click();
    await item('large').waitFor();
    await workbench.screenshot('add-provider-models');
    await item('small').click();
    await workbench.page.getByText('1 Selected').waitFor();
    await press('Enter');
    await expect
      .poll(() =>
        workbench.executeCommand<{ id: string }>('rejoin.selectModel', '127.0.0.1/small').catch(() => undefined),
      )
      .toEqual({ provider: '127.0.0.1', model: 'small' });
    expect(model.requests.map(({ path: where }) => where)).toEqual(['/v1/models']);
  });

  it('offers models of the provider, and its whole list when asked', async () => {
    await workbench.runCommand('Rejoin: Choose Model');
    await item('small').filter({ hasText: 'current' }).waitFor();
    await workbench.screenshot('model-picker');
    await item('Fetch the list').click();
    await item('large').waitFor();
    await item('large').click();
    const chat = await Chat.open(workbench);
    await chat.ask('Hello', 'Hello from the fake model.');
    expect(model.completions[0]?.body).toMatchObject({ model: 'large' });
  });
});
