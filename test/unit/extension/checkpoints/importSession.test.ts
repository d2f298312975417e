import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Uri } from 'vscode';
import { toSummary, type SessionId, type SessionSummary } from '../../../../src/core/session/session';
import { answer, testKey, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { atmosFile as atmos, CheckpointFixture } from './checkpointFixture';
import { memoryFiles, person, resetPerson, vscodeDouble } from './vscodeDouble';

vi.mock('vscode', async () => (await import('./vscodeDouble')).vscodeDouble);

let fixture: CheckpointFixture;

beforeEach(async () => {
  resetPerson();
  fixture = await CheckpointFixture.open();
});
afterEach(() => fixture.dispose());

const exported = async (id: SessionId, name = 'session.rejoin.yaml'): Promise<Uri> =>
  (await fixture.call<Uri>('rejoin.exportSession', id, fixture.uri(name))) ?? fixture.uri(name);

describe('a file that is not here yet', () => {
  it('becomes a session with all that the file has, under its own ids', async () => {
    const id = await fixture.add();
    const before = await fixture.manager.readRecord(id);
    const uri = await exported(id);
    await fixture.moveToOtherMachine();
    const summary = await fixture.import(uri);
    expect(summary).toEqual(toSummary(before.session));
    expect(await fixture.manager.readRecord(id)).toEqual(before);
    expect(person.messages).toEqual([]);
    expect(fixture.shown).toEqual([]);
  });

  it('gets the name that the caller gives', async () => {
    const uri = await exported(await fixture.add());
    await fixture.moveToOtherMachine();
    expect(await fixture.import(uri, { name: ' Another\nname ' })).toMatchObject({ title: 'Another name' });
    await expect(fixture.import(uri, { name: ' \u200b' })).rejects.toMatchObject({ code: 'session/invalid-title' });
  });

  it('may be of Atmos 1.0: keeps provider, model, order and times and goes to the folder of the window', async () => {
    const summary = await fixture.import(await fixture.write('dns.yaml', atmos));
    expect(summary).toMatchObject({
      title: 'dns-cutover',
      ...testKey,
      provider: 'anthropic',
      model: 'claude-sonnet-4-6',
      messageCount: 2,
      updatedAt: Date.UTC(2026, 7, 19, 7, 5, 12),
    });
    const events = await fixture.manager.loadBranch(summary?.id as SessionId);
    expect(events.map(({ body, createdAt }) => [body.type, createdAt])).toEqual([
      ['user_message', Date.UTC(2026, 7, 19, 7, 5, 0)],
      ['text', Date.UTC(2026, 7, 19, 7, 5, 12)],
    ]);
  });

  it('never arrives in the trash', async () => {
    const id = await fixture.add();
    await fixture.manager.moveToTrash([id]);
    const uri = await exported(id);
    await fixture.moveToOtherMachine();
    expect(await fixture.import(uri)).toMatchObject({ id, deletedAt: null });
  });

  it('may be a path, the text of a URI, its JSON form, several at once, or kept elsewhere than on disk', async () => {
    await fixture.write('a.yaml', atmos.replace('dns-cutover', 'a'));
    await fixture.write('b.yaml', atmos.replace('dns-cutover', 'b'));
    const { scheme, path } = fixture.uri('c.yaml');
    await fixture.write('c.yaml', atmos.replace('dns-cutover', 'c'));
    const elsewhere = vscodeDouble.Uri.from({ scheme: 'memfs', path: '/d.yaml' });
    memoryFiles.set(elsewhere.toString(), Buffer.from(atmos.replace('dns-cutover', 'd')));
    expect(await fixture.import(join(fixture.folder, 'a.yaml'))).toMatchObject({ title: 'a' });
    expect(await fixture.import(fixture.uri('b.yaml').toString())).toMatchObject({ title: 'b' });
    expect(await fixture.import({ $mid: 1, scheme, path })).toMatchObject({ title: 'c' });
    expect(await fixture.import([elsewhere, fixture.uri('a.yaml')])).toMatchObject([{ title: 'd' }, { title: 'a' }]);
    for (const bad of [7, 'relative.yaml', {}, [{}]]) {
      await expect(fixture.import(bad)).rejects.toMatchObject({ code: 'argument/invalid' });
    }
  });

  it('is read as its editor shows it while that has changes', async () => {
    const uri = await fixture.write('dns.yaml', atmos);
    const getText = (): string => atmos.replace('dns-cutover', 'unsaved');
    person.documents.push({ uri: uri, isDirty: true, isUntitled: false, getText });
    expect(await fixture.import(uri)).toMatchObject({ title: 'unsaved' });
  });
});

describe('the folder of an imported session', () => {
  const from = async (directory: string): Promise<SessionSummary | undefined> => {
    const uri = await exported(await fixture.add('Elsewhere', { directory, gitRoot: null }));
    await fixture.moveToOtherMachine();
    return fixture.import(uri);
  };

  it('is the one in the file where that is on this machine', async () => {
    const directory = join(fixture.folder, 'shop');
    await mkdir(directory);
    expect(await from(directory)).toMatchObject({ directory, gitRoot: `${directory}/.root` });
  });

  it('is the one in the file where that is open, also when it is no folder on disk', async () => {
    const key = { directory: 'vscode-remote://host/shop', gitRoot: null };
    fixture.keys = [testKey, key];
    expect(await from(key.directory)).toMatchObject(key);
  });

  it.each(['/not/on/this/machine', 'vscode-remote://host/other', '//server/share', '\\\\server\\share', 'relative'])(
    'is that of the window where the file says %s',
    async (directory) => {
      expect(await from(directory)).toMatchObject(testKey);
    },
  );
});

describe('a file that is here already', () => {
  it('gives the session that it is and changes nothing', async () => {
    const id = await fixture.add();
    const uri = await exported(id);
    const before = await fixture.manager.readRecord(id);
    expect(await fixture.import(uri)).toMatchObject({ id });
    expect(await fixture.manager.readRecord(id)).toEqual(before);
    expect(await fixture.titles()).toEqual(['Cart bug']);
  });

  it('is known again after the conversation went on, was renamed and archived', async () => {
    const id = await fixture.add();
    const uri = await exported(id);
    await fixture.manager.appendUserMessage(id, userMessage('And then?'));
    await fixture.manager.rename(id, 'Renamed');
    await fixture.manager.setArchived([id], true);
    expect(await fixture.import(uri)).toMatchObject({ id, title: 'Renamed' });
  });

  it('is known again in the other syntax, and as Atmos 1.0', async () => {
    const first = await fixture.import(await fixture.write('dns.yaml', atmos));
    const json = await fixture.call<Uri>('rejoin.exportSession', first?.id, fixture.uri('dns.rejoin.json'));
    expect(await fixture.import(fixture.uri('dns.yaml'))).toMatchObject({ id: first?.id });
    expect(await fixture.import(json)).toMatchObject({ id: first?.id });
    expect(await fixture.titles()).toEqual(['dns-cutover']);
  });

  it('is imported again when the session is in the trash, and then known again as well', async () => {
    const id = await fixture.add();
    const uri = await exported(id);
    await fixture.manager.moveToTrash([id]);
    const copy = await fixture.import(uri);
    expect(copy).toMatchObject({ title: 'Cart bug', deletedAt: null, messageCount: 2 });
    expect(copy?.id).not.toBe(id);
    expect(await fixture.import(uri)).toMatchObject({ id: copy?.id });
    await fixture.manager.moveToTrash([copy?.id as SessionId]);
    expect(await fixture.import(uri)).toMatchObject({ title: 'Cart bug', deletedAt: null });
    expect(await fixture.titles('deleted')).toEqual(['Cart bug', 'Cart bug']);
  });

  it('is not taken for the same when one of its messages differs', async () => {
    const id = await fixture.add();
    await exported(id);
    const changed = await fixture.write(
      'changed.rejoin.yaml',
      (await fixture.read('session.rejoin.yaml')).replace('stale', 'wrong'),
    );
    expect(await fixture.import(changed, { onConflict: 'cancel' })).toBeUndefined();
    expect(await fixture.import(changed, { onConflict: 'keepBoth' })).toMatchObject({ title: 'Cart bug (2)' });
  });

  it('can be had under another name', async () => {
    const id = await fixture.add();
    const uri = await exported(id);
    const copy = await fixture.import(uri, { name: 'Copy' });
    expect(copy).toMatchObject({ title: 'Copy', messageCount: 2 });
    expect(copy?.id).not.toBe(id);
    const [original, made] = [
      await fixture.manager.loadBranch(id),
      await fixture.manager.loadBranch(copy?.id as SessionId),
    ];
    expect(made.map(({ body, createdAt }) => [body, createdAt])).toEqual(
      original.map(({ body, createdAt }) => [body, createdAt]),
    );
  });
});

describe('a name that is taken', () => {
  let uri: Uri;
  let other: SessionId;

  beforeEach(async () => {
    uri = await exported(await fixture.add('Taken'));
    await fixture.moveToOtherMachine();
    other = await fixture.add('taken');
  });

  it('keeps both, with a number behind the name', async () => {
    expect(await fixture.import(uri, { onConflict: 'keepBoth' })).toMatchObject({ title: 'Taken (2)' });
    expect(await fixture.titles()).toEqual(['Taken (2)', 'taken']);
  });

  it('puts the new one in the place of the old one, which goes to the trash', async () => {
    expect(await fixture.import(uri, { onConflict: 'replace' })).toMatchObject({ title: 'Taken' });
    expect(await fixture.titles()).toEqual(['Taken']);
    expect(await fixture.titles('deleted')).toEqual(['taken']);
    expect((await fixture.manager.get(other)).deletedAt).not.toBeNull();
  });

  it('changes nothing when the caller cancels', async () => {
    expect(await fixture.import(uri, { onConflict: 'cancel' })).toBeUndefined();
    expect(await fixture.titles()).toEqual(['taken']);
  });

  it('asks when the caller did not say', async () => {
    expect(await fixture.import(uri)).toBeUndefined();
    expect(person.messages).toMatchObject([
      { modal: true, text: 'Import “Taken”?', buttons: ['Keep Both', 'Replace', 'Show File'] },
    ]);
    expect(person.messages[0]?.detail).toContain('There is another session “taken” in this folder.');
    person.onMessage = () => 'Replace';
    expect(await fixture.import(uri)).toMatchObject({ title: 'Taken' });
    expect(await fixture.titles('deleted')).toEqual(['taken']);
  });

  it('is none of another folder', async () => {
    fixture.keys = [{ directory: '/work/other', gitRoot: null }];
    expect(await fixture.import(uri)).toMatchObject({ title: 'Taken', directory: '/work/other' });
  });

  it('keeps the old session whole when the new one cannot be stored', async () => {
    const { path } = await fixture.manager.storage();
    await rawSql(
      path,
      `CREATE TRIGGER fail BEFORE INSERT ON session_events WHEN NEW.seq = 2
       BEGIN SELECT RAISE(ABORT, 'no more'); END`,
    );
    const before = await fixture.manager.readRecord(other);
    await expect(fixture.import(uri, { onConflict: 'replace' })).rejects.toThrow();
    expect(await fixture.titles()).toEqual(['taken']);
    expect(await fixture.titles('deleted')).toEqual([]);
    expect(await fixture.manager.readRecord(other)).toEqual(before);
  });

  it('keeps the old session when the file that is to replace it cannot be imported', async () => {
    const broken = await fixture.write('broken.rejoin.yaml', (await fixture.read('session.rejoin.yaml')).slice(0, -30));
    await expect(fixture.import(broken, { onConflict: 'replace' })).rejects.toMatchObject({
      code: 'checkpoint/invalid',
    });
    expect(await fixture.titles()).toEqual(['taken']);
    expect((await fixture.manager.get(other)).deletedAt).toBeNull();
  });
});

describe('ids that are taken', () => {
  it('replaces the same session in its present form', async () => {
    const id = await fixture.add();
    const uri = await exported(id);
    await fixture.manager.append(id, [answer('Later')]);
    const fresh = await fixture.import(uri, { onConflict: 'replace' });
    expect(fresh).toMatchObject({ title: 'Cart bug', messageCount: 2 });
    expect((await fixture.manager.get(id)).deletedAt).not.toBeNull();
  });

  it('gives new ids to events that another session has', async () => {
    const id = await fixture.add();
    const text = await exported(id).then(() => fixture.read('session.rejoin.yaml'));
    const renamed = text.replaceAll(id, '01936f00-0000-7000-8000-000000000001').replace('Cart bug', 'Twin');
    const twin = await fixture.import(await fixture.write('twin.rejoin.yaml', renamed));
    expect(twin).toMatchObject({ title: 'Twin', messageCount: 2 });
    expect(await fixture.manager.loadBranch(twin?.id as SessionId)).toHaveLength(2);
  });
});
