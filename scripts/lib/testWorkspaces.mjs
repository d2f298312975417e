import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runChecked } from './run.mjs';

/** Each kind of workspace and how to make one below `folder`; gives what VS Code is to open, or undefined for nothing. */
export const workspaceKinds = {
  noFolder: async () => undefined,
  singleFolder: async (folder) => makeFolder(path.join(folder, 'single')),
  multiRoot: async (folder) => {
    const roots = ['first', 'second'].map((name) => makeFolder(path.join(folder, name)));
    const file = path.join(folder, 'two-roots.code-workspace');
    writeFileSync(file, JSON.stringify({ folders: roots.map((root) => ({ path: root })) }));
    return file;
  },
  gitWorktree: async (folder) => {
    const main = makeFolder(path.join(folder, 'main-worktree'));
    const linked = path.join(folder, 'linked-worktree');
    const identity = ['-c', 'user.name=Rejoin', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
    await runChecked('git', ['init', '--quiet', '--initial-branch=main'], { cwd: main });
    await runChecked('git', ['add', '--all'], { cwd: main });
    await runChecked('git', [...identity, 'commit', '--quiet', '--message', 'first'], { cwd: main });
    await runChecked('git', ['worktree', 'add', '--quiet', '-b', 'side', linked], { cwd: main });
    return linked;
  },
};

function makeFolder(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'readme.txt'), 'A folder of a test.\n');
  return folder;
}
