import { readdir, truncate, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../../src/core/base/ports';
import type { SessionId } from '../../../../src/core/session/session';
import { backUpNow } from '../../../../src/extension/storage/backupNow';
import { emptyTrash } from '../../../../src/extension/storage/emptyTrash';
import { restoreBackup } from '../../../../src/extension/storage/restoreBackup';
import { launchManager, migrationsDir, openTempStore } from '../../../support/storeFixture';
import { person, resetPerson } from '../checkpoints/vscodeDouble';
import { StorageFixture } from './storageFixture';

vi.mock('vscode', async () => (await import('../checkpoints/vscodeDouble')).vscodeDouble);

let fixture: StorageFixture;

beforeEach(async () => {
  resetPerson();
  fixture = await StorageFixture.open();
});
afterEach(() => fixture.dispose());

const restore = (argument?: unknown) =>
  restoreBackup(
    {
      storeFolder: () => fixture.store.folder,
      migrationsFolder: migrationsDir,
      async replaceFile(task) {
        await fixture.store.service.close();
        try {
          return await task(fixture.store.folder);
        } finally {
          await fixture.store.reopen();
        }
      },
      storeProblem: () => undefined,
      clock: fixture.store.clock,
      logger: silentLogger,
    },
    argument,
  );

const titles = async (): Promise<readonly string[]> =>
  (await fixture.store.service.list({ states: ['active'], limit: 10 })).map(({ title }) => title).sort();

const offered = (): readonly object[] => person.picks.at(-1)?.items ?? [];

describe('backing up now', () => {
  it('returns the backup, says where it is and shows it there', async () => {
    await fixture.add('one', 0);
    person.onMessage = () => 'Show in File Manager';
    const backup = await backUpNow(() => Promise.resolve(fixture.manager.file));
    expect(backup).toMatchObject({
      kind: 'manual',
      sessions: 1,
      path: join(fixture.store.folder, 'backups', 'sessions-20261120T090000000-manual.db'),
    });
    expect(person.messages).toMatchObject([{ text: `Backed up 1 session to ${backup.path}.` }]);
    await vi.waitFor(() => expect(person.commands).toMatchObject([['revealFileInOS', { path: backup.path }]]));
  });

  it('fails clearly for sessions that are in memory only', async () => {
    const memory = await openTempStore({ folder: ':memory:' });
    const manager = launchManager(memory);
    await expect(backUpNow(() => Promise.resolve(manager.file))).rejects.toMatchObject({ code: 'store/backup-failed' });
    await memory.service.close();
  });
});

describe('restoring a backup', () => {
  async function backUpAndGoOn(): Promise<string> {
    await fixture.add('first', 0);
    const { path } = await fixture.manager.file.backUp('daily');
    fixture.store.clock.advance(3_600_000);
    await fixture.add('second', 0);
    return path;
  }

  it('shows what each choice has and would lose, asks, and keeps the file that was there', async () => {
    await backUpAndGoOn();
    person.onPick = () => '$(archive) Nov 20, 2026, 9:00 AM';
    person.onMessage = ({ modal }) => (modal ? 'Restore' : undefined);
    const restored = await restore();
    expect(offered()).toMatchObject([
      {
        label: '$(archive) Nov 20, 2026, 9:00 AM',
        description: '1 hr. ago · daily backup',
        detail: expect.stringMatching(/^1 session · 1 message · \d+ newer messages? would be missing\.$/) as string,
      },
      { label: '$(new-file) Start empty' },
    ]);
    const [question, told] = person.messages;
    expect(question).toMatchObject({
      modal: true,
      text: 'Restore the sessions as they were on Nov 20, 2026, 9:00 AM?',
    });
    expect(question?.detail).toContain(
      `Nothing is deleted: the file that is there now is moved to ${join(fixture.store.folder, 'quarantine')}.`,
    );
    expect(await titles()).toEqual(['first']);
    expect(told?.text).toContain(restored?.quarantine);
    expect(await readdir(restored?.quarantine ?? '')).toContain('sessions.db');
  });

  it.each([
    ['in the list', undefined],
    ['at the question', '$(new-file) Start empty'],
  ])('changes nothing when the person cancels %s', async (_, picked) => {
    await backUpAndGoOn();
    person.onPick = () => picked;
    expect(await restore()).toBeUndefined();
    expect(await titles()).toEqual(['first', 'second']);
    expect((await readdir(fixture.store.folder)).includes('quarantine')).toBe(false);
  });

  it.each([
    ['a path', (path: string) => path],
    ['a choice', (path: string) => ({ choice: path })],
  ])('asks nothing when it is given %s', async (_, argument) => {
    const path = await backUpAndGoOn();
    expect(await restore(argument(path))).toMatchObject({ quarantine: expect.any(String) as string });
    expect(person.picks).toEqual([]);
    expect(person.messages.filter(({ modal }) => modal)).toEqual([]);
    expect(await titles()).toEqual(['first']);
  });

  it('starts empty when told so, and says which arguments there are', async () => {
    await backUpAndGoOn();
    await restore({ choice: 'empty' });
    expect(await titles()).toEqual([]);
    await expect(restore({ choice: 'salvage' })).rejects.toMatchObject({ code: 'argument/invalid' });
    await expect(restore(7)).rejects.toMatchObject({ code: 'argument/invalid' });
    await expect(restore('/nowhere/sessions.db')).rejects.toMatchObject({ code: 'store/no-backup' });
    expect(await titles()).toEqual([]);
  });

  it('says so when there is no backup of a sound file', async () => {
    await fixture.add('first', 0);
    await expect(restore()).rejects.toMatchObject({
      code: 'store/no-backup',
      args: { path: join(fixture.store.folder, 'backups') },
    });
  });

  it('says of a file from which nothing can be read that only backups can help', async () => {
    await backUpAndGoOn();
    await fixture.store.service.close();
    await truncate(fixture.store.path, 0);
    await writeFile(fixture.store.path, 'no database any more'.repeat(100));
    const asked: string[] = [];
    person.onPick = ({ placeHolder }) => void asked.push(placeHolder);
    await restore().catch(() => undefined);
    expect(asked).toEqual(['Nothing can be read from the damaged file, so only backups can help']);
  });
});

describe('deleting forever', () => {
  it('says how many files that were set aside may still hold the text, and where', async () => {
    const id: SessionId = await fixture.add('secret', 0);
    await fixture.manager.moveToTrash([id]);
    for (const name of ['20261118T080000000', '20261119T080000000']) {
      await mkdir(join(fixture.store.folder, 'quarantine', name), { recursive: true });
    }
    await emptyTrash(fixture.manager, undefined);
    expect(person.messages[0]?.detail).toContain(
      `2 copies of the database were set aside and may still hold the text; Rejoin does not change them. Look in ${join(fixture.store.folder, 'quarantine')}`,
    );
  });
});
