import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setup, suite, teardown, test } from 'mocha';
import * as vscode from 'vscode';
import { silentLogger } from '../../../../src/core/base/ports';
import type { ContextItem } from '../../../../src/core/session/contextItem';
import { AttachedAddresses } from '../../../../src/extension/context/attachedAddresses';
import { Attachments } from '../../../../src/extension/context/attachments';
import { createContextCommands } from '../../../../src/extension/context/contextCommands';
import { newSkill } from '../../../../src/extension/skills/newSkill';
import { SkillCatalog } from '../../../../src/extension/skills/skillCatalog';
import { FakeClock } from '../../../support/builders';

function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  return folder.uri.fsPath;
}

async function writeSkill(root: string, name: string, body = 'Text'): Promise<string> {
  const file = path.join(root, '.rejoin', 'skills', name, 'SKILL.md');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `---\nname: ${name}\ndescription: Use for ${name}\n---\n${body}\n`);
  return file;
}

/** Waits until the check holds; watchers take their time. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (const deadline = Date.now() + 15_000; ;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

suite('Skills on disk', () => {
  let home: string;
  let catalog: SkillCatalog;
  let changes: number;
  const names = async (): Promise<readonly string[]> => (await catalog.entries()).map(({ name }) => name);

  setup(async () => {
    home = await mkdtemp(path.join(await realpath(tmpdir()), 'rejoin-home-'));
    catalog = new SkillCatalog({ homeFolder: vscode.Uri.file(home), logger: silentLogger });
    changes = 0;
    catalog.onDidChange(() => changes++);
  });
  teardown(async () => {
    catalog.dispose();
    await rm(home, { recursive: true, force: true });
    await rm(path.join(workspaceFolder(), '.rejoin'), { recursive: true, force: true });
  });

  test('are followed in the workspace as they come, change and go', async () => {
    assert.deepEqual(await names(), []);
    const file = await writeSkill(workspaceFolder(), 'review');
    await eventually(async () => assert.deepEqual(await names(), ['review']));
    await writeFile(
      file,
      (await vscode.workspace.fs.readFile(vscode.Uri.file(file))).toString().replace('Text', 'New'),
    );
    await eventually(async () => assert.equal((await catalog.get('review')).skill.body, 'New'));
    await rm(path.join(workspaceFolder(), '.rejoin'), { recursive: true });
    await eventually(async () => assert.deepEqual(await names(), []));
    assert.ok(changes >= 3);
  });

  test('are followed in the home folder, also where it had no skills before', async () => {
    assert.deepEqual(await names(), []);
    await writeSkill(home, 'commit');
    await eventually(async () => assert.deepEqual(await names(), ['commit']));
  });

  test('are made by a command that shows them', async () => {
    const uri = await newSkill({ homeFolder: vscode.Uri.file(home) }, 'commit', { scope: 'user' });
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), uri?.toString());
    assert.equal((await catalog.get('commit')).scope, 'user');
    await assert.rejects(newSkill({ homeFolder: vscode.Uri.file(home) }, 'commit', { scope: 'user' }), {
      code: 'skill/exists',
    });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});

suite('Context of a session', () => {
  let folder: string;
  let attached: readonly ContextItem[];
  let attachments: Attachments;
  let commands: ReturnType<typeof createContextCommands>;
  const state = new Map<string, unknown>();

  setup(async () => {
    folder = path.join(workspaceFolder(), 'attached');
    await mkdir(path.join(folder, 'node_modules'), { recursive: true });
    await writeFile(path.join(folder, 'a.ts'), 'one\ntwo\nthree\n');
    await writeFile(path.join(folder, 'node_modules', 'b.js'), '');
    attached = [];
    const memento = {
      keys: () => [...state.keys()],
      get: <T>(key: string, fallback?: T) => (state.get(key) ?? fallback) as T,
      update: (key: string, value: unknown) => Promise.resolve(void state.set(key, value)),
    };
    attachments = new Attachments({
      context: {
        list: () => Promise.resolve(attached),
        put: (items) => Promise.resolve(void (attached = [...attached, ...items])),
      },
      addresses: new AttachedAddresses(memento),
      clock: new FakeClock(),
      logger: silentLogger,
    });
    commands = createContextCommands({ attachments, focusChat: () => Promise.resolve() });
  });
  teardown(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(folder, { recursive: true, force: true });
  });

  test('has files and folders under their paths, excluded files left out', async () => {
    await commands['rejoin.attachContext']([
      vscode.Uri.file(path.join(folder, 'a.ts')),
      vscode.Uri.file(folder).toString(),
    ]);
    assert.deepEqual(
      attached.map(({ type, key, value }) => [type, key, value]),
      [
        ['file', 'attached/a.ts', 'one\ntwo\nthree\n'],
        ['folder', 'attached', 'a.ts'],
      ],
    );
  });

  test('has the lines that are selected, reads them again and shows them where they are', async () => {
    const document = await vscode.workspace.openTextDocument(path.join(folder, 'a.ts'));
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(1, 0, 2, 0);
    await commands['rejoin.addSelectionToChat']();
    const [item] = attached;
    assert.ok(item);
    assert.deepEqual([item.key, item.value], ['attached/a.ts:2', 'two\n']);
    await editor.edit((edit) => edit.replace(new vscode.Range(1, 0, 2, 0), 'changed\n'));
    assert.deepEqual(
      (await attachments.refresh([item])).map(({ value }) => value),
      ['changed'],
    );
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await attachments.open(item);
    assert.deepEqual(vscode.window.activeTextEditor?.selection.start.line, 1);
  });

  test('takes no link out of the workspace', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'rejoin-outside-'));
    await writeFile(path.join(outside, 'private.txt'), 'Private');
    await symlink(outside, path.join(folder, 'link'));
    const uri = vscode.Uri.file(path.join(folder, 'link', 'private.txt'));
    await assert.rejects(async () => commands['rejoin.attachContext'](uri), { code: 'context/outside' });
    assert.deepEqual(attached, []);
    await rm(outside, { recursive: true });
  });
});
