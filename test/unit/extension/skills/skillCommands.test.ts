import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../src/core/base/errors';
import { silentLogger } from '../../../../src/core/base/ports';
import type { ModelRef } from '../../../../src/core/session/session';
import { parseSkillFile } from '../../../../src/core/skill/skillFile';
import { createSkillCommands } from '../../../../src/extension/skills/skillCommands';
import { openStubFolders, stubWindow, vscodeWorkspaceStub, type StubInput } from '../../../support/vscodeWorkspaceStub';
import { SkillFixture } from './skillFixture';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

let fixture: SkillFixture;
let commands: ReturnType<typeof createSkillCommands>;
let current: string | null;
let model: ModelRef | undefined;

beforeEach(async () => {
  fixture = await SkillFixture.create();
  current = null;
  model = undefined;
  commands = createSkillCommands({
    catalog: fixture.catalog,
    homeFolder: fixture.homeUri,
    currentSkill: () => Promise.resolve(current),
    setSkill: (name) => Promise.resolve(void (current = name)),
    describeModel: (ref) =>
      ref.provider === 'there'
        ? Promise.resolve('A model')
        : Promise.reject(new AppError('model/provider-not-found', { args: { provider: ref.provider } })),
    setModel: (ref) => Promise.resolve(void (model = ref)),
    logger: silentLogger,
  });
});
afterEach(() => fixture.dispose());

/** The list that is shown, once it is. */
async function shownList(): Promise<StubInput> {
  await vi.waitFor(() => expect(stubWindow.inputs.at(-1)?.isOpen).toBe(true));
  const [list] = stubWindow.inputs.slice(-1);
  if (list === undefined) {
    throw new Error('No list is shown');
  }
  return list;
}

describe('rejoin.selectSkill with a name', () => {
  it('applies the skill to the session shown and asks nothing', async () => {
    await fixture.add(fixture.shop, 'review');
    expect(await commands['rejoin.selectSkill']('review')).toBe('review');
    expect(current).toBe('review');
    expect(stubWindow.inputs).toEqual([]);
  });

  it.each([[''], [null]])('takes %j for no skill', async (name) => {
    current = 'review';
    expect(await commands['rejoin.selectSkill'](name)).toBeNull();
    expect(current).toBeNull();
  });

  it('changes nothing for a name that is not there, for a bad file, and for what is no name', async () => {
    current = 'review';
    await fixture.write(fixture.shop, 'broken', '');
    await expect(commands['rejoin.selectSkill']('nothing')).rejects.toMatchObject({ code: 'skill/not-found' });
    await expect(commands['rejoin.selectSkill']('broken')).rejects.toMatchObject({ code: 'skill/invalid' });
    await expect(commands['rejoin.selectSkill'](7)).rejects.toMatchObject({ code: 'argument/invalid' });
    expect(current).toBe('review');
  });

  it('lets the model of the skill answer from then on', async () => {
    await fixture.add(fixture.shop, 'review', 'model: there/large\n');
    await commands['rejoin.selectSkill']('review');
    expect(model).toEqual({ provider: 'there', model: 'large' });
  });

  it('keeps the model of the session, and says why, where that of the skill cannot be used', async () => {
    await fixture.add(fixture.shop, 'review', 'model: gone/large\n');
    expect(await commands['rejoin.selectSkill']('review')).toBe('review');
    expect([current, model]).toEqual(['review', undefined]);
    expect(stubWindow.messages).toEqual([expect.stringContaining('keeps its model')]);
  });
});

describe('the list of skills', () => {
  it('has those of the workspace and of the person, marks the current one and begins with it', async () => {
    await fixture.add(fixture.shop, 'review', 'tools: [read_file]\n');
    await fixture.add(fixture.home, 'commit');
    current = 'commit';
    const chosen = commands['rejoin.selectSkill']();
    const list = await shownList();
    expect(list.labels).toEqual([
      'No skill',
      'This workspace',
      'review',
      'Home folder',
      'commit',
      '',
      '$(add) New Skill…',
    ]);
    expect(list.itemOf('review')).toMatchObject({ description: 'read_file', detail: 'Use for review' });
    expect(list.itemOf('commit')).toMatchObject({ iconPath: { id: 'check' } });
    expect(list.activeItems).toEqual([list.itemOf('commit')]);
    list.choose('review');
    expect(await chosen).toBe('review');
    expect(current).toBe('review');
  });

  it('goes back to the chat with nothing changed when it is left', async () => {
    await fixture.add(fixture.shop, 'review');
    const chosen = commands['rejoin.selectSkill']();
    (await shownList()).hide();
    expect(await chosen).toBeUndefined();
    expect(current).toBeNull();
  });

  it('takes the skill away', async () => {
    await fixture.add(fixture.shop, 'review');
    current = 'review';
    const chosen = commands['rejoin.selectSkill']();
    (await shownList()).choose('No skill');
    expect(await chosen).toBeNull();
    expect(current).toBeNull();
  });

  it('says that the skill of the session is not there', async () => {
    current = 'gone';
    const chosen = commands['rejoin.selectSkill']();
    const list = await shownList();
    expect(list.placeholder).toContain('“gone”');
    list.hide();
    await chosen;
  });

  it('opens a bad file at its fault', async () => {
    const file = await fixture.write(fixture.shop, 'broken', '---\nname: broken\ndescription: One\ntools: all\n---\nx');
    const chosen = commands['rejoin.selectSkill']();
    const list = await shownList();
    expect(list.itemOf('$(warning) broken')).toMatchObject({
      description: 'Line 4: A list of the names of tools is expected; an empty list allows none.',
    });
    list.choose('$(warning) broken');
    expect(await chosen).toBeUndefined();
    expect(stubWindow.opened).toEqual([{ target: file, line: 3 }]);
  });

  it('opens the file of a skill by its button', async () => {
    const file = await fixture.add(fixture.shop, 'review');
    const chosen = commands['rejoin.selectSkill']();
    (await shownList()).pressOn('review', 'Open SKILL.md');
    expect(await chosen).toBeUndefined();
    expect([stubWindow.opened, current]).toEqual([[{ target: file, line: 0 }], null]);
  });

  it('shows no icons out of names and descriptions', async () => {
    await fixture.write(fixture.shop, 'sly', '---\nname: sly\ndescription: "$(check) trusted"\n---\nx');
    const chosen = commands['rejoin.selectSkill']();
    const list = await shownList();
    expect(list.itemOf('sly').detail).toBe('\\$(check) trusted');
    list.hide();
    await chosen;
  });
});

describe('rejoin.newSkill', () => {
  const fileIn = (root: string, name: string): string => path.join(root, '.rejoin/skills', name, 'SKILL.md');

  it('writes a skill that can be used as it is, and shows it', async () => {
    await commands['rejoin.newSkill']('review', { scope: 'workspace' });
    const file = fileIn(fixture.shop, 'review');
    expect(stubWindow.opened).toEqual([{ target: file }]);
    expect(parseSkillFile(await readFile(file, 'utf8'), { folder: 'review' })).toMatchObject({
      skill: { name: 'review', model: null, tools: null },
      problems: [],
    });
    expect((await fixture.catalog.get('review')).scope).toBe('workspace');
  });

  it('asks for the name and the place', async () => {
    stubWindow.texts.push('commit');
    stubWindow.answers.push((items) => items.find(({ label }) => label === 'Home folder') ?? []);
    await commands['rejoin.newSkill']();
    expect(await readFile(fileIn(fixture.home, 'commit'), 'utf8')).toContain('name: commit');
  });

  it('asks for no place where there is only one', async () => {
    openStubFolders({});
    await commands['rejoin.newSkill']('commit');
    expect(await readFile(fileIn(fixture.home, 'commit'), 'utf8')).toContain('name: commit');
  });

  it('writes nothing when the person cancels', async () => {
    expect(await commands['rejoin.newSkill']()).toBeUndefined();
    expect(await commands['rejoin.newSkill']('review')).toBeUndefined();
    await expect(readFile(fileIn(fixture.shop, 'review'))).rejects.toThrow('ENOENT');
  });

  it.each(['Review', '../x', '', 'a b', '-a', 7])('takes no name like %j', async (name) => {
    await expect(commands['rejoin.newSkill'](name)).rejects.toMatchObject({ code: 'argument/invalid' });
    stubWindow.texts.push(String(name));
    await commands['rejoin.newSkill']();
    expect(stubWindow.faults).toHaveLength(typeof name === 'string' ? 1 : 0);
  });

  it('never writes over a file', async () => {
    const file = await fixture.add(fixture.shop, 'review');
    const before = await readFile(file, 'utf8');
    await expect(commands['rejoin.newSkill']('review', { scope: 'workspace' })).rejects.toMatchObject({
      code: 'skill/exists',
    });
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('writes nothing through a link that leads out of the folder, also one that leads nowhere', async () => {
    const outside = path.join(fixture.folder, 'outside');
    await mkdir(path.join(fixture.shop, '.rejoin'));
    await symlink(outside, path.join(fixture.shop, '.rejoin/skills'));
    const create = (): Promise<unknown> => commands['rejoin.newSkill']('review', { scope: 'workspace' });
    await expect(create()).rejects.toMatchObject({ code: 'skill/outside' });
    await mkdir(outside);
    await expect(create()).rejects.toMatchObject({ code: 'skill/outside' });
  });

  it('has no place in a workspace that is not trusted', async () => {
    vscodeWorkspaceStub.workspace.isTrusted = false;
    const create = commands['rejoin.newSkill']('review', { scope: 'workspace' });
    await expect(create).rejects.toMatchObject({ code: 'argument/invalid', args: { name: 'scope' } });
    await expect(commands['rejoin.newSkill']('review', { scope: 'here' })).rejects.toMatchObject({
      code: 'argument/invalid',
      args: { name: 'scope' },
    });
  });
});
