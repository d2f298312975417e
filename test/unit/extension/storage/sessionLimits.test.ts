import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../src/core/base/event';
import { silentLogger, type Logger } from '../../../../src/core/base/ports';
import type { SessionId } from '../../../../src/core/session/session';
import { createLimitReader } from '../../../../src/extension/storage/limitSettings';
import { SessionLimits } from '../../../../src/extension/storage/sessionLimits';
import { answer } from '../../../support/builders';
import { person, resetPerson } from '../checkpoints/vscodeDouble';
import { ManualTimers } from './manualTimers';
import { day, StorageFixture } from './storageFixture';

vi.mock('vscode', async () => (await import('../checkpoints/vscodeDouble')).vscodeDouble);

const elsewhere = { directory: '/work/other', gitRoot: '/work/other' };

let fixture: StorageFixture;
let limits: SessionLimits;
let timers: ManualTimers;
let log: string[];
const opened = new Emitter<void>();

beforeEach(async () => {
  resetPerson();
  fixture = await StorageFixture.open();
  timers = new ManualTimers();
  log = [];
  const note = (text: string): void => void log.push(text);
  const logger: Logger = { ...silentLogger, info: note, warn: note, error: note };
  limits = new SessionLimits({
    openSessions: () => Promise.resolve(fixture.manager),
    onDidOpenStore: opened.event,
    onDidAppendEvents: fixture.manager.onDidAppendEvents,
    workspaceKeys: () => Promise.resolve(fixture.keys),
    currentSessionId: () => fixture.openId,
    settings: createLimitReader(logger),
    clock: fixture.store.clock,
    timers,
    logger,
  });
});
afterEach(async () => {
  limits.dispose();
  await fixture.dispose();
});

/** Marks a session as one in which an answer has been running for so many days. */
async function startAnswer(id: SessionId, days: number): Promise<void> {
  fixture.store.clock.advance(-days * day);
  await fixture.manager.append(id, [], { turnStatus: 'running' });
  fixture.store.clock.advance(days * day);
}

const set = (key: string, value: unknown): void => void person.settings.user.set(`rejoin.${key}`, value);

describe('without limits', () => {
  it('takes no session and tells nothing, however many and old they are', async () => {
    for (let index = 0; index < 60; index++) {
      await fixture.add(`s${index}`, 400);
    }
    await limits.apply();
    expect(await fixture.trash()).toEqual([]);
    expect(person.messages).toEqual([]);
    expect(log).toEqual([]);
  });

  it.each([
    ['session.maxSessions', -1],
    ['session.maxSessions', 1.5],
    ['session.retentionDays', -7],
    ['session.retentionDays', Infinity],
    ['session.retentionDays', '30'],
  ])('takes no session when %s is %s, and says so once in the log', async (key, value) => {
    await fixture.add('first', 400);
    await fixture.add('second', 300);
    set(key, value);
    await limits.apply();
    await limits.apply();
    expect(await fixture.trash()).toEqual([]);
    expect(log).toEqual([expect.stringContaining(`rejoin.${key}`)]);
  });
});

describe('session.maxSessions', () => {
  it('moves those that were not used for longest to the trash, in each folder of the window', async () => {
    fixture.keys = [{ directory: '/work/shop', gitRoot: '/work/shop' }, elsewhere];
    for (const age of [1, 2, 3, 4]) {
      await fixture.add(`shop ${age}`, age);
    }
    await fixture.add('other', 100, elsewhere);
    set('session.maxSessions', 2);
    await limits.apply();
    expect(await fixture.trash()).toEqual(['shop 3', 'shop 4']);
  });

  it('leaves the sessions of other folders alone', async () => {
    await fixture.add('other 1', 1, elsewhere);
    await fixture.add('other 2', 2, elsewhere);
    set('session.maxSessions', 1);
    await limits.apply();
    expect(await fixture.trash()).toEqual([]);
  });

  it('never takes pinned, open or answering ones, though they count', async () => {
    const [pinned, open] = [await fixture.add('pinned', 9), await fixture.add('open', 8)];
    await startAnswer(await fixture.add('answering', 7), 7);
    await fixture.add('newest', 1);
    await fixture.manager.setPinned([pinned], true);
    fixture.openId = open;
    set('session.maxSessions', 1);
    await limits.apply();
    expect(await fixture.trash()).toEqual(['newest']);
  });

  it('names what went and gives it back with Undo, for good in this window', async () => {
    await fixture.add('first', 1);
    await fixture.add('second [x](command:evil)', 2);
    set('session.maxSessions', 1);
    person.onMessage = () => 'Undo';
    await limits.apply();
    await vi.waitFor(async () => expect(await fixture.trash()).toEqual([]));
    expect(person.messages).toMatchObject([
      {
        kind: 'information',
        text: 'Moved a session to the trash, because at most 1 are kept for each folder (rejoin.session.maxSessions): “second [x] (command:evil)”.',
        buttons: ['Undo'],
      },
    ]);
    await limits.apply();
    expect(await fixture.trash()).toEqual([]);
    expect(person.messages).toHaveLength(1);
  });

  it('names the first of many and how many more there are', async () => {
    for (const age of [1, 2, 3, 4, 5, 6]) {
      await fixture.add(`s${age}`, age);
    }
    set('session.maxSessions', 1);
    await limits.apply();
    expect(person.messages[0]?.text).toMatch(
      /^Moved 5 sessions to the trash, because at most 1 are kept for each folder \(rejoin\.session\.maxSessions\): “s\d”, “s\d”, “s\d” and 2 more\.$/,
    );
  });
});

describe('session.retentionDays', () => {
  it('moves what was not used for longer to the trash, in every folder', async () => {
    await fixture.add('old', 31);
    await fixture.add('old elsewhere', 31, elsewhere);
    await fixture.add('young', 29);
    set('session.retentionDays', 30);
    await limits.apply();
    expect(await fixture.trash()).toEqual(['old', 'old elsewhere']);
    expect(person.messages).toHaveLength(1);
    expect(person.messages[0]?.text).toContain('Moved 2 sessions to the trash');
  });

  it('lets what a workspace asks for hold in its own folders alone', async () => {
    await fixture.add('old', 31);
    await fixture.add('old elsewhere', 31, elsewhere);
    person.settings.workspace.set('rejoin.session.retentionDays', 1);
    await limits.apply();
    expect(await fixture.trash()).toEqual(['old']);
  });

  it('never takes pinned, open or answering ones', async () => {
    const [pinned, open] = [await fixture.add('pinned', 90), await fixture.add('open', 90)];
    await startAnswer(await fixture.add('answering', 90), 90);
    await fixture.manager.setPinned([pinned], true);
    fixture.openId = open;
    set('session.retentionDays', 30);
    await limits.apply();
    expect(await fixture.trash()).toEqual([]);
  });
});

describe('the trash', () => {
  it('is emptied of what was in it for more than 30 days, with a line in the log and no notice', async () => {
    const [old, young] = [await fixture.add('old', 1), await fixture.add('young', 1)];
    await fixture.manager.moveToTrash([old]);
    fixture.store.clock.advance(day);
    await fixture.manager.moveToTrash([young]);
    fixture.store.clock.advance(29.5 * day);
    await limits.apply();
    expect(await fixture.get(old)).toBeUndefined();
    expect(await fixture.get(young)).toBeDefined();
    expect(person.messages).toEqual([]);
    expect(log).toEqual([expect.stringContaining('Deleted 1 sessions')]);
  });
});

describe('when it looks', () => {
  it('looks some time after the store was opened', async () => {
    set('session.retentionDays', 30);
    await fixture.add('old', 31);
    timers.run();
    await vi.waitFor(async () => expect(await fixture.trash()).toEqual(['old']));
    expect(timers.pending).toHaveLength(0);
    opened.fire();
    expect(timers.pending).toHaveLength(1);
    limits.dispose();
    expect(timers.pending).toHaveLength(0);
  });

  it('looks when sessions got their rows, once for several, and not with later messages', async () => {
    const id = await fixture.add('first', 1);
    await fixture.add('second', 1);
    expect(timers.pending).toHaveLength(1);
    timers.run();
    await fixture.manager.append(id, [answer()]);
    expect(timers.pending).toHaveLength(0);
  });

  it('does nothing while no store is open, and outlives a failure', async () => {
    const failing = new SessionLimits({
      openSessions: () => Promise.reject(new Error('gone')),
      onDidOpenStore: opened.event,
      onDidAppendEvents: fixture.manager.onDidAppendEvents,
      workspaceKeys: () => Promise.resolve(fixture.keys),
      currentSessionId: () => null,
      settings: () => ({ maxSessions: 1, retentionDays: 1, retentionDaysElsewhere: 1 }),
      clock: fixture.store.clock,
      timers,
      logger: { ...silentLogger, error: (text) => void log.push(text) },
    });
    await failing.apply();
    expect(log).toEqual([expect.stringContaining('could not be applied')]);
    failing.dispose();
  });
});
