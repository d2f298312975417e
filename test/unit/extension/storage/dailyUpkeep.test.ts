import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../src/core/base/event';
import { AppError } from '../../../../src/core/base/errors';
import { silentLogger } from '../../../../src/core/base/ports';
import type { StoreFile } from '../../../../src/core/session/storeFile';
import { DailyUpkeep } from '../../../../src/extension/storage/dailyUpkeep';
import { rawSql } from '../../../support/rawSql';
import { stubMemento } from '../../../support/vscodeWorkspaceStub';
import { launchManager } from '../../../support/storeFixture';
import { person, resetPerson } from '../checkpoints/vscodeDouble';
import { ManualTimers } from './manualTimers';
import { day, StorageFixture } from './storageFixture';

vi.mock('vscode', async () => (await import('../checkpoints/vscodeDouble')).vscodeDouble);

const hour = 3_600_000;
let fixture: StorageFixture;
let timers: ManualTimers;
let opened: Emitter<void>;
let memento: ReturnType<typeof stubMemento>;
const windows: DailyUpkeep[] = [];

beforeEach(async () => {
  resetPerson();
  fixture = await StorageFixture.open();
  timers = new ManualTimers();
  opened = new Emitter<void>();
  memento = stubMemento();
});
afterEach(async () => {
  windows.splice(0).forEach((upkeep) => upkeep.dispose());
  await fixture.dispose();
});

function upkeep(file: StoreFile = fixture.manager.file): DailyUpkeep {
  const made = new DailyUpkeep({
    openFile: () => Promise.resolve(file),
    onDidOpenStore: opened.event,
    memento,
    timers,
    logger: silentLogger,
  });
  windows.push(made);
  return made;
}

const kinds = async (): Promise<readonly string[]> =>
  (await fixture.manager.file.listBackups()).map(({ kind }) => kind);

/** The file with some of its answers changed. */
function fileWith(changes: Partial<StoreFile>): StoreFile {
  const { file } = fixture.manager;
  const own: StoreFile = {
    health: file.health,
    onDidChangeHealth: file.onDidChangeHealth,
    onDidScrubBackups: file.onDidScrubBackups,
    missingEvents: () => file.missingEvents(),
    acceptLoss: () => file.acceptLoss(),
    check: () => file.check(),
    backUp: (kind) => file.backUp(kind),
    listBackups: () => file.listBackups(),
    claim: (work, everyMs) => file.claim(work, everyMs),
    version: () => file.version(),
  };
  return { ...own, ...changes };
}

describe('the daily backup', () => {
  it('waits until what was asked for is on screen, and looks again every hour', async () => {
    upkeep();
    expect(timers.pending).toEqual([]);
    opened.fire();
    expect(timers.pending).toEqual([10_000]);
    timers.run();
    expect(timers.pending).toEqual([hour]);
    await vi.waitFor(async () => expect(await kinds()).toEqual(['daily']));
  });

  it('is made once a day, and only when something was written', async () => {
    const window = upkeep();
    await fixture.add('one', 0);
    await window.run();
    await fixture.add('two', 0);
    await window.run();
    expect(await kinds()).toEqual(['daily']);
    fixture.store.clock.advance(day + 1);
    await window.run();
    expect(await kinds()).toEqual(['daily', 'daily']);
    fixture.store.clock.advance(day + 1);
    await window.run();
    expect(await kinds()).toEqual(['daily', 'daily']);
    await fixture.manager.rename(
      (await fixture.manager.list({ states: ['active'], limit: 1 }))[0]?.id ?? ('' as never),
      'x',
    );
    await window.run();
    expect(await kinds()).toEqual(['daily', 'daily', 'daily']);
  });

  it('is made by one of two windows', async () => {
    await fixture.add('one', 0);
    const other = launchManager({ ...fixture.store, service: await fixture.store.openAnother() });
    await Promise.all([upkeep().run(), upkeep(other.file).run()]);
    expect(await kinds()).toEqual(['daily']);
  });

  it('is tried again within the hour when it failed, and the person is told once', async () => {
    await fixture.add('one', 0);
    let fails = true;
    const window = upkeep(
      fileWith({
        backUp: (kind) =>
          fails
            ? Promise.reject(new AppError('store/backup-failed', { args: { path: '/backups', detail: 'disk full' } }))
            : fixture.manager.file.backUp(kind),
      }),
    );
    await window.run();
    await window.run();
    expect(person.messages.map(({ text }) => text)).toEqual([
      'The sessions could not be copied to /backups. (disk full) Earlier backups are as they were.',
    ]);
    expect(await kinds()).toEqual([]);
    fails = false;
    await window.run();
    expect(await kinds()).toEqual(['daily']);
  });

  it('is left alone while the file cannot be written', async () => {
    await fixture.add('one', 0);
    await upkeep(fileWith({ health: { kind: 'trouble', error: new AppError('store/full') } })).run();
    expect(await kinds()).toEqual([]);
  });

  it('does nothing while no store is open, and stops with its window', async () => {
    await fixture.add('one', 0);
    const window = new DailyUpkeep({
      openFile: () => Promise.resolve(undefined),
      onDidOpenStore: opened.event,
      memento,
      timers,
      logger: silentLogger,
    });
    opened.fire();
    await window.run();
    expect(await kinds()).toEqual([]);
    window.dispose();
    expect(timers.pending).toEqual([]);
    opened.fire();
    expect(timers.pending).toEqual([]);
  });
});

describe('the daily check', () => {
  it('says nothing of a sound file', async () => {
    await fixture.add('one', 0);
    await upkeep().run();
    expect(person.messages).toEqual([]);
  });

  it('tells how many messages were changed on disk, once, and offers the diagnostics', async () => {
    await fixture.add('one', 0);
    await fixture.add('two', 0);
    await rawSql(fixture.store.path, "UPDATE session_events SET event_data = replace(event_data, 'one', 'six')");
    await rawSql(fixture.store.path, "UPDATE session_events SET event_data = replace(event_data, 'two', 'ten')");
    person.onMessage = () => 'Copy Diagnostics';
    const window = upkeep();
    await window.run();
    fixture.store.clock.advance(day + 1);
    await window.run();
    await upkeep().run();
    expect(person.messages).toMatchObject([{ kind: 'warning', buttons: ['Copy Diagnostics'] }]);
    expect(person.messages[0]?.text).toMatch(/^\d+ stored messages were changed outside of Rejoin\./);
    await vi.waitFor(() => expect(person.commands).toEqual([['rejoin.copyDiagnostics']]));
  });

  it('tells of a damaged file and leads to what can be restored', async () => {
    await fixture.add('one', 0);
    person.onMessage = () => 'Restore…';
    const found = { problems: ['Tree 11 page 8: btreeInitPage() returns error code 11'], altered: [], incomplete: [] };
    await upkeep(fileWith({ check: () => Promise.resolve({ ...found, missingEvents: 0 }) })).run();
    expect(person.messages).toMatchObject([{ buttons: ['Restore…', 'Copy Diagnostics'] }]);
    await vi.waitFor(() => expect(person.commands).toEqual([['rejoin.restoreBackup']]));
  });
});
