import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { stepsReply } from '../support/fakeModelReplies';
import { FakeModelServer } from '../support/fakeModelServer';
import { Chat, fakeModelSettings } from './support/chat';
import { messagesOf } from './support/requests';
import { querySql } from './support/storeFile';
import { Workbench, type OpenOptions } from './support/workbench';

const git = (cwd: string, ...args: readonly string[]): unknown =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd, stdio: 'pipe' });

describe('which session resumes', () => {
  const rig = inject('rig');
  let model: FakeModelServer;
  let first: Workbench;
  const opened: Workbench[] = [];

  beforeAll(async () => {
    model = await FakeModelServer.start();
    first = await Workbench.open(rig, newFolder(), { settings: fakeModelSettings(model) });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((workbench) => workbench.dispose()));
    model.reset();
  });
  afterAll(async () => {
    await first.dispose();
    await model.dispose();
  });

  function newFolder(): string {
    return mkdtempSync(path.join(rig.runFolder, 'rules-'));
  }

  function newRepository(): string {
    const folder = newFolder();
    mkdirSync(path.join(folder, 'packages', 'shop'), { recursive: true });
    writeFileSync(path.join(folder, 'readme.md'), '# Shop');
    git(folder, 'init', '--quiet');
    git(folder, 'add', '.');
    git(folder, 'commit', '--quiet', '--message', 'Start');
    return folder;
  }

  async function open(target: string | undefined, options: OpenOptions = {}): Promise<Workbench> {
    const workbench = await Workbench.open(rig, target, {
      beside: first,
      ...options,
      settings: { ...fakeModelSettings(model), ...options.settings },
    });
    opened.push(workbench);
    return workbench;
  }

  /** A folder with one answered question, in a window that was closed again. */
  async function talkIn(target: string | undefined): Promise<void> {
    const workbench = await open(target);
    const chat = await Chat.open(workbench);
    await chat.ask('Remember the word heron', 'Hello from the fake model.');
    opened.splice(opened.indexOf(workbench), 1);
    await workbench.dispose();
  }

  async function expectResumed(workbench: Workbench): Promise<Chat> {
    const chat = await Chat.open(workbench);
    await chat.notice.waitFor();
    expect(await chat.questions.first().innerText()).toContain('Remember the word heron');
    return chat;
  }

  async function expectFresh(workbench: Workbench): Promise<Chat> {
    const chat = await Chat.open(workbench);
    await chat.frame.getByText('Start a conversation').waitFor();
    expect(await chat.notice.count()).toBe(0);
    expect(await chat.messages.count()).toBe(0);
    return chat;
  }

  it('comes back in another folder of the same repository, and an exact folder wins over it', async () => {
    const repository = newRepository();
    await talkIn(repository);
    const elsewhere = await open(path.join(repository, 'packages', 'shop'));
    const chat = await expectResumed(elsewhere);
    await chat.button('New session').first().click();
    await chat.ask('Only in the shop', 'Hello from the fake model.');
    await querySql(rig, 'UPDATE sessions SET ended_at = NULL WHERE directory = ?', repository);

    await expectResumed(await open(repository));
  });

  it('comes back in a worktree of the repository', async () => {
    const repository = newRepository();
    await talkIn(repository);
    const worktree = path.join(newFolder(), 'feature');
    git(repository, 'worktree', 'add', '--quiet', worktree);
    await expectResumed(await open(worktree));
  });

  it('comes back when the folder is opened through a symbolic link', async () => {
    const folder = newFolder();
    await talkIn(folder);
    const link = path.join(newFolder(), 'link');
    symlinkSync(folder, link);
    await expectResumed(await open(link));
  });

  it('does not come back in another folder', async () => {
    await talkIn(newFolder());
    await expectFresh(await open(newFolder()));
  });

  it('does not come back with continueMinutes 0, but stays in the list', async () => {
    const folder = newFolder();
    await talkIn(folder);
    const workbench = await open(folder, { settings: { 'rejoin.session.continueMinutes': 0 } });
    const chat = await expectFresh(workbench);
    await chat.frame.getByRole('button', { name: /Remember the word heron/ }).click();
    await chat.questions.first().waitFor();
    expect(await chat.notice.count()).toBe(0);
  });

  it('does not come back when its time has passed or lies far ahead, and does with a clock slightly ahead', async () => {
    const folder = newFolder();
    await talkIn(folder);
    const moveTo = (ms: number): Promise<unknown> =>
      querySql(rig, 'UPDATE sessions SET updated_at = ? WHERE directory = ?', Date.now() + ms, folder);
    await moveTo(-61 * 60_000);
    await expectFresh(await open(folder));
    await moveTo(60 * 60_000);
    await expectFresh(await open(folder));
    await moveTo(2 * 60_000);
    await expectResumed(await open(folder));
  });

  it('does not come back after /new or when archived', async () => {
    const folder = newFolder();
    await talkIn(folder);
    const workbench = await open(folder);
    const chat = await expectResumed(workbench);
    await chat.send('/new');
    await expectFresh(workbench);
    await workbench.reloadWindow();
    await expectFresh(workbench);
    expect(await querySql(rig, 'SELECT id FROM sessions WHERE directory = ?', folder)).toHaveLength(1);

    const other = newFolder();
    await talkIn(other);
    const [session] = await querySql<{ id: string }>(rig, 'SELECT id FROM sessions WHERE directory = ?', other);
    const second = await open(other);
    await second.executeCommand('rejoin.archiveSession', session?.id);
    await second.reloadWindow();
    await expectFresh(second);
  });

  it('comes back without a folder, in a window without one', async () => {
    await talkIn(undefined);
    await expectResumed(await open(undefined));
  });

  it('answers with a model of another extension, and with it again after a reload', async () => {
    const workbench = await open(newFolder(), { settings: { 'rejoin.defaultModel': 'vscode:fakelm/echo-1' } });
    const chat = await Chat.open(workbench);
    await chat.ask('Who are you?', 'VS Code model says: Who are you?');
    workbench.setSettings(fakeModelSettings(model));
    const again = await chat.reload();
    await again.notice.waitFor();
    await again.ask('And now?', /VS Code model says: .*And now\?/s);
    expect(model.completions).toHaveLength(0);
  });

  it('shows what had arrived when the extension host is killed, and retries without a second question', async () => {
    const folder = newFolder();
    const workbench = await open(folder);
    const chat = await Chat.open(workbench);
    model.enqueue(stepsReply([{ kind: 'text', text: 'The first half of the answer' }, { kind: 'stall' }]));
    await chat.send('Tell me a story');
    await chat.answers.last().filter({ hasText: 'The first half of the answer' }).waitFor();
    await expect
      .poll(
        () =>
          querySql<{ content: string }>(
            rig,
            'SELECT content FROM partial_replies WHERE session_id IN (SELECT id FROM sessions WHERE directory = ?)',
            folder,
          ),
        { timeout: 3000 },
      )
      .toEqual([{ content: 'The first half of the answer' }]);
    await workbench.bridge.killExtensionHost();
    await workbench.reloadWindow();

    const again = await Chat.open(workbench);
    await again.notice.filter({ hasText: 'interrupted' }).waitFor();
    expect(await again.answers.last().innerText()).toContain('The first half of the answer');
    await again.button('Continue').waitFor();
    model.reset();
    await again.button('Retry').click();
    await again.answers.last().filter({ hasText: 'Hello from the fake model.' }).waitFor();
    expect(await again.questions.count()).toBe(1);
    const contents = messagesOf(model.completions[0]).map(({ content }) => content);
    expect(contents.filter((content) => String(content).includes('Tell me a story'))).toHaveLength(1);
    expect(contents.join('\n')).not.toContain('The first half');
  });
});
