import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionSummary } from '../../../../src/core/session/session';
import { textOfError } from '../../../../src/extension/platform/errorTexts';
import { atmosFile as atmos, CheckpointFixture } from './checkpointFixture';
import { memoryFiles, person, resetPerson, vscodeDouble } from './vscodeDouble';

vi.mock('vscode', async () => (await import('./vscodeDouble')).vscodeDouble);

let fixture: CheckpointFixture;

beforeEach(async () => {
  resetPerson();
  fixture = await CheckpointFixture.open();
});
afterEach(() => fixture.dispose());

describe('a file that is no checkpoint', () => {
  it.each([
    ['empty.json', '', 'Line 1, column 1: This is not valid JSON'],
    ['broken.json', '{"version": "1.0",', 'Line 1, column 19: This is not valid JSON'],
    ['tail.json', '{} more', 'This is not valid JSON'],
    ['inside.txt', atmos, 'This is not valid JSON'],
    ['shout.YAML', atmos, 'This is not valid JSON'],
    ['broken.yaml', 'version: "1.0\n', 'This is not valid YAML'],
    ['note.md', '# Chat', 'Markdown is for reading alone'],
    ['none.yaml', '', 'The version of the format is missing'],
    ['null.yaml', 'null', 'The version of the format is missing'],
    ['object.json', '{}', 'The version of the format is missing'],
    ['future.yaml', atmos.replace('"1.0"', '"1.1"'), 'Line 1, column 10: The version “1.1” is not known'],
    ['name.yaml', atmos.replace('name: dns-cutover', 'name: ""'), 'Line 3, column 9: The session has no name'],
    ['provider.yaml', atmos.replace('provider: anthropic', 'provider: ""'), 'The session has no provider'],
    ['model.yaml', atmos.replace('model: claude-sonnet-4-6', 'model: ""'), 'The session has no model'],
    ['messages.yaml', atmos.replace(/messages:[^]*statistics/, 'messages: []\nstatistics'), 'has no messages'],
    ['role.yaml', atmos.replace('role: assistant', 'role: tool'), 'Message 2 has the role “tool”'],
    ['blank.yaml', atmos.replace('role: user', 'role: ""'), 'Message 1 has no role'],
    ['count.yaml', atmos.replace('message_count: 2', 'message_count: 3'), '“message_count” is 3, but the file has 2'],
    ['alias.yaml', 'a: &x [1]\nb: *x', 'anchors and aliases are not read'],
  ])('%s is refused with its place and what is wrong, and leaves no session', async (name, text, words) => {
    const uri = await fixture.write(name, text);
    const failure = await fixture.import(uri).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'checkpoint/invalid', args: { path: join(fixture.folder, name) } });
    expect(textOfError(failure)).toContain(words);
    expect(textOfError(failure)).toMatch(/cannot be imported\. Line \d+, column \d+: /);
    expect(await fixture.titles()).toEqual([]);
    expect(person.messages).toEqual([]);
  });

  it('says so for one that is not there, a folder, or not UTF-8', async () => {
    await expect(fixture.import(fixture.uri('none.yaml'))).rejects.toMatchObject({ code: 'file/not-found' });
    await expect(fixture.import(fixture.folder)).rejects.toMatchObject({ code: 'file/is-folder' });
    const elsewhere = vscodeDouble.Uri.from({ scheme: 'memfs', path: '/none.yaml' });
    await expect(fixture.import(elsewhere)).rejects.toMatchObject({ code: 'file/not-found' });
    memoryFiles.set(elsewhere.toString(), Uint8Array.of(0xff, 0xfe, 0x31, 0x00));
    await expect(fixture.import(elsewhere)).rejects.toMatchObject({ code: 'file/not-text' });
  });

  it('refuses options that are none', async () => {
    const uri = await fixture.write('dns.yaml', atmos);
    for (const options of [{ onConflict: 'maybe' }, { name: 7 }, 'replace']) {
      await expect(fixture.import(uri, options)).rejects.toMatchObject({ code: 'argument/invalid' });
    }
  });
});

describe('a person', () => {
  const chooses = (...names: readonly string[]): void => {
    person.onOpen = () => names.map((name) => fixture.uri(name) as never);
  };

  it('sees what the file would bring before it is stored, and the session after that', async () => {
    const text = atmos
      .replace('dns-cutover', '"[click](command:evil) $(x)\u202e"')
      .replace('role: user', 'role: system')
      .replace('statistics:', 'unknown: 1\nstatistics:');
    await fixture.write('dns.yaml', text);
    chooses('dns.yaml');
    person.onMessage = () => 'Import';
    const summary = await fixture.call<SessionSummary>('rejoin.importSession');
    expect(person.messages).toMatchObject([
      { modal: true, text: 'Import “[click](command:evil) $(x)”?', buttons: ['Import', 'Show File'] },
    ]);
    const lines = person.messages[0]?.detail.split('\n') ?? [];
    expect(lines).toEqual([
      'File: dns.yaml',
      'Messages: 0 from you, 1 from the model',
      'Models: claude-sonnet-4-6 (anthropic)',
      expect.stringMatching(/^Time: Aug 19, 2026, .* – Aug 19, 2026, /),
      'Goes to: /work/shop',
      'Hidden notes to the model: 1. Look at them in the file unless you trust it.',
      'Not imported: fields that this version does not know',
      '',
      'Line 15, column 1: The field “unknown” is not known and is not imported.',
    ]);
    expect(fixture.shown).toEqual([summary.id]);
  });

  it('changes nothing by backing out, and can look at the file instead', async () => {
    await fixture.write('dns.yaml', atmos);
    chooses('dns.yaml');
    expect(await fixture.call('rejoin.importSession')).toBeUndefined();
    person.onMessage = () => 'Show File';
    expect(await fixture.call('rejoin.importSession')).toBeUndefined();
    expect(person.editors).toEqual([{ uri: fixture.uri('dns.yaml').toString(), at: undefined }]);
    person.onOpen = () => undefined;
    expect(await fixture.call('rejoin.importSession')).toBeUndefined();
    expect(await fixture.titles()).toEqual([]);
  });

  it('is told that the file is here already, can open the session, and can have a copy', async () => {
    const first = await fixture.import(await fixture.write('dns.yaml', atmos));
    chooses('dns.yaml');
    person.onMessage = ({ buttons }) => buttons[0];
    expect(await fixture.call('rejoin.importSession')).toMatchObject({ id: first?.id });
    expect(person.messages).toMatchObject([
      { modal: false, text: expect.stringContaining('imported already, as “dns-cutover”') },
    ]);
    await vi.waitFor(() => expect(fixture.shown).toEqual([first?.id]));

    person.onMessage = ({ buttons }) => buttons.find((button) => button === 'Import a Copy' || button === 'Import');
    await fixture.call('rejoin.importSession');
    await vi.waitFor(async () => expect(await fixture.titles()).toEqual(['dns-cutover', 'dns-cutover (2)']));
  });

  it('is asked also where a button of an editor names the file', async () => {
    const uri = (await fixture.write('dns.yaml', atmos)).toString();
    expect(await fixture.import(uri, { preview: true })).toBeUndefined();
    expect(person.messages).toMatchObject([{ modal: true, buttons: ['Import', 'Show File'] }]);
    person.onMessage = () => 'Import';
    expect(await fixture.import(uri, { preview: true, name: 'Mine' })).toMatchObject({ title: 'Mine' });
    await fixture.write('dns.yaml', '{');
    expect(await fixture.import(uri, { preview: true })).toBeUndefined();
    expect(person.messages.at(-1)).toMatchObject({ kind: 'error', buttons: ['Show'] });
  });

  it('is told what is wrong with one of several files, is shown the place, and gets the others', async () => {
    await fixture.write('good.yaml', atmos);
    await fixture.write('bad.yaml', atmos.replace('role: assistant', 'role: tool'));
    await fixture.write('other.yaml', atmos.replace('dns-cutover', 'other'));
    person.onMessage = ({ buttons }) => buttons[0];
    const uris = ['good.yaml', 'bad.yaml', 'other.yaml'].map((name) => fixture.uri(name));
    const imported = await fixture.call('rejoin.importSession', uris[0], uris);
    expect(imported).toMatchObject([{ title: 'dns-cutover' }, { title: 'other' }]);
    const failure = person.messages.find(({ kind }) => kind === 'error');
    expect(failure?.text).toContain('bad.yaml cannot be imported. Line 12, column 11: Message 2 has the role “tool”');
    expect(person.editors).toEqual([{ uri: fixture.uri('bad.yaml').toString(), at: '11:10' }]);
  });
});
