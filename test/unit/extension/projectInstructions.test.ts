import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../src/core/base/ports';
import { readProjectInstructions, staysInside } from '../../../src/extension/chat/projectInstructions';
import { openStubFolders, resetStubWindow, vscodeWorkspaceStub } from '../../support/vscodeWorkspaceStub';

vi.mock('vscode', async () => (await import('../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

describe('the name of the instructions file', () => {
  it.each(['AGENTS.md', 'docs/agents.md', '.github/copilot-instructions.md', './x.md'])('may be %s', (name) => {
    expect(staysInside(name)).toBe(true);
  });

  it.each(['../AGENTS.md', 'docs/../../x', '/etc/passwd', '\\\\server\\share', 'C:\\x.md', 'c:/x', 'a\0b', '..\\x'])(
    'may not lead out of the folder: %s',
    (name) => {
      expect(staysInside(name)).toBe(false);
    },
  );
});

describe('the instructions of a folder', () => {
  let folder: string;
  beforeEach(async () => {
    resetStubWindow();
    folder = await mkdtemp(path.join(tmpdir(), 'rejoin-instructions-'));
    openStubFolders({ shop: folder });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const read = (name = 'AGENTS.md'): Promise<string> =>
    readProjectInstructions(undefined, { fileName: () => name, logger: silentLogger });

  it('are read in a workspace that is trusted, and in no other', async () => {
    await writeFile(path.join(folder, 'AGENTS.md'), 'Be brief.');
    expect(await read()).toBe('Be brief.');
    vscodeWorkspaceStub.workspace.isTrusted = false;
    expect(await read()).toBe('');
  });

  it.runIf(process.platform === 'linux')('are bounded, and come from nowhere else', async () => {
    await writeFile(path.join(folder, 'long.md'), 'x');
    await truncate(path.join(folder, 'long.md'), 100_000_000_000);
    expect(await read('long.md')).toMatch(/^x\0+\n\[The file is longer; the rest was left out\.\]$/);
    execFileSync('mkfifo', [path.join(folder, 'pipe.md')]);
    await symlink('/etc/passwd', path.join(folder, 'link.md'));
    await symlink('/dev/zero', path.join(folder, 'zero.md'));
    for (const name of ['pipe.md', 'link.md', 'zero.md', '../../etc/passwd', 'none.md', '.']) {
      expect(await read(name)).toBe('');
    }
  });
});
