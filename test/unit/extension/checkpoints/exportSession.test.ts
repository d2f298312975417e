import { mkdir, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Uri } from 'vscode';
import { parseCheckpoint } from '../../../../src/core/checkpoint/checkpointParser';
import type { SessionId } from '../../../../src/core/session/session';
import { answer, contextItem, newEvent, newSessionId, testModel, userMessage } from '../../../support/builders';
import { CheckpointFixture } from './checkpointFixture';
import { memoryFiles, person, resetPerson, vscodeDouble } from './vscodeDouble';

vi.mock('vscode', async () => (await import('./vscodeDouble')).vscodeDouble);

const secret = `sk-proj-${'a1B2c3D4'.repeat(5)}`;

let fixture: CheckpointFixture;

beforeEach(async () => {
  resetPerson();
  fixture = await CheckpointFixture.open();
});
afterEach(() => fixture.dispose());

const exportTo = (id: unknown, name: string, options?: unknown): Promise<Uri | undefined> =>
  fixture.call('rejoin.exportSession', id, fixture.uri(name), options);

function parsed(text: string, syntax: 'json' | 'yaml') {
  const { document, problems } = parseCheckpoint(text, syntax);
  expect(problems).toEqual([]);
  return document;
}

describe('exporting by a call with arguments', () => {
  it.each([
    ['a.rejoin.yaml', 'yaml', '2.0'],
    ['a.YML', 'yaml', '2.0'],
    ['a.rejoin.json', 'json', '2.0'],
    ['a.anything', 'json', '2.0'],
  ] as const)('takes the format from the name %s', async (name, syntax, version) => {
    const id = await fixture.add();
    expect((await exportTo(id, name))?.toString()).toBe(fixture.uri(name).toString());
    expect(parsed(await fixture.read(name), syntax)).toMatchObject({ version, session: { id, title: 'Cart bug' } });
    expect(person.messages).toEqual([]);
  });

  it.each([
    ['yaml', 'yaml', '2.0'],
    ['json', 'json', '2.0'],
    ['atmos-yaml', 'yaml', '1.0'],
    ['atmos-json', 'json', '1.0'],
  ] as const)('writes %s when asked for it, whatever the name', async (format, syntax, version) => {
    const id = await fixture.add();
    await exportTo(id, 'a.txt', { format });
    expect(parsed(await fixture.read('a.txt'), syntax)).toMatchObject({ version });
  });

  it.each(['a.md', 'a.markdown'])('writes Markdown to %s', async (name) => {
    await exportTo(await fixture.add(), name);
    const text = await fixture.read(name);
    expect(text).toContain('# Cart bug');
    expect(text).toContain('Why does the cart total go stale?');
  });

  it('writes metadata of Atmos unless told not to, and what is attached when told to', async () => {
    const id = await fixture.add();
    await fixture.manager.putContext(id, [contextItem('src/cart.ts')]);
    await exportTo(id, 'plain.json', { format: 'atmos-json' });
    expect(JSON.parse(await fixture.read('plain.json'))).not.toHaveProperty('context');
    await exportTo(id, 'context.json', { format: 'atmos-json', context: true });
    expect(JSON.parse(await fixture.read('context.json'))).toMatchObject({
      exported_by: userInfo().username,
      context: { working_directory: '/work/shop', files_accessed: ['src/cart.ts'] },
    });
  });

  it('marks for Atmos the messages that a summary stands for, also once they went through a file into another store', async () => {
    const id = await fixture.add();
    await fixture.manager.appendUserMessage(id, userMessage('And then?'));
    const summary = {
      type: 'compaction',
      summary: 'S',
      fromSeq: 1,
      toSeq: 2,
      tokensBefore: 9,
      tokensAfter: 1,
    } as const;
    await fixture.manager.append(id, [newEvent(summary)]);
    const messages = async (session: unknown): Promise<unknown> => {
      await exportTo(session, 'a.json', { format: 'atmos-json' });
      return (JSON.parse(await fixture.read('a.json')) as { messages: object[] }).messages;
    };
    const before = await messages(id);
    expect(before).toMatchObject([{ archived: true }, { archived: true }, { role: 'user', content: 'And then?' }]);
    await fixture.moveToOtherMachine();
    const imported = await fixture.import(fixture.uri('a.json'));
    expect(await messages(imported?.id)).toEqual(before);
  });

  it('warns that Atmos cannot import a session without a model, yet writes it, and does not for a whole one', async () => {
    const id = newSessionId();
    fixture.manager.prepareSession(id, { key: fixture.keys[0], skill: null });
    await fixture.manager.appendUserMessage(id, userMessage());
    await exportTo(id, 'bare.yaml', { format: 'atmos-yaml' });
    expect(await fixture.read('bare.yaml')).toContain('Why does the cart');
    expect(person.messages).toMatchObject([
      {
        kind: 'warning',
        text: 'bare.yaml is written, but Atmos cannot import it: The session has no provider. Name the one that answered. The session has no model. Name the one that answered.',
      },
    ]);
    await exportTo(await fixture.add(), 'whole.yaml', { format: 'atmos-yaml' });
    await exportTo(id, 'ours.rejoin.yaml');
    expect(person.messages).toHaveLength(1);
  });

  it('rejects for an unknown session, format, folder or option and leaves no file', async () => {
    const id = await fixture.add();
    const rejects = (call: Promise<unknown>, code: string) => expect(call).rejects.toMatchObject({ code });
    await rejects(exportTo(newSessionId(), 'a.yaml'), 'session/not-found');
    await rejects(exportTo(7, 'a.yaml'), 'argument/invalid');
    await rejects(exportTo(id, 'a.yaml', { format: 'xml' }), 'argument/invalid');
    await rejects(exportTo(id, 'a.yaml', { redact: { everything: 1, paths: 'no' } }), 'argument/invalid');
    await rejects(exportTo(id, 'none/a.yaml'), 'file/not-found');
    await rejects(fixture.call('rejoin.exportSession', id, 'relative.yaml'), 'argument/invalid');
    await mkdir(join(fixture.folder, 'folder'));
    await rejects(exportTo(id, 'folder'), 'file/is-folder');
    expect(await readdir(fixture.folder)).toEqual(['folder']);
  });

  it.runIf(process.platform !== 'win32')('gives the file to its owner alone and leaves nothing beside it', async () => {
    await fixture.write('a.yaml', 'old');
    await exportTo(await fixture.add(), 'a.yaml');
    expect(await readdir(fixture.folder)).toEqual(['a.yaml']);
    expect((await stat(join(fixture.folder, 'a.yaml'))).mode & 0o777).toBe(0o600);
  });

  it('writes to what is no disk as well, in one step', async () => {
    const id = await fixture.add();
    const uri = vscodeDouble.Uri.from({ scheme: 'memfs', path: '/a.rejoin.json' });
    await fixture.call('rejoin.exportSession', id, uri);
    expect([...memoryFiles.keys()]).toEqual([uri.toString()]);
    parsed(Buffer.from(memoryFiles.get(uri.toString()) ?? []).toString(), 'json');

    const full = vscodeDouble.Uri.from({ scheme: 'memfs', path: '/full/a.json' });
    await expect(fixture.call('rejoin.exportSession', id, full)).rejects.toMatchObject({ code: 'file/denied' });
    expect([...memoryFiles.keys()]).toEqual([uri.toString()]);
  });

  it('gives the same file again after an import into an empty store', async () => {
    const id = await fixture.add();
    await fixture.manager.putContext(id, [contextItem('src/cart.ts')]);
    for (const name of ['a.rejoin.yaml', 'a.rejoin.json']) {
      await exportTo(id, name);
      const before = await fixture.read(name);
      await fixture.moveToOtherMachine();
      await fixture.import(fixture.uri(name));
      await exportTo(id, name);
      expect(await fixture.read(name)).toBe(before);
    }
  });
});

describe('what is taken out', () => {
  const home = process.env['HOME'] ?? '';
  let id: SessionId;

  beforeEach(async () => {
    id = await fixture.add(`Look at ${home}/shop`);
    await fixture.manager.append(id, [answer(`The key is ${secret} in ${home}/shop/.env`)], { model: testModel });
  });

  it('is nothing unless asked, and everything with true', async () => {
    await exportTo(id, 'all.rejoin.yaml');
    expect(await fixture.read('all.rejoin.yaml')).toContain(secret);
    expect(await fixture.read('all.rejoin.yaml')).toContain(`${home}/shop/.env`);
    for (const format of ['yaml', 'json', 'markdown', 'atmos-yaml', 'atmos-json']) {
      await exportTo(id, 'out', { format, redact: true });
      const text = await fixture.read('out');
      expect(text).not.toContain(secret);
      expect(text).not.toContain(`${home}/shop`);
      expect(text).not.toContain('exported_by');
      expect(text).toContain('The key is');
    }
  });

  it('is only the kind that is asked for, and the file can still be imported', async () => {
    await exportTo(id, 'a.rejoin.yaml', { redact: { secrets: true } });
    const text = await fixture.read('a.rejoin.yaml');
    expect(text).not.toContain(secret);
    expect(text).toContain(`${home}/shop/.env`);
    parsed(text, 'yaml');
  });

  it('is shown to a person with the number of places, secrets chosen beforehand', async () => {
    const titles: string[] = [];
    person.onPick = ({ placeHolder }) => {
      titles.push(placeHolder);
      return placeHolder === 'Write it as' ? 'Markdown' : ['Secrets', 'Absolute paths'];
    };
    person.onSave = () => fixture.uri('out.md');
    await fixture.call('rejoin.exportSession', id);
    const items = person.picks[1]?.items ?? [];
    expect(items.map(({ label, picked }) => [label, picked])).toEqual([
      ['User name', false],
      ['Absolute paths', false],
      ['Secrets', true],
    ]);
    expect(items[1]?.description).toMatch(/^\d+ places$/);
    expect(items[2]?.description).toBe('1 place');
    expect(person.saveDialogs[0]?.defaultUri.path).toContain('Look-at-~-shop-');
    expect(await fixture.read('out.md')).not.toContain(secret);
  });
});

describe('exporting by a person', () => {
  const answers = (format: string, redaction: readonly string[] | null = []): void => {
    person.onPick = ({ placeHolder }) => (placeHolder === 'Write it as' ? format : (redaction ?? undefined));
  };

  it('asks for format, what to take out and the place, and tells where the file is', async () => {
    const id = await fixture.add('Why? A/B: “test” …\u202e CON');
    fixture.currentId = id;
    person.folders = [{ uri: vscodeDouble.Uri.file(fixture.folder) }];
    answers('Checkpoint (YAML)');
    person.onSave = ({ defaultUri }) => defaultUri;
    person.onMessage = () => 'Open File';
    const uri = await fixture.call<Uri>('rejoin.exportSession');
    const name = 'Why-A-B-“test”-…-CON-2026-11-20.rejoin.yaml';
    expect(uri.path).toBe(fixture.uri(name).path);
    expect(parsed(await fixture.read(name), 'yaml')).toMatchObject({ session: { id } });
    expect(person.messages).toMatchObject([{ kind: 'information', buttons: ['Open File'] }]);
    await vi.waitFor(() => expect(person.editors).toHaveLength(1));
  });

  it('writes nothing when the person backs out of any step', async () => {
    fixture.currentId = await fixture.add();
    expect(await fixture.call('rejoin.exportSession')).toBeUndefined();
    answers('Checkpoint (YAML)', null);
    expect(await fixture.call('rejoin.exportSession')).toBeUndefined();
    answers('Checkpoint (YAML)');
    expect(await fixture.call('rejoin.exportSession')).toBeUndefined();
    expect(person.saveDialogs).toHaveLength(1);
    expect(await readdir(fixture.folder)).toEqual([]);
  });

  it('goes by the suffix that the person wrote, within the kind that they chose', async () => {
    const id = await fixture.add();
    person.onSave = () => fixture.uri('mine.json');
    answers('Atmos 1.0 (YAML)');
    await fixture.call('rejoin.exportSession', id);
    expect(parsed(await fixture.read('mine.json'), 'json')).toMatchObject({ version: '1.0' });
    answers('Checkpoint (YAML)');
    await fixture.call('rejoin.exportSession', id);
    expect(parsed(await fixture.read('mine.json'), 'json')).toMatchObject({ version: '2.0' });
  });

  it('asks which session when none is named or shown', async () => {
    fixture.currentId = newSessionId();
    expect(await fixture.call('rejoin.exportSession')).toBeUndefined();
    expect(fixture.pickers).toMatchObject([{ states: ['active', 'archived'] }]);
  });

  it('writes all that is selected in the tree into a folder', async () => {
    const ids = [await fixture.add('One'), await fixture.add('Two'), await fixture.add('Three')];
    const nodes = await Promise.all(
      ids.slice(0, 2).map(async (id) => ({ kind: 'session', session: await fixture.manager.get(id) })),
    );
    answers('Checkpoint (JSON)');
    person.onOpen = () => [vscodeDouble.Uri.file(fixture.folder)];
    await fixture.call('rejoin.exportSession', nodes[0], nodes);
    expect(await readdir(fixture.folder)).toEqual(['One-2026-11-20.rejoin.json', 'Two-2026-11-20.rejoin.json']);
  });
});
