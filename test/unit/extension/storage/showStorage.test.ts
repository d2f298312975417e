import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../../src/core/base/ports';
import { showStorage } from '../../../../src/extension/storage/showStorage';
import { person, resetPerson } from '../checkpoints/vscodeDouble';
import { day, StorageFixture } from './storageFixture';

vi.mock('vscode', async () => (await import('../checkpoints/vscodeDouble')).vscodeDouble);

let fixture: StorageFixture;

beforeEach(async () => {
  resetPerson();
  fixture = await StorageFixture.open();
});
afterEach(() => fixture.dispose());

const show = () =>
  showStorage({
    sessions: () => Promise.resolve(fixture.manager),
    clock: fixture.store.clock,
    logger: silentLogger,
  });

function shown() {
  const picker = person.quickPicks.at(-1);
  if (picker === undefined) {
    throw new Error('No list was shown');
  }
  return picker;
}

it('returns and shows what the sessions take, the largest first, and where they are', async () => {
  const large = await fixture.add('large $(trash)', 3, undefined, 'x'.repeat(50_000));
  const small = await fixture.add('small', 2, undefined, 'y'.repeat(1000));
  const archived = await fixture.add('archived', 5, undefined, 'z'.repeat(5000));
  const gone = await fixture.add('gone', 4, undefined, 'w'.repeat(20_000));
  await fixture.manager.setArchived([archived], true);
  await fixture.manager.moveToTrash([gone]);

  const report = await show();

  expect(report.path).toBe(fixture.store.path);
  expect(report.databaseBytes).toBe((await stat(fixture.store.path)).size);
  expect(report.logBytes).toBeGreaterThan(0);
  expect(report.sessions.map(({ id }) => id)).toEqual([large, archived, small]);
  expect(report.sessions[0]?.bytes).toBeGreaterThanOrEqual(50_000);
  expect(report.sessions[0]?.bytes).toBeLessThan(51_000);
  expect(report.sessionCount).toBe(3);
  expect(report.sessionBytes).toBe(report.sessions.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(report.trash.count).toBe(1);
  expect(report.trash.bytes).toBeGreaterThanOrEqual(20_000);
  expect(report.backups).toEqual([]);

  const labels = shown().items.map(({ label }) => label);
  expect(labels).toContain(`$(database) ${fixture.store.path}`);
  expect(labels).toContain('$(trash) 1 session');
  // A title draws no icon.
  expect(labels).toContain('large \\$(trash)');
  expect(shown().items.find(({ label }) => label === 'small')?.description).toMatch(
    /^1\.\d+ kB · 1 message · 2 days ago · shop$/,
  );
});

it('lists the backups and what was set aside, with what can be done about them', async () => {
  await fixture.add('kept', 1);
  const first = await fixture.manager.file.backUp('manual');
  fixture.store.clock.advance(3_600_000);
  const second = await fixture.manager.file.backUp('daily');
  const aside = join(fixture.store.folder, 'quarantine', '20261119T080000000');
  await mkdir(aside, { recursive: true });
  await writeFile(join(aside, 'sessions.db'), 'x'.repeat(1500));

  const report = await show();

  expect(report.backups.map(({ path, kind }) => [path, kind])).toEqual([
    [second.path, 'daily'],
    [first.path, 'manual'],
  ]);
  expect(report.setAside).toMatchObject([{ path: aside, bytes: 1500 }]);
  const rows = shown().items.filter(({ label }) => /archive|file-zip/.test(label));
  expect(rows.map(({ description }) => description)).toEqual(['now', '1 hr. ago', expect.any(String)]);
  expect(rows[1]?.detail).toMatch(/^[\d.]+ kB · 1 session · made by you$/);
  expect(rows[2]?.detail).toBe('1.5 kB');
  shown().press(rows[1]?.label ?? '', 'Copy Path');
  expect(person.clipboard).toEqual([first.path]);
  shown().select('$(add) Back Up Now');
  shown().accept();
  expect(person.commands.at(-1)).toEqual(['rejoin.backupNow']);
  await show();
  shown().select('$(history) Restore…');
  shown().accept();
  expect(person.commands.at(-1)).toEqual(['rejoin.restoreBackup']);
});

it('opens a session, copies and reveals the place of the file, and closes', async () => {
  const id = await fixture.add('chosen', 1);
  await show();
  const database = `$(database) ${fixture.store.path}`;
  shown().press(database, 'Copy Path');
  shown().press(database, 'Show in File Manager');
  expect(person.clipboard).toEqual([fixture.store.path]);
  expect(person.commands).toMatchObject([['revealFileInOS', { path: fixture.store.path }]]);
  shown().select('chosen');
  shown().accept();
  expect(person.commands.at(-1)).toEqual(['rejoin.openSession', id]);
  expect(shown().isOpen).toBe(false);
});

it('shows the new figures after a session was deleted from it', async () => {
  await fixture.add('first', 1);
  const second = await fixture.add('second', 2);
  await show();
  await fixture.manager.moveToTrash([second]);
  shown().press('second', 'Delete Session');
  expect(person.commands).toEqual([['rejoin.deleteSession', second]]);
  await vi.waitFor(() => expect(shown().items.map(({ label }) => label)).toContain('$(trash) 1 session'));
  expect(shown().items.map(({ label }) => label)).not.toContain('second');
  shown().press('$(trash) 1 session', 'Empty Trash…');
  await vi.waitFor(() => expect(person.commands.at(-1)).toEqual(['rejoin.emptyTrash']));
});

it('gives the space of deleted text back to the disk', async () => {
  const id = await fixture.add('huge', 1, undefined, 'x'.repeat(3_000_000));
  const before = await show();
  await fixture.manager.deleteForever([id]);
  const after = await show();
  expect(before.databaseBytes + before.logBytes).toBeGreaterThan(3_000_000);
  expect(after.databaseBytes + after.logBytes).toBeLessThan(1_000_000);
  expect(after.sessions).toEqual([]);
  expect(fixture.now).toBeGreaterThan(day);
});
