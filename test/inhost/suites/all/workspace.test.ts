import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

const folderCounts: Readonly<Record<string, number>> = { noFolder: 0, singleFolder: 1, multiRoot: 2, gitWorktree: 1 };

suite('the window of this run', () => {
  test('has the folders of its workspace kind', () => {
    const kind = process.env['REJOIN_TEST_KIND'] ?? '';
    assert.equal(vscode.workspace.workspaceFolders?.length ?? 0, folderCounts[kind]);
  });

  test('is trusted', () => {
    assert.equal(vscode.workspace.isTrusted, true);
  });

  test('has Rejoin under development', () => {
    const extension = vscode.extensions.getExtension('rejoin.rejoin');
    assert.equal(extension?.packageJSON.name, 'rejoin');
  });
});
