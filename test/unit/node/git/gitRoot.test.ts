import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGitRoot } from '../../../../src/node/git/gitRoot';

const hasGit = (() => {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('findGitRoot', () => {
  let base: string;
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'rejoin-git-')));
  });
  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  const at = (...parts: string[]): string => join(base, ...parts);

  async function makeFolder(...parts: string[]): Promise<string> {
    await mkdir(at(...parts), { recursive: true });
    return at(...parts);
  }

  async function makeFile(path: string, text: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }

  /** The files by which git knows a git folder. */
  async function makeGitFolder(...parts: string[]): Promise<string> {
    const folder = await makeFolder(...parts);
    await mkdir(join(folder, 'objects'));
    await mkdir(join(folder, 'refs'));
    await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
    return folder;
  }

  it('is null outside of a repository and for a folder that is not there', async () => {
    expect(await findGitRoot(await makeFolder('plain', 'deep'))).toBeNull();
    expect(await findGitRoot(at('missing'))).toBeNull();
  });

  it('is the folder with the git folder, seen from any depth', async () => {
    await makeGitFolder('shop', '.git');
    expect(await findGitRoot(at('shop'))).toBe(at('shop'));
    expect(await findGitRoot(await makeFolder('shop', 'src', 'cart'))).toBe(at('shop'));
    expect(await findGitRoot(at('shop', '.git', 'refs'))).toBe(at('shop'));
  });

  it.skipIf(process.platform === 'win32')('is a real path also through a link', async () => {
    await makeGitFolder('shop', '.git');
    await makeFolder('shop', 'src');
    await symlink(at('shop'), at('link'));
    await symlink(at('shop', 'src'), at('deep-link'));
    expect(await findGitRoot(at('link'))).toBe(at('shop'));
    expect(await findGitRoot(at('deep-link'))).toBe(at('shop'));
  });

  it('is the inner one of two repositories', async () => {
    await makeGitFolder('outer', '.git');
    await makeGitFolder('outer', 'inner', '.git');
    expect(await findGitRoot(at('outer', 'inner'))).toBe(at('outer', 'inner'));
  });

  it('passes over an empty folder that is only called .git', async () => {
    await makeGitFolder('shop', '.git');
    await makeFolder('shop', 'src', '.git');
    expect(await findGitRoot(at('shop', 'src'))).toBe(at('shop'));
  });

  it('is a bare repository itself', async () => {
    await makeGitFolder('shop.git');
    expect(await findGitRoot(at('shop.git'))).toBe(at('shop.git'));
    expect(await findGitRoot(at('shop.git', 'objects'))).toBe(at('shop.git'));
  });

  it('is that of the common git folder for a linked working tree, absolute or relative', async () => {
    await makeGitFolder('shop', '.git');
    for (const [name, gitdir, commondir] of [
      ['one', at('shop', '.git', 'worktrees', 'one'), '../..'],
      ['two', '../shop/.git/worktrees/two', at('shop', '.git')],
    ] as const) {
      const links = await makeFolder('shop', '.git', 'worktrees', name);
      await writeFile(join(links, 'HEAD'), 'ref: refs/heads/x\n');
      await writeFile(join(links, 'commondir'), `${commondir}\n`);
      await makeFile(at(name, '.git'), `gitdir: ${gitdir}\n`);
      expect(await findGitRoot(await makeFolder(name, 'src'))).toBe(at('shop'));
    }
  });

  it('is the bare repository for a working tree linked to one', async () => {
    await makeGitFolder('shop.git');
    const links = await makeFolder('shop.git', 'worktrees', 'main');
    await writeFile(join(links, 'HEAD'), 'ref: refs/heads/main\n');
    await writeFile(join(links, 'commondir'), '../..\n');
    await makeFile(at('main', '.git'), `gitdir: ${links}\r\n`);
    expect(await findGitRoot(at('main'))).toBe(at('shop.git'));
  });

  it('is its own for a submodule, shared with working trees linked to it', async () => {
    await makeGitFolder('shop', '.git');
    const module = await makeGitFolder('shop', '.git', 'modules', 'lib');
    await writeFile(join(module, 'config'), '[core]\n\tbare = false\n\tworktree = ../../../lib\n[user]\n\tname = x\n');
    await makeFile(at('shop', 'lib', '.git'), 'gitdir: ../.git/modules/lib\n');
    expect(await findGitRoot(await makeFolder('shop', 'lib', 'src'))).toBe(at('shop', 'lib'));

    const links = await makeFolder('shop', '.git', 'modules', 'lib', 'worktrees', 'fix');
    await writeFile(join(links, 'HEAD'), 'ref: refs/heads/fix\n');
    await writeFile(join(links, 'commondir'), '../..\n');
    await makeFile(at('lib-fix', '.git'), `gitdir: ${links}\n`);
    expect(await findGitRoot(at('lib-fix'))).toBe(at('shop', 'lib'));
  });

  it.each([
    ['empty', ''],
    ['of other text', 'hello\ngitdir: ../shop/.git\n'],
    ['without a target', 'gitdir: \n'],
    ['with a target that is gone', 'gitdir: ../gone/.git\n'],
    ['with a target that is no git folder', 'gitdir: ../plain\n'],
  ])('is null below a .git file that is %s, even inside another repository', async (_, text) => {
    await makeGitFolder('.git');
    await makeGitFolder('shop', '.git');
    await makeFolder('plain');
    await makeFile(at('broken', '.git'), text);
    expect(await findGitRoot(at('broken'))).toBeNull();
  });

  it('is itself for a folder that claims a repository which does not know of it', async () => {
    await makeGitFolder('shop', '.git');
    const links = await makeFolder('shop', '.git', 'worktrees', 'one');
    await writeFile(join(links, 'HEAD'), 'ref: refs/heads/x\n');
    await writeFile(join(links, 'commondir'), '../..\n');
    await writeFile(join(links, 'gitdir'), `${at('one', '.git')}\n`);
    await makeFile(at('one', '.git'), `gitdir: ${links}\n`);
    expect(await findGitRoot(at('one'))).toBe(at('shop'));

    await makeFile(at('borrowed', '.git'), `gitdir: ${links}\n`);
    expect(await findGitRoot(at('borrowed'))).toBe(at('borrowed'));

    const made = await makeFolder('forged', 'links');
    await writeFile(join(made, 'HEAD'), 'ref: refs/heads/x\n');
    await writeFile(join(made, 'commondir'), at('shop', '.git'));
    await makeFile(at('forged', '.git'), 'gitdir: links\n');
    expect(await findGitRoot(at('forged'))).toBe(at('forged'));

    const bare = await makeGitFolder('bare');
    await writeFile(join(bare, 'config'), `[core]\n\tworktree = ${at('shop')}\n`);
    expect(await findGitRoot(bare)).toBe(bare);
  });

  it('is still that of the repository after a working tree was moved', async () => {
    await makeGitFolder('shop', '.git');
    const links = await makeFolder('shop', '.git', 'worktrees', 'one');
    await writeFile(join(links, 'HEAD'), 'ref: refs/heads/x\n');
    await writeFile(join(links, 'commondir'), '../..\n');
    await writeFile(join(links, 'gitdir'), `${at('before', '.git')}\n`);
    await makeFile(at('after', '.git'), `gitdir: ${links}\n`);
    expect(await findGitRoot(at('after'))).toBe(at('shop'));
  });

  it.skipIf(process.platform === 'win32')('waits for no pipe and reads no more than git would write', async () => {
    await makeFolder('pipe');
    execFileSync('mkfifo', [at('pipe', '.git')]);
    expect(await findGitRoot(at('pipe'))).toBeNull();
    await makeFile(at('huge', '.git'), 'gitdir: ');
    await truncate(at('huge', '.git'), 50_000_000_000);
    expect(await findGitRoot(at('huge'))).toBeNull();
    await makeFolder('zero');
    await symlink('/dev/zero', at('zero', '.git'));
    expect(await findGitRoot(at('zero'))).toBeNull();
  });

  it('is null for a linked working tree whose repository is gone', async () => {
    const links = await makeFolder('elsewhere', 'worktrees', 'one');
    await writeFile(join(links, 'HEAD'), 'ref: refs/heads/x\n');
    await writeFile(join(links, 'commondir'), '../../gone\n');
    await makeFile(at('one', '.git'), `gitdir: ${links}\n`);
    expect(await findGitRoot(at('one'))).toBeNull();
  });

  describe.skipIf(!hasGit)('agrees with git', { timeout: 30_000 }, () => {
    const run = promisify(execFile);
    const git = async (folder: string, ...args: string[]): Promise<string> => {
      const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'protocol.file.allow=always'];
      const { stdout } = await run('git', [...identity, ...args], {
        cwd: folder,
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      });
      return stdout.trim();
    };

    async function makeRepository(name: string): Promise<string> {
      const folder = await makeFolder(name);
      await git(folder, 'init', '--quiet');
      await git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'first');
      return folder;
    }

    it('on a repository, its working trees and a submodule', async () => {
      const shop = await makeRepository('shop');
      const lib = await makeRepository('lib');
      await git(shop, 'submodule', '--quiet', 'add', lib, 'vendor/lib');
      await git(shop, 'worktree', 'add', '--quiet', '-b', 'fix', at('shop fix'));
      await git(at('shop', 'vendor', 'lib'), 'worktree', 'add', '--quiet', at('lib-fix'));
      expect(await findGitRoot(shop)).toBe(await git(shop, 'rev-parse', '--show-toplevel'));
      expect(await findGitRoot(at('shop fix'))).toBe(shop);
      expect(await findGitRoot(at('shop', 'vendor'))).toBe(shop);
      expect(await findGitRoot(at('shop', 'vendor', 'lib'))).toBe(at('shop', 'vendor', 'lib'));
      expect(await findGitRoot(at('lib-fix'))).toBe(at('shop', 'vendor', 'lib'));
    });

    it('on a bare repository and its working tree', async () => {
      const shop = await makeRepository('shop');
      await git(base, 'clone', '--quiet', '--bare', shop, 'shop.git');
      await git(at('shop.git'), 'worktree', 'add', '--quiet', '-b', 'fix', at('fix'));
      expect(await findGitRoot(at('shop.git'))).toBe(at('shop.git'));
      expect(await findGitRoot(at('fix'))).toBe(at('shop.git'));
    });
  });
});
