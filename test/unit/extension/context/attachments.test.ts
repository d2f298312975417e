import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { maxItemBytes, maxItems } from '../../../../src/extension/context/contextLimits';
import { looksSecret } from '../../../../src/extension/context/attachConsent';
import { contextItem } from '../../../support/builders';
import { stubCommands } from '../../../support/vscodeStub';
import {
  openStubFolders,
  setStubSetting,
  stubDocument,
  stubMemento,
  StubUri,
  stubWindow,
  vscodeWorkspaceStub,
} from '../../../support/vscodeWorkspaceStub';
import { ContextFixture } from './contextFixture';

vi.mock('vscode', async () => (await import('../../../support/vscodeWorkspaceStub')).vscodeWorkspaceStub);

let fixture: ContextFixture;

beforeEach(async () => {
  fixture = await ContextFixture.create();
});
afterEach(() => fixture.dispose());

describe('a file', () => {
  it('is attached with its text under its path inside the folder', async () => {
    const uri = await fixture.write('src/cart.ts', 'let total = 0; // é');
    expect(await fixture.attach(uri)).toEqual([{ type: 'file', key: 'src/cart.ts', bytes: 20, unreadable: false }]);
    expect(fixture.attached).toMatchObject([{ uri: uri.toString(), value: 'let total = 0; // é' }]);
  });

  it('is named with its folder where several are open', async () => {
    openStubFolders({ shop: fixture.shop, docs: path.join(fixture.folder, 'docs') });
    await fixture.attach(await fixture.write('a.md', 'A'));
    await fixture.attach(await fixture.write('a.md', 'B', path.join(fixture.folder, 'docs')));
    expect(fixture.keys).toEqual(['file shop/a.md', 'file docs/a.md']);
  });

  it('has the text of its editor, with what is not saved yet', async () => {
    const uri = await fixture.write('a.md', 'Saved');
    vscodeWorkspaceStub.workspace.textDocuments = [stubDocument(uri, 'Not saved')];
    await fixture.attach(uri);
    expect(fixture.attached[0]?.value).toBe('Not saved');
  });

  it('may have as many bytes as the limit and not one more', async () => {
    await fixture.attach(await fixture.write('fits.txt', 'x'.repeat(maxItemBytes)));
    const larger = await fixture.write('larger.txt', 'x'.repeat(maxItemBytes + 1));
    await expect(fixture.attach(larger)).rejects.toMatchObject({
      code: 'context/too-large',
      args: { path: 'larger.txt', limit: 256 },
    });
    expect(fixture.keys).toEqual(['file fits.txt']);
  });

  it('is refused when it is no text', async () => {
    const picture = await fixture.write('a.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1]));
    await expect(fixture.attach(picture)).rejects.toMatchObject({ code: 'context/binary' });
    expect(fixture.attached).toEqual([]);
  });

  it('is refused when a link takes it out of the workspace, and taken when the link stays inside', async () => {
    const outside = await fixture.write('outside.txt', 'Outside', fixture.folder);
    const inside = await fixture.write('inside.txt', 'Inside');
    const link = (name: string): StubUri => StubUri.file(path.join(fixture.shop, name));
    await symlink(outside.fsPath, link('out').fsPath);
    await symlink(inside.fsPath, link('in').fsPath);
    await symlink(fixture.folder, link('up').fsPath);
    await expect(fixture.attach(link('out'))).rejects.toMatchObject({ code: 'context/outside' });
    await expect(fixture.attach(link('up/outside.txt'))).rejects.toMatchObject({ code: 'context/outside' });
    await expect(fixture.attach(link('up'))).rejects.toMatchObject({ code: 'context/outside' });
    await fixture.attach(link('in'));
    expect(fixture.attached).toMatchObject([{ key: 'in', value: 'Inside' }]);
  });

  it.runIf(process.platform === 'linux')('is refused when it would never end, or is larger than any disk', async () => {
    const sparse = await fixture.write('sparse.log', '');
    await truncate(sparse.fsPath, 100_000_000_000);
    await expect(fixture.attach(sparse)).rejects.toMatchObject({ code: 'context/too-large' });
    execFileSync('mkfifo', [path.join(fixture.shop, 'pipe')]);
    await expect(fixture.attach(path.join(fixture.shop, 'pipe'))).rejects.toMatchObject({ code: 'file/failed' });
    await expect(fixture.attach('/dev/zero')).rejects.toMatchObject({ code: 'file/failed' });
    await symlink('/dev/zero', path.join(fixture.shop, 'zero'));
    await expect(fixture.attach(path.join(fixture.shop, 'zero'))).rejects.toMatchObject({ code: 'context/outside' });
    expect(fixture.attached).toEqual([]);
  });

  it('that is not there is refused in words', async () => {
    const gone = StubUri.file(path.join(fixture.shop, 'gone.ts'));
    await expect(fixture.attach(gone)).rejects.toMatchObject({ code: 'file/not-found' });
  });

  it('that may hold secrets is read only after a yes', async () => {
    const secret = await fixture.write('.env', 'KEY=1');
    await fixture.attach(secret);
    expect([fixture.attached, stubWindow.messages]).toEqual([[], [expect.stringContaining('“.env” may hold')]]);
    stubWindow.confirm = true;
    await fixture.attach(secret);
    expect(fixture.keys).toEqual(['file .env']);
  });

  it('that is a link to one that may hold secrets asks as well', async () => {
    const secret = await fixture.write('.env', 'KEY=1');
    const link = path.join(fixture.shop, 'notes.txt');
    await symlink(secret.fsPath, link);
    await fixture.attach(StubUri.file(link));
    expect([fixture.attached, stubWindow.messages.length]).toEqual([[], 1]);
  });

  it('replaces itself when it is attached again', async () => {
    const uri = await fixture.write('a.md', 'One');
    await fixture.attach(uri);
    await writeFile(uri.fsPath, 'Two');
    await fixture.attach(uri);
    expect(fixture.attached).toMatchObject([{ key: 'a.md', value: 'Two' }]);
  });
});

describe('several at once', () => {
  it('are attached as far as they can be read, and the first fault is told', async () => {
    const [good, bad] = [await fixture.write('a.md', 'A'), StubUri.file(path.join(fixture.shop, 'gone'))];
    await expect(fixture.attach([bad, good])).rejects.toMatchObject({ code: 'file/not-found' });
    expect(fixture.keys).toEqual(['file a.md']);
  });

  it('are at most as many as a session may have, one that is there already not counted', async () => {
    fixture.attached = Array.from({ length: maxItems }, (_, index) => contextItem(`${index}.ts`));
    const [again, another] = [await fixture.write('0.ts', 'New'), await fixture.write('more.ts', 'More')];
    await fixture.attach(again);
    await expect(fixture.attach(another)).rejects.toMatchObject({
      code: 'context/too-many',
      args: { limit: maxItems },
    });
    expect(fixture.attached).toHaveLength(maxItems);
  });

  it('may be items of a program, which come without an address', async () => {
    await fixture.attach([{ type: 'terminal', key: 'build', value: 'error TS1005' }]);
    expect(fixture.attached).toMatchObject([{ type: 'terminal', key: 'build', uri: null, value: 'error TS1005' }]);
  });

  it.each([[7], [{ type: 'other', key: 'a', value: 'b' }], [{ type: 'file', key: '', value: 'b' }], ['not a path']])(
    'are refused as %j',
    async (argument) => {
      await expect(fixture.attach(argument)).rejects.toMatchObject({ code: 'argument/invalid' });
      expect(fixture.attached).toEqual([]);
    },
  );
});

describe('what is dropped on the chat', () => {
  it('is attached when it is inside the workspace, and only after a yes when it is not', async () => {
    const inside = await fixture.write('a.md', 'A');
    const outside = await fixture.write('b.md', 'B', fixture.folder);
    await fixture.attachments.attachUris([inside.toString(), outside.toString()]);
    expect(fixture.keys).toEqual(['file a.md']);
    expect(stubWindow.messages).toEqual([expect.stringContaining('is outside of this workspace')]);
    stubWindow.confirm = true;
    await fixture.attachments.attachUris([outside.toString()]);
    expect(fixture.keys).toEqual(['file a.md', `file ${outside.fsPath}`]);
  });
});

describe('a folder', () => {
  it('is attached as the names in it, sorted, without what the settings exclude', async () => {
    setStubSetting('search.exclude', { '**/node_modules': true, '**/kept': false });
    await fixture.write('src/b.ts', '');
    await fixture.write('src/a/c.ts', '');
    await fixture.write('src/kept/d.ts', '');
    await fixture.write('src/node_modules/e.js', '');
    const uri = StubUri.file(path.join(fixture.shop, 'src'));
    await fixture.attach(uri);
    expect(fixture.attached).toMatchObject([
      { type: 'folder', key: 'src', uri: uri.toString(), value: 'a/c.ts\nb.ts\nkept/d.ts' },
    ]);
  });

  it('has a bound on the names and says how many are left out', async () => {
    await mkdir(path.join(fixture.shop, 'many'));
    const names = Array.from({ length: 1003 }, (_, index) => String(index).padStart(4, '0'));
    await Promise.all(names.map((name) => fixture.write(`many/${name}`, '')));
    await fixture.attach(StubUri.file(path.join(fixture.shop, 'many')));
    expect(fixture.attached[0]?.value.split('\n').slice(-2)).toEqual(['0999', '[3 more files]']);
  });

  it('of the workspace itself goes by its name', async () => {
    await fixture.attach(StubUri.file(fixture.shop));
    expect(fixture.keys).toEqual(['folder shop']);
  });
});

describe('the selection in the editor', () => {
  const text = ['one', 'two', 'three', 'four'].join('\n');
  const add = (): Promise<unknown> => fixture.commands['rejoin.addSelectionToChat']();

  it('is attached under its lines, and the keyboard goes to the chat', async () => {
    const uri = await fixture.write('src/a.ts', text);
    fixture.edit(stubDocument(uri, text), [1, 0, 2, 5]);
    expect(await add()).toEqual([{ type: 'selection', key: 'src/a.ts:2-3', bytes: 9, unreadable: false }]);
    expect(fixture.attached).toMatchObject([{ uri: `${uri.toString()}#L2-3`, value: 'two\nthree' }]);
    expect(fixture.focused).toBe(1);
  });

  it('does not hold the line before whose first character it ends', async () => {
    fixture.edit(stubDocument(await fixture.write('a.ts', text), text), [1, 0, 2, 0]);
    await add();
    expect(fixture.keys).toEqual(['selection a.ts:2']);
  });

  it('is one item for each place, and one for several places in a line', async () => {
    const document = stubDocument(await fixture.write('a.ts', text), text);
    fixture.edit(document, [0, 0, 0, 1], [0, 2, 0, 3], [3, 0, 3, 4]);
    await add();
    expect(fixture.attached.map(({ key, value }) => [key, value])).toEqual([
      ['a.ts:1', 'o\ne'],
      ['a.ts:4', 'four'],
    ]);
  });

  it('says so when nothing is selected', async () => {
    await expect(add()).rejects.toMatchObject({ code: 'context/nothing', args: { source: 'selection' } });
    fixture.edit(stubDocument(await fixture.write('a.ts', text), text), [1, 2, 1, 2]);
    await expect(add()).rejects.toMatchObject({ code: 'context/nothing' });
    expect(fixture.focused).toBe(0);
  });

  it('asks first in a file that may hold secrets', async () => {
    fixture.edit(stubDocument(await fixture.write('.env', text), text), [0, 0, 0, 3]);
    expect(await add()).toBeUndefined();
    expect(fixture.attached).toEqual([]);
  });
});

describe('what is attached', () => {
  it('is read again, and what has changed has its new text', async () => {
    const [same, changed] = [await fixture.write('same.ts', 'Same'), await fixture.write('changed.ts', 'Old')];
    const folder = StubUri.file(path.join(fixture.shop, 'src'));
    await fixture.write('src/a.ts', '');
    await fixture.attach([same, changed, folder]);
    await writeFile(changed.fsPath, 'New');
    await fixture.write('src/b.ts', '');
    const refreshed = await fixture.attachments.refresh(fixture.attached);
    expect(refreshed.map(({ value }) => value)).toEqual(['Same', 'New', 'a.ts\nb.ts']);
    expect(refreshed[0]).toBe(fixture.attached[0]);
  });

  it('keeps its text, and is marked, when it cannot be read any more', async () => {
    const uri = await fixture.write('a.ts', 'Text');
    await fixture.attach(uri);
    await rm(uri.fsPath);
    expect(await fixture.attachments.refresh(fixture.attached)).toEqual(fixture.attached);
    expect(await fixture.attachments.chips(fixture.attached)).toMatchObject([{ key: 'a.ts', unreadable: true }]);
  });

  it('keeps its text when the file has become too large, binary, or a link out of the workspace', async () => {
    const outside = await fixture.write('outside.txt', 'Outside', fixture.folder);
    const uris = await Promise.all(['large', 'binary', 'link'].map((name) => fixture.write(name, name)));
    await fixture.attach(uris);
    await fixture.write('large', 'x'.repeat(maxItemBytes + 1));
    await fixture.write('binary', new Uint8Array([0, 1]));
    await rm(path.join(fixture.shop, 'link'));
    await symlink(outside.fsPath, path.join(fixture.shop, 'link'));
    expect((await fixture.attachments.refresh(fixture.attached)).map(({ value }) => value)).toEqual([
      'large',
      'binary',
      'link',
    ]);
  });

  it('follows selected lines that moved, and takes the lines at their place when they changed', async () => {
    const uri = await fixture.write('a.ts', 'one\ntwo\nthree');
    fixture.edit(stubDocument(uri, 'one\ntwo\nthree'), [1, 0, 1, 3]);
    await fixture.commands['rejoin.addSelectionToChat']();
    const valueAfter = async (text: string): Promise<string | undefined> => {
      await writeFile(uri.fsPath, text);
      return (await fixture.attachments.refresh(fixture.attached))[0]?.value;
    };
    expect(await valueAfter('new line\none\ntwo\nthree')).toBe('two');
    expect(await valueAfter('one\n2\nthree')).toBe('2');
    expect(await valueAfter('')).toBe('two');
  });

  it('and was taken once and for all stays as it is', async () => {
    await fixture.attach([{ type: 'problems', key: 'a.ts', value: 'a.ts:1:1 error: No' }]);
    expect(await fixture.attachments.refresh(fixture.attached)).toEqual(fixture.attached);
    expect(await fixture.attachments.chips(fixture.attached)).toMatchObject([{ unreadable: false }]);
  });

  it('outside of the workspace is read again in the workspace in which it was attached', async () => {
    const uri = await fixture.write('notes.md', 'Old', fixture.folder);
    await fixture.attach(uri);
    await writeFile(uri.fsPath, 'New');
    const afterReload = fixture.newAttachments();
    expect((await afterReload.refresh(fixture.attached))[0]?.value).toBe('New');
    const elsewhere = fixture.newAttachments(stubMemento());
    expect((await elsewhere.refresh(fixture.attached))[0]?.value).toBe('Old');
  });
});

describe('a session from a file of somebody else', () => {
  it.each([
    ['a file outside of the workspace', '../secret.txt', 'secret.txt'],
    ['a file under another name', 'src/plan.md', 'README.md'],
    ['a file that may hold secrets', '.env', '.env'],
  ])('gets %s neither read nor looked at nor opened', async (_, file, key) => {
    const uri = await fixture.write(file, 'Private');
    const item = contextItem(key, { uri: uri.toString(), value: 'As imported' });
    const { attachments } = fixture;
    expect(await attachments.refresh([item])).toEqual([item]);
    expect(await attachments.chips([item])).toMatchObject([{ unreadable: true }]);
    await attachments.open(item);
    expect(stubWindow.opened).toEqual([{ target: 'As imported' }]);
  });

  it('gets a file of the workspace read again that is called what it is', async () => {
    const uri = await fixture.write('src/cart.ts', 'Here');
    const item = contextItem('src/cart.ts', { uri: uri.toString(), value: 'There' });
    expect(await fixture.attachments.refresh([item])).toEqual([{ ...item, value: 'Here' }]);
  });
});

describe('opening an item', () => {
  it('shows a file, lines of a file, and a folder where they are', async () => {
    const uri = await fixture.write('src/a.ts', 'one\ntwo');
    fixture.edit(stubDocument(uri, 'one\ntwo'), [1, 0, 1, 3]);
    await fixture.commands['rejoin.addSelectionToChat']();
    await fixture.attach([uri, StubUri.file(path.join(fixture.shop, 'src'))]);
    stubCommands.length = 0;
    for (const item of fixture.attached) {
      await fixture.attachments.open(item);
    }
    expect(stubWindow.opened).toEqual([{ target: uri.fsPath, line: 1 }, { target: uri.fsPath }]);
    expect(stubCommands).toMatchObject([['revealInExplorer', { path: path.join(fixture.shop, 'src') }]]);
  });

  it('shows the text where there is no place to go to, or not any more', async () => {
    const uri = await fixture.write('a.ts', 'As it was');
    await fixture.attach([uri]);
    await fixture.attach([{ type: 'setting', key: 'editor.tabSize', value: '"editor.tabSize": 4' }]);
    await rm(uri.fsPath);
    for (const item of fixture.attached) {
      await fixture.attachments.open(item);
    }
    expect(stubWindow.opened).toEqual([{ target: 'As it was' }, { target: '"editor.tabSize": 4' }]);
  });
});

describe('a name that may hold secrets', () => {
  it.each([
    ...['.env', '.env.local', 'config/.npmrc', 'server.pem', 'private.KEY', '.ssh/config', 'id_ed25519', 'id_rsa.bak'],
    ...['credentials.json', 'client_secret.json', 'app-secrets.yaml', '.aws/config', 'vault.kdbx', 'passwords.txt'],
  ])('is %s', (name) => {
    expect(looksSecret(`/work/shop/${name}`)).toBe(true);
  });

  it.each(['.env.example', 'cart.ts', 'environment.ts', 'keyboard.ts', 'id_rsa.pub', 'monkey.md', 'secretary.md'])(
    'is not %s',
    (name) => {
      expect(looksSecret(`/work/shop/${name}`)).toBe(false);
    },
  );
});
