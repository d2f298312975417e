import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ExportAllResult } from '../../../../src/extension/checkpoints/exportAllSessions';
import { CheckpointFixture } from './checkpointFixture';
import { person, resetPerson, vscodeDouble } from './vscodeDouble';

vi.mock('vscode', async () => (await import('./vscodeDouble')).vscodeDouble);

let fixture: CheckpointFixture;

beforeEach(async () => {
  resetPerson();
  fixture = await CheckpointFixture.open();
});
afterEach(() => fixture.dispose());

describe('exporting all sessions', () => {
  const all = (options?: unknown): Promise<ExportAllResult> =>
    fixture.call('rejoin.exportAllSessions', vscodeDouble.Uri.file(fixture.folder), options);

  it('gives each a file of its own and writes over none that is there', async () => {
    await fixture.add('Same');
    await fixture.add('same', { directory: '/work/other', gitRoot: null });
    await fixture.add('Other', { directory: '/work/other', gitRoot: null });
    const gone = await fixture.add('Gone');
    await fixture.manager.moveToTrash([gone]);
    await fixture.manager.setArchived([await fixture.add('Archived')], true);
    await fixture.write('OTHER-2026-11-20.rejoin.yaml', 'precious');
    const result = await all({ scope: 'all' });
    expect(result.failed).toEqual([]);
    expect(result.exported).toHaveLength(4);
    expect((await readdir(fixture.folder)).sort()).toEqual([
      'Archived-2026-11-20.rejoin.yaml',
      'OTHER-2026-11-20.rejoin.yaml',
      'Other-2026-11-20-2.rejoin.yaml',
      'Same-2026-11-20-2.rejoin.yaml',
      'same-2026-11-20.rejoin.yaml',
    ]);
    expect(await fixture.read('OTHER-2026-11-20.rejoin.yaml')).toBe('precious');
    expect(person.messages).toEqual([]);
  });

  it('exports those of this window unless asked for all', async () => {
    await fixture.add('Here');
    await fixture.add('Elsewhere', { directory: '/work/other', gitRoot: null });
    const { exported } = await all({ format: 'json' });
    expect(exported.map(({ uri }) => uri.path)).toEqual([fixture.uri('Here-2026-11-20.rejoin.json').path]);
  });

  it('goes on past a session that fails and says which', async () => {
    await fixture.add('First');
    const bad = await fixture.add('Bad');
    await fixture.add('Last');
    const readRecord = fixture.manager.readRecord.bind(fixture.manager);
    fixture.manager.readRecord = (id) => (id === bad ? Promise.reject(new Error('damaged')) : readRecord(id));
    const result = await all();
    expect(result.exported).toHaveLength(2);
    expect(result.failed).toEqual([{ id: bad, title: 'Bad', reason: expect.stringContaining('unexpected') }]);
  });

  it('stops when the person cancels and tells what was done until then', async () => {
    for (const title of ['One', 'Two', 'Three']) {
      await fixture.add(title);
    }
    let asked = 0;
    person.onProgress = () => ++asked > 2;
    expect((await all()).exported).toHaveLength(2);
    expect(await readdir(fixture.folder)).toHaveLength(2);
  });

  it('rejects for a folder that is not there', async () => {
    await fixture.add();
    await expect(
      fixture.call('rejoin.exportAllSessions', join(fixture.folder, 'none'), { format: 'json' }),
    ).rejects.toMatchObject({ code: 'file/not-found' });
  });

  it('asks a person for everything, and tells what was done', async () => {
    await fixture.add('Here');
    person.onPick = ({ placeHolder }) =>
      placeHolder === 'Write it as' ? 'Markdown' : placeHolder === 'Which sessions?' ? 'Everywhere' : [];
    person.onOpen = () => [vscodeDouble.Uri.file(fixture.folder)];
    await fixture.call('rejoin.exportAllSessions');
    expect(await readdir(fixture.folder)).toEqual(['Here-2026-11-20.md']);
    expect(person.messages).toMatchObject([{ text: `Exported 1 session to ${fixture.folder}.` }]);
    person.onOpen = () => undefined;
    expect(await fixture.call('rejoin.exportAllSessions')).toBeUndefined();
  });
});
