import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../../src/core/base/ports';
import { utf8Length } from '../../../../src/core/turn/utf8';
import { keyOfFolder } from '../../../../src/extension/platform/workspaceKeys';
import { SkillRequests } from '../../../../src/extension/skills/skillRequests';
import { session } from '../../../support/builders';
import { openStubFolders, StubUri, vscodeWorkspaceStub } from '../../../support/vscodeWorkspaceStub';
import { SkillFixture } from './skillFixture';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

let fixture: SkillFixture;
let requests: SkillRequests;
const under = (skill: string | null) => session({ directory: fixture.shop, skill });
const countOf = (text: string, part: string): number => text.split(part).length - 1;

beforeEach(async () => {
  fixture = await SkillFixture.create();
  requests = new SkillRequests({
    catalog: fixture.catalog,
    instructionsFile: () => 'AGENTS.md',
    logger: silentLogger,
  });
  await writeFile(path.join(fixture.shop, 'AGENTS.md'), 'Prefer small diffs.');
});
afterEach(() => fixture.dispose());

describe('the system text', () => {
  it('holds the instructions and the skill of the session once each, and the names of the others', async () => {
    await fixture.add(fixture.shop, 'review', '', 'Look for races.');
    await fixture.add(fixture.home, 'commit', '', 'Write one line.');
    const text = await requests.systemText(under('review'));
    expect(text.split('\n\n')).toEqual([
      'Prefer small diffs.',
      '[Skill "review"]\nLook for races.',
      '[Skills that the user can call by typing a slash and the name]\n- commit: Use for commit',
    ]);
    expect([countOf(text, 'Prefer small diffs.'), countOf(text, 'Look for races.')]).toEqual([1, 1]);
  });

  it('holds nothing of the workspace where that is not trusted', async () => {
    await fixture.add(fixture.shop, 'review');
    await fixture.add(fixture.home, 'commit', '', 'Write one line.');
    vscodeWorkspaceStub.workspace.isTrusted = false;
    expect(await requests.systemText(under('review'))).toBe(
      '[Skills that the user can call by typing a slash and the name]\n- commit: Use for commit',
    );
    expect(await requests.systemText(under('commit'))).toBe('[Skill "commit"]\nWrite one line.');
  });

  it('has the instructions of the folder that the session is about, also where that is opened through a link', async () => {
    const real = path.join(fixture.folder, 'real');
    const link = path.join(fixture.folder, 'link');
    await mkdir(real);
    await writeFile(path.join(real, 'AGENTS.md'), 'Answer in rhymes.');
    await symlink(real, link);
    openStubFolders({ shop: fixture.shop, link });
    const { directory } = await keyOfFolder(StubUri.file(link) as never);
    expect(await requests.systemText(session({ directory }))).toBe('Answer in rhymes.');
    expect(await requests.systemText(under(null))).toBe('Prefer small diffs.');
    expect(await requests.systemText(session({ directory: '/elsewhere' }))).toBe('Prefer small diffs.');
  });

  it('is empty without anything to say, and for a skill that is gone', async () => {
    const none = new SkillRequests({ catalog: fixture.catalog, instructionsFile: () => '', logger: silentLogger });
    expect(await none.systemText(undefined)).toBe('');
    expect(await none.systemText(under('gone'))).toBe('');
  });

  it('keeps the list of skills short however many there are', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `skill-${index}`);
    await Promise.all(
      names.map((name) =>
        fixture.write(fixture.home, name, `---\nname: ${name}\ndescription: ${'long '.repeat(100)}\n---\nx`),
      ),
    );
    const text = await requests.systemText(under(null));
    expect(utf8Length(text)).toBeLessThan(11 * 1024);
    expect(text).toMatch(/and \d+ more skills, left out of this list$/);
  });
});

describe('the tools that a skill leaves', () => {
  it.each([
    ['all without a skill', null, null, null],
    ['all for skills without a list', 'free', 'free', null],
    ['those of the session’s skill', 'reader', null, ['read', 'search']],
    ['those of the skill that was called', null, 'reader', ['read', 'search']],
    ['those that both leave', 'reader', 'writer', ['read']],
    ['those of the one that has a list', 'free', 'writer', ['read', 'write']],
    ['none for an empty list', 'reader', 'silent', []],
    ['none for a skill that is gone', 'gone', null, []],
    ['none for one whose file is bad', 'free', 'broken', []],
  ])('are %s', async (_, ofSession, called, expected) => {
    await fixture.add(fixture.shop, 'free');
    await fixture.add(fixture.shop, 'reader', 'tools: [read, search]\n');
    await fixture.add(fixture.shop, 'writer', 'tools: [read, write]\n');
    await fixture.add(fixture.shop, 'silent', 'tools: []\n');
    await fixture.write(fixture.shop, 'broken', '---\nname: broken\ndescription: x\ntools: read\n---\nx');
    expect(await requests.allowedTools(under(ofSession), called)).toEqual(expected);
  });
});

describe('calling a skill', () => {
  it('fills in what was typed behind its name', async () => {
    await fixture.add(fixture.shop, 'review', '', 'Look at $ARGUMENTS, then at $ARGUMENTS again.');
    expect(await requests.invocation('Review', ' src/cart.ts $& ')).toEqual({
      name: 'review',
      arguments: 'src/cart.ts $&',
      content: 'Look at src/cart.ts $&, then at src/cart.ts $& again.',
    });
    expect(await requests.invocation('review', '  ')).toMatchObject({ arguments: null });
  });

  it('fails for a name that is not there, and with file and line for a bad file', async () => {
    await fixture.write(fixture.shop, 'broken', '');
    await expect(requests.invocation('gone', '')).rejects.toMatchObject({ code: 'skill/not-found' });
    await expect(requests.invocation('broken', '')).rejects.toMatchObject({
      code: 'skill/invalid',
      args: { path: '.rejoin/skills/broken/SKILL.md', line: 1 },
    });
  });
});
