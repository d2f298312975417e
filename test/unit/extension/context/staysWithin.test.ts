import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import { staysWithin } from '../../../../src/extension/platform/staysWithin';
import { StubUri } from '../../../support/vscodeWorkspaceStub';

let folder: string;
const stays = (file: string, ...roots: readonly string[]): Promise<boolean> => {
  const uri = (name: string): vscode.Uri => StubUri.file(path.join(folder, name)) as unknown as vscode.Uri;
  return staysWithin(uri(file), roots.map(uri));
};

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'rejoin-links-')));
  await Promise.all(['shop', 'shop-old', 'docs'].map((name) => mkdir(path.join(folder, name))));
  await Promise.all(['shop/a', 'shop-old/a', 'docs/a', '..a'].map((name) => writeFile(path.join(folder, name), '')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const link = (from: string, to: string): Promise<void> => symlink(path.join(folder, to), path.join(folder, from));

describe('a file', () => {
  it('stays within its folder, the folder itself too', async () => {
    expect(await stays('shop/a', 'shop')).toBe(true);
    expect(await stays('shop', 'shop')).toBe(true);
    expect(await stays('..a', '.')).toBe(true);
  });

  it('does not stay within a folder whose name only begins like its own, nor within none', async () => {
    expect(await stays('shop-old/a', 'shop')).toBe(false);
    expect(await stays('shop/a')).toBe(false);
  });

  it('stays within any of several folders, links between them included', async () => {
    await link('shop/b', 'docs/a');
    expect(await stays('shop/b', 'shop')).toBe(false);
    expect(await stays('shop/b', 'shop', 'docs')).toBe(true);
  });

  it('stays within a folder that is itself a link', async () => {
    await link('linked', 'shop');
    expect(await stays('linked/a', 'linked')).toBe(true);
  });

  it('that is not there yet is where the folder above it is', async () => {
    await link('shop/out', 'docs');
    expect(await stays('shop/new/deep/b', 'shop')).toBe(true);
    expect(await stays('shop/out/new/b', 'shop')).toBe(false);
  });

  it('does not stay anywhere as a link that leads nowhere', async () => {
    await link('shop/b', 'shop/gone');
    expect(await stays('shop/b', 'shop')).toBe(false);
  });

  it('that is not on a disk has no links to follow', async () => {
    const uri = new StubUri('memfs', '', '/elsewhere') as unknown as vscode.Uri;
    expect(await staysWithin(uri, [])).toBe(true);
  });
});
