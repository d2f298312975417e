import { execFileSync } from 'node:child_process';
import { rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { maxSkillLength } from '../../../../src/core/skill/skillFile';
import { grantStubTrust, openStubFolders, stubWindow, vscodeWorkspaceStub } from '../../../support/vscodeWorkspaceStub';
import { SkillFixture, skillText } from './skillFixture';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

const toolsFault = 'A list of the names of tools is expected; an empty list allows none.';
let fixture: SkillFixture;
const names = async (): Promise<readonly string[]> => (await fixture.catalog.entries()).map(({ name }) => name);

beforeEach(async () => {
  fixture = await SkillFixture.create();
});
afterEach(() => fixture.dispose());

describe('the skills of a window', () => {
  it('come from its folders and from the home folder, by name', async () => {
    await fixture.add(fixture.shop, 'review');
    await fixture.add(fixture.home, 'commit');
    expect(await fixture.catalog.entries()).toMatchObject([
      { kind: 'usable', name: 'commit', scope: 'user', skill: { description: 'Use for commit', tools: null } },
      { kind: 'usable', name: 'review', scope: 'workspace' },
    ]);
  });

  it.runIf(process.platform === 'linux')('are read in bounded time where a file of them would never end', async () => {
    const [pipe, huge] = [await fixture.add(fixture.shop, 'pipe'), await fixture.add(fixture.shop, 'huge')];
    await rm(pipe);
    execFileSync('mkfifo', [pipe]);
    await truncate(huge, 100_000_000_000);
    await fixture.add(fixture.shop, 'review');
    expect(await fixture.catalog.entries()).toMatchObject([
      { kind: 'bad', name: 'huge' },
      { kind: 'bad', name: 'pipe' },
      { kind: 'usable', name: 'review' },
    ]);
  });

  it('are those of the workspace where the home folder has one of the same name', async () => {
    await fixture.add(fixture.home, 'review', '', 'Mine');
    await fixture.add(fixture.shop, 'review', '', 'Of the project');
    expect((await fixture.catalog.get('Review')).skill.body).toBe('Of the project');
    expect(await names()).toEqual(['review']);
  });

  it('come from the folder that stands first where several have one of the same name', async () => {
    const second = path.join(fixture.folder, 'second');
    openStubFolders({ shop: fixture.shop, second });
    await fixture.add(second, 'review', '', 'Second');
    await fixture.add(fixture.shop, 'review', '', 'First');
    expect((await fixture.catalog.get('review')).skill.body).toBe('First');
  });

  it('are only those of the person in a workspace that is not trusted, and all of them once it is', async () => {
    vscodeWorkspaceStub.workspace.isTrusted = false;
    await fixture.add(fixture.shop, 'review');
    await fixture.add(fixture.home, 'commit');
    const changed = vi.fn();
    fixture.catalog.onDidChange(changed);
    expect(await names()).toEqual(['commit']);
    grantStubTrust();
    expect(changed).toHaveBeenCalledTimes(1);
    expect(await names()).toEqual(['commit', 'review']);
  });

  it('follow a link within the folder and none that leads out of it', async () => {
    const outside = path.join(fixture.folder, 'outside.md');
    await writeFile(outside, skillText('outside'));
    const inside = await fixture.add(fixture.shop, 'review');
    await fixture.write(fixture.shop, 'linked', '');
    await fixture.write(fixture.shop, 'outside', '');
    for (const [name, target] of [
      ['linked', inside],
      ['outside', outside],
    ] as const) {
      const file = path.join(fixture.shop, '.rejoin/skills', name, 'SKILL.md');
      await rm(file);
      await symlink(target, file);
    }
    expect((await fixture.catalog.entries()).map(({ kind, name }) => [kind, name])).toEqual([
      ['bad', 'outside'],
      ['usable', 'review'],
    ]);
    await expect(fixture.catalog.get('outside')).rejects.toMatchObject({ code: 'skill/invalid' });
  });

  it('follow a link in the home folder, where people keep such files elsewhere', async () => {
    const elsewhere = path.join(fixture.folder, 'dotfiles.md');
    await writeFile(elsewhere, skillText('commit'));
    const file = await fixture.write(fixture.home, 'commit', '');
    await rm(file);
    await symlink(elsewhere, file);
    expect((await fixture.catalog.get('commit')).skill.name).toBe('commit');
  });

  it('leave out folders without a file', async () => {
    await rm(await fixture.write(fixture.shop, 'empty', ''));
    expect(await names()).toEqual([]);
    expect(fixture.warnings).toEqual([]);
  });
});

describe('a bad file', () => {
  it('is reported with its line, left out, and named with file and line to who calls for it', async () => {
    await fixture.write(fixture.shop, 'broken', '---\nname: broken\ndescription: One\ntools: all\n---\nText');
    expect(await fixture.catalog.entries()).toMatchObject([
      { kind: 'bad', name: 'broken', line: 4, problem: toolsFault },
    ]);
    expect(fixture.warnings).toEqual([expect.stringMatching(/broken\/SKILL\.md, line 4: A list of the names/)]);
    expect(await fixture.catalog.usable()).toEqual([]);
    await expect(fixture.catalog.get('broken')).rejects.toMatchObject({
      code: 'skill/invalid',
      args: { name: 'broken', path: '.rejoin/skills/broken/SKILL.md', line: 4, problem: toolsFault },
    });
  });

  it('keeps a skill of the home folder from taking its place', async () => {
    await fixture.add(fixture.home, 'review');
    await fixture.write(fixture.shop, 'review', 'No front matter');
    await expect(fixture.catalog.get('review')).rejects.toMatchObject({ code: 'skill/invalid' });
  });

  it('is one that is too large, before it is read', async () => {
    await fixture.write(fixture.shop, 'huge', skillText('huge', '', 'x'.repeat(maxSkillLength)));
    expect(await fixture.catalog.entries()).toMatchObject([{ kind: 'bad', name: 'huge', line: 1 }]);
  });

  it('does not keep the others from being used', async () => {
    await fixture.write(fixture.shop, 'broken', '');
    await fixture.add(fixture.shop, 'review');
    expect(await fixture.catalog.status('broken')).toEqual({
      current: 'broken',
      missing: true,
      available: [{ name: 'review', description: 'Use for review' }],
    });
    expect((await fixture.catalog.status('review')).missing).toBe(false);
    expect((await fixture.catalog.status(null)).missing).toBe(false);
  });

  it('is not meant by a name that nothing has', async () => {
    await expect(fixture.catalog.get('nothing')).rejects.toMatchObject({ code: 'skill/not-found' });
    expect((await fixture.catalog.status('nothing')).missing).toBe(true);
  });
});

describe('reading', () => {
  it('starts with the first question, together with the watching', async () => {
    await fixture.add(fixture.shop, 'review');
    expect(stubWindow.watchers).toEqual([]);
    expect(await names()).toEqual(['review']);
    expect(stubWindow.watchers.map(({ pattern }) => pattern.base.path)).toEqual([
      fixture.shop,
      path.join(fixture.home, '.rejoin/skills'),
    ]);
  });

  it('happens once until a file changes, and then tells once', async () => {
    const file = await fixture.add(fixture.shop, 'review');
    const changed = vi.fn();
    fixture.catalog.onDidChange(changed);
    await names();
    await writeFile(file, skillText('review', '', 'New text'));
    expect((await fixture.catalog.get('review')).skill.body).toContain('Keep to review');
    stubWindow.watchers[0]?.fire('changed', file);
    stubWindow.watchers[0]?.fire('changed', file);
    expect(changed).toHaveBeenCalledTimes(1);
    expect((await fixture.catalog.get('review')).skill.body).toBe('New text');
  });

  it('follows the folders of the window', async () => {
    const other = path.join(fixture.folder, 'other');
    await fixture.add(fixture.shop, 'review');
    await fixture.add(other, 'deploy');
    expect(await names()).toEqual(['review']);
    openStubFolders({ other });
    expect(await names()).toEqual(['deploy']);
    expect(stubWindow.watchers.filter(({ isDisposed }) => !isDisposed).map(({ pattern }) => pattern.base.path)).toEqual(
      [other, path.join(fixture.home, '.rejoin/skills')],
    );
  });
});
