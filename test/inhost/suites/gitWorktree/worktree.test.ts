import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

suite('the worktree of this run', () => {
  test('is a linked worktree, whose .git is a file', () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    assert.equal(statSync(path.join(folder, '.git')).isFile(), true);
  });
});
