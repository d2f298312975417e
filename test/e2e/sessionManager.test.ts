import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import type * as vscode from 'vscode';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { streamReply } from '../support/fakeModelReplies';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat } from './support/chat';
import { Workbench } from './support/workbench';

interface Summary {
  readonly id: string;
  readonly title: string;
  readonly provider: string;
  readonly model: string;
  readonly skill: string | null;
}

const skill = `---
name: review
description: Reviews a change, correctness first
---

Answer like a harbour master. $ARGUMENTS
`;

describe('a session with everything', () => {
  const rig = inject('rig');
  let first: FakeModelServer;
  let second: FakeModelServer;
  let workbench: Workbench;
  let chat: Chat;
  let folder: string;

  beforeAll(async () => {
    [first, second] = [await FakeModelServer.start(), await FakeModelServer.start()];
    folder = mkdtempSync(path.join(rig.runFolder, 'manager-'));
    mkdirSync(path.join(folder, '.rejoin', 'skills', 'review'), { recursive: true });
    writeFileSync(path.join(folder, '.rejoin', 'skills', 'review', 'SKILL.md'), skill);
    writeFileSync(path.join(folder, 'notes.txt'), 'High water at noon.');
    const provider = (id: string, label: string, server: FakeModelServer): object => ({
      id,
      label,
      kind: 'openai-compatible',
      baseUrl: server.baseUrl,
      models: [{ id: `${id}-small`, contextWindow: 32_000 }, `${id}-large`],
    });
    workbench = await Workbench.open(rig, folder, {
      settings: {
        'rejoin.providers': [provider('alpha', 'Alpha', first), provider('beta', 'Beta', second)],
        'rejoin.defaultModel': 'alpha/alpha-small',
        'rejoin.storage.path': path.join(rig.runFolder, 'manager-store'),
      },
    });
    chat = await Chat.open(workbench);
  });
  afterAll(async () => {
    await workbench.dispose();
    await Promise.all([first.dispose(), second.dispose()]);
  });

  const item = (text: string): Locator =>
    workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  const input = (): Locator => workbench.page.locator('.quick-input-widget input[type="text"]').first();
  const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);
  const step = (text: string): Promise<void> =>
    workbench.page.locator('.quick-input-widget').filter({ hasText: text }).waitFor();
  const newest = async (): Promise<Summary | undefined> =>
    (await workbench.executeCommand<Summary[]>('rejoin.listSessions'))[0];
  const lastBody = (server: FakeModelServer): string => server.completions.at(-1)?.bodyText ?? '';
  const exported = (): string => path.join(folder, 'harbour.rejoin.yaml');

  it('is created with a name, a provider, a model and a skill, with a way back', async () => {
    await workbench.runCommand('Rejoin: New Session');
    await step('Name of the session');
    await input().fill('Harbour');
    await press('Enter');
    await step('(2/4)');
    await item('Alpha').click();
    await step('(3/4)');
    await workbench.page.getByRole('button', { name: 'Back' }).click();
    await step('(2/4)');
    await workbench.screenshot('new-session-form');
    await item('Beta').click();
    await item('beta-large').click();
    await item('review').click();
    await expect.poll(newest).toMatchObject({
      title: 'Harbour',
      provider: 'beta',
      model: 'beta-large',
      skill: 'review',
    });

    await chat.ask('When is high water?', 'Hello from the fake model.');
    expect(second.completions.at(-1)?.body).toMatchObject({ model: 'beta-large' });
    expect(lastBody(second)).toContain('harbour master');
    expect(lastBody(second).split('harbour master')).toHaveLength(2);
  });

  it('is renamed, and a name that is taken gets a number', async () => {
    await workbench.executeCommand('rejoin.newSession', { title: 'Tides' });
    const tides = await newest();
    expect(tides).toMatchObject({ title: 'Tides' });
    expect(await workbench.executeCommand('rejoin.renameSession', tides?.id, 'harbour')).toMatchObject({
      title: 'harbour (2)',
    });
    await workbench.executeCommand('rejoin.deleteForever', tides?.id);
    await workbench.executeCommand('rejoin.openSession', 'Harbour');
    await workbench.runCommand('Rejoin: Rename Session');
    await step('New title of the session');
    await input().fill('Harbour watch');
    await press('Enter');
    await expect.poll(newest).toMatchObject({ title: 'Harbour watch' });
    await expect.poll(() => chat.frame.getByRole('heading', { name: 'Harbour watch' }).count()).toBe(1);
  });

  it('says before the next message that another provider will get the whole conversation', async () => {
    await workbench.executeCommand('rejoin.selectModel', 'alpha/alpha-small');
    const note = chat.frame.getByText('sends the whole conversation to Alpha; it was with Beta so far').first();
    await note.waitFor();
    await workbench.screenshot('sharing-note');
    first.enqueue(streamReply('Alpha has taken over.'));
    await chat.ask('And low water?', 'Alpha has taken over.');
    expect(lastBody(first)).toContain('When is high water?');
    await note.waitFor({ state: 'detached' });
    await chat.transcript.getByText('Model changed to alpha-small').waitFor();
    await chat.frame.getByRole('button', { name: /^Context: [\d,]+ of [\d,]+ tokens/ }).waitFor();
  });

  it('takes a file along, and again when the file has changed', async () => {
    await chat.button('Attach context').click();
    await item('Files…').click();
    await item('notes.txt').click();
    await press('Enter');
    await chat.frame.getByRole('list', { name: 'Attached context' }).getByText('notes.txt').waitFor();
    await workbench.screenshot('attached');
    first.enqueue(streamReply('Noon it is.'), streamReply('Nothing new.'), streamReply('One, then.'));
    await chat.ask('What do my notes say?', 'Noon it is.');
    expect(lastBody(first)).toContain('High water at noon.');
    await chat.ask('Sure?', 'Nothing new.');
    expect(lastBody(first).split('High water at noon.')).toHaveLength(2);
    writeFileSync(path.join(folder, 'notes.txt'), 'High water at one.');
    await chat.ask('And now?', 'One, then.');
    expect(lastBody(first)).toContain('High water at one.');
    await chat.questions.last().getByText('changed since').waitFor();
  });

  it('is written to a file that is checked, outlined and offered for import', async () => {
    await workbench.runCommand('Rejoin: Export Session');
    await item('Checkpoint (YAML)').click();
    await item('Absolute paths').waitFor();
    await workbench.screenshot('export-redaction');
    await press('Enter');
    await expect.poll(() => input().inputValue()).toMatch(/\.rejoin\.yaml$/);
    await input().fill(exported());
    await press('Enter');
    await expect.poll(() => readOrEmpty(exported())).toContain('Harbour watch');

    await workbench.openFile('harbour.rejoin.yaml');
    await workbench.page.locator('.codelens-decoration').getByText('Import as session').waitFor();
    await workbench.screenshot('checkpoint-editor');
    const symbols = await workbench.bridge.evaluate(async (api) => {
      const { uri } = api.window.activeTextEditor?.document ?? {};
      const namesOf = (found: readonly vscode.DocumentSymbol[]): readonly string[] =>
        found.flatMap(({ detail, children }) => [detail, ...namesOf(children)]);
      return namesOf(await api.commands.executeCommand('vscode.executeDocumentSymbolProvider', uri)).join('\n');
    });
    expect(symbols).toContain('When is high water?');
    expect(await problems()).toEqual([]);

    writeFileSync(exported(), readFileSync(exported(), 'utf8').replace(/message_count: \d+/, 'message_count: 999'));
    await expect.poll(problems, { timeout: 20_000 }).toEqual([expect.stringContaining('statistics')]);
    await workbench.screenshot('checkpoint-problem');
    await workbench.bridge.evaluate(async (api) => {
      const { document } = api.window.activeTextEditor ?? {};
      if (document === undefined) throw new Error('No editor is active.');
      const [problem] = api.languages.getDiagnostics(document.uri);
      const actions = await api.commands.executeCommand<{ edit?: vscode.WorkspaceEdit }[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        problem?.range,
      );
      const edit = actions.find((action) => action.edit !== undefined)?.edit;
      if (edit === undefined) throw new Error('No quick fix was offered.');
      await api.workspace.applyEdit(edit);
      await document.save();
    });
    await expect.poll(problems).toEqual([]);
  });

  it('comes back from its file after it was deleted, and the chat goes on', async () => {
    const id = (await newest())?.id;
    await workbench.executeCommand('rejoin.deleteForever', id);
    expect(await newest()).toBeUndefined();
    await workbench.page.locator('.codelens-decoration').getByText('Import as session').click();
    const dialog = workbench.page.getByRole('dialog').filter({ hasText: 'Import “Harbour watch”?' });
    await dialog.waitFor();
    await workbench.screenshot('import-preview');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await expect.poll(newest).toMatchObject({ id, title: 'Harbour watch', provider: 'alpha', skill: 'review' });
    await workbench.executeCommand('rejoin.openSession', id);
    chat = await Chat.open(workbench);
    await chat.questions.filter({ hasText: 'When is high water?' }).waitFor();
    first.enqueue(streamReply('Still here.'));
    await chat.ask('Are you there?', 'Still here.');
    expect(lastBody(first)).toContain('When is high water?');
    expect(lastBody(first)).toContain('harbour master');
  });

  async function problems(): Promise<readonly string[]> {
    return await workbench.bridge.evaluate((api) => {
      const { uri } = api.window.activeTextEditor?.document ?? {};
      if (uri === undefined) return ['no editor'];
      return api.languages
        .getDiagnostics(uri)
        .map(({ code, message }) => `${typeof code === 'object' ? code.value : String(code)} ${message}`);
    });
  }
});

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
