import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Uri } from 'vscode';
import type { ValidationProblem } from '../../../../src/extension/checkpoints/validateCheckpoint';
import { CheckpointFixture } from './checkpointFixture';
import { person, resetPerson, vscodeDouble } from './vscodeDouble';

vi.mock('vscode', async () => (await import('./vscodeDouble')).vscodeDouble);

const good = JSON.stringify({
  version: '1.0',
  session: { name: 'a', provider: 'p', model: 'm' },
  messages: [{ role: 'user', content: '<img src="https://tracker.test/x.png"> Hello' }],
  statistics: { message_count: 1 },
});

let fixture: CheckpointFixture;

beforeEach(async () => {
  resetPerson();
  fixture = await CheckpointFixture.open();
});
afterEach(() => fixture.dispose());

const validate = (uri?: unknown, second?: unknown): Promise<readonly ValidationProblem[]> =>
  fixture.call('rejoin.validateCheckpoint', uri, second);

describe('validating', () => {
  it('finds nothing in a good file, and stores nothing', async () => {
    expect(await validate(await fixture.write('good.json', good))).toEqual([]);
    expect(person.messages).toEqual([]);
    expect(await fixture.titles()).toEqual([]);
  });

  it('gives every problem with code, words, severity, range and path', async () => {
    const text = good.replace('"message_count":1', '"message_count":2,"more":0').replace('"user"', '"tool"');
    const problems = await validate(await fixture.write('bad.json', text));
    expect(problems).toEqual([
      {
        code: 'role-invalid',
        severity: 'error',
        message: 'Message 1 has the role “tool”: only user, assistant and system are known.',
        range: {
          start: { line: 0, character: text.indexOf('"tool"') },
          end: { line: 0, character: text.indexOf('"tool"') + 6 },
        },
        path: ['messages', 0, 'role'],
      },
      expect.objectContaining({ code: 'statistics-mismatch', path: ['statistics', 'message_count'] }),
      expect.objectContaining({ code: 'unknown-field', severity: 'warning', path: ['statistics', 'more'] }),
    ]);
  });

  it('gives a problem for what cannot be read or is none of the formats', async () => {
    expect(await validate(fixture.uri('none.json'))).toMatchObject([{ code: 'file-unreadable', severity: 'error' }]);
    expect(await validate(fixture.folder)).toMatchObject([{ code: 'file-unreadable' }]);
    expect(await validate(await fixture.write('note.md', '# Chat'))).toMatchObject([{ code: 'format-unsupported' }]);
    await writeFile(join(fixture.folder, 'huge.json'), Buffer.alloc(50 * 1024 * 1024 + 1, 0x20));
    expect(await validate(fixture.uri('huge.json'))).toMatchObject([
      { code: 'too-large', message: expect.stringContaining('51 MB; at most 50 MB') },
    ]);
  });

  it('checks skills as well, with the name of their folder', async () => {
    await mkdir(join(fixture.folder, 'review'));
    const skill = (text: string): Promise<Uri> => fixture.write(join('review', 'SKILL.md'), text);
    const fields = 'name: review\ndescription: Reviews a change';
    expect(await validate(await skill(`---\n${fields}\n---\nLook at it.`))).toEqual([]);
    expect(await validate(await skill(`---\n${fields.replace('review', 'other')}\n---\nLook at it.`))).toMatchObject([
      { code: 'skill/name-not-folder', severity: 'warning', range: { start: { line: 1, character: 6 } } },
    ]);
    expect(await validate(await skill('Look at it.'))).toMatchObject([{ code: 'skill/front-matter-missing' }]);
  });

  it('is about the active editor, with its unsaved text, where no file is named', async () => {
    const uri = await fixture.write('open.json', good);
    person.activeEditor = { document: { uri: uri } };
    person.documents.push({ uri: uri, isDirty: true, isUntitled: false, getText: () => '{' });
    expect(await validate()).toMatchObject([{ code: 'json-syntax' }]);
    person.activeEditor = undefined;
    await expect(validate()).rejects.toMatchObject({ code: 'argument/invalid' });
  });

  it('tells a person what it found and shows the first error', async () => {
    const uri = await fixture.write(
      'bad.json',
      good.replace('"user"', '"tool"').replace('{"version"', '{"x":1,\n"version"'),
    );
    person.onMessage = () => 'Show';
    await validate(uri, { groupId: 0 });
    await vi.waitFor(() => expect(person.editors).toHaveLength(1));
    expect(person.messages).toMatchObject([
      { kind: 'error', text: expect.stringMatching(/^bad\.json has 2 problems\. Line 2, column \d+: Message 1/) },
    ]);
    expect(person.editors[0]?.at).toMatch(/^1:\d+$/);

    person.activeEditor = { document: { uri: await fixture.write('good.json', good) } };
    await validate();
    expect(person.messages.at(-1)).toMatchObject({ kind: 'information', text: 'No problems in good.json.' });
  });
});

describe('previewing', () => {
  const preview = (uri?: unknown): Promise<Uri> => fixture.call('rejoin.previewCheckpoint', uri);

  it('shows the conversation in a document of its own, from which nothing is loaded', async () => {
    const uri = await preview(await fixture.write('chat.rejoin.json', good));
    expect(uri).toMatchObject({ scheme: 'rejoin-checkpoint', path: '/chat.md' });
    expect(person.commands).toEqual([['markdown.showPreview', uri]]);
    const text = (await vscodeDouble.workspace.openTextDocument(uri)).getText();
    expect(text).toContain('Hello');
    expect(text).not.toMatch(/(?<!\\)<img/);
    expect(await fixture.titles()).toEqual([]);
  });

  it('follows the file, and says in it when the file cannot be read any more', async () => {
    const source = await fixture.write('chat.rejoin.json', good);
    const uri = await preview(source);
    await fixture.write('chat.rejoin.json', good.replace('Hello', 'Changed'));
    expect((await vscodeDouble.workspace.openTextDocument(uri as never)).getText()).toContain('Changed');
    await fixture.write('chat.rejoin.json', '{');
    const broken = await vscodeDouble.workspace.openTextDocument(uri);
    expect(broken.getText()).toContain('chat.rejoin.json cannot be imported. Line 1, column');
  });

  it('rejects for a file that cannot be imported', async () => {
    await expect(preview(await fixture.write('bad.json', '{}'))).rejects.toMatchObject({ code: 'checkpoint/invalid' });
    await expect(preview(fixture.uri('none.json'))).rejects.toMatchObject({ code: 'file/not-found' });
    expect(person.editors).toEqual([]);
  });
});
