import { mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Workbench } from './support/workbench';

describe('the end-to-end rig', () => {
  const rig = inject('rig');
  const probe = path.join(rig.projectRoot, 'test', 'e2e', 'extensions', 'rig-probe');
  let folder: string;
  let workbench: Workbench;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(rig.runFolder, 'folder-'));
    writeFileSync(path.join(folder, 'readme.txt'), 'Hello');
    workbench = await Workbench.open(rig, folder, {
      extensionPath: probe,
      settings: { 'rigProbe.greeting': 'from the user settings' },
    });
  });

  afterAll(async () => {
    await workbench.dispose();
  });

  it('runs a command of the extension under development with arguments and gives its result', async () => {
    const result = await workbench.executeCommand('rigProbe.echo', 'one', { two: 2 });
    expect(result).toMatchObject({ args: ['one', { two: 2 }] });
  });

  it('applies application settings from the user settings file', async () => {
    expect(await workbench.executeCommand('rigProbe.echo', 1)).toMatchObject({ greeting: 'from the user settings' });
  });

  it('opens the folder trusted', async () => {
    const state = await workbench.bridge.evaluate((vscode) => ({
      trusted: vscode.workspace.isTrusted,
      folders: vscode.workspace.workspaceFolders?.map((each) => each.uri.fsPath),
    }));
    expect(state).toEqual({ trusted: true, folders: [folder] });
  });

  it('runs a command from the palette', async () => {
    await workbench.runCommand('Rig Probe: Echo');
    await workbench.page.getByText('Rig Probe ran').first().waitFor();
  });

  it('finds the frame of a webview view and types into it, and again after a reload', async () => {
    await workbench.executeCommand('rigProbe.view.focus');
    const frame = await workbench.chatFrame('#probe');
    await frame.getByRole('textbox', { name: 'Message' }).fill('typed');
    expect(await frame.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('typed');
    const before = workbench.bridge.pid;
    await workbench.reloadWindow();
    expect(workbench.bridge.pid).not.toBe(before);
    await workbench.executeCommand('rigProbe.view.focus');
    const again = await workbench.chatFrame('#probe');
    expect(await again.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('');
  });

  it('kills an extension host and connects to the next after a reload', async () => {
    const before = workbench.bridge.pid;
    await workbench.bridge.killExtensionHost();
    await expect.poll(() => isAlive(before)).toBe(false);
    await workbench.reloadWindow();
    expect(await workbench.executeCommand('rigProbe.echo', 'back')).toMatchObject({ args: ['back'] });
  });

  it('opens a second window beside the first, in Restricted Mode', async () => {
    const other = mkdtempSync(path.join(rig.runFolder, 'other-'));
    const second = await Workbench.open(rig, other, { extensionPath: probe, trust: false });
    try {
      expect(await second.bridge.evaluate((vscode) => vscode.workspace.isTrusted)).toBe(false);
      expect(second.bridge.pid).not.toBe(workbench.bridge.pid);
    } finally {
      await second.dispose();
    }
  });
});

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}
