import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStorageCommands } from '../../../../src/extension/storage/storageCommands';
import type { CleaningResult } from '../../../../src/extension/storage/cleanSessions';
import { silentLogger } from '../../../../src/core/base/ports';
import { toTurnId } from '../../../../src/core/session/session';
import { answer, testModel, userMessage } from '../../../support/builders';
import { migrationsDir } from '../../../support/storeFixture';
import { person, resetPerson } from '../checkpoints/vscodeDouble';
import { StorageFixture } from './storageFixture';

vi.mock('vscode', async () => (await import('../checkpoints/vscodeDouble')).vscodeDouble);

const elsewhere = { directory: '/work/other', gitRoot: '/work/other' };

let fixture: StorageFixture;

beforeEach(async () => {
  resetPerson();
  fixture = await StorageFixture.open();
});
afterEach(() => fixture.dispose());

const clean = (options?: unknown): Promise<CleaningResult | undefined> => commands()['rejoin.cleanSessions'](options);

function commands() {
  return createStorageCommands({
    sessions: () => Promise.resolve(fixture.manager),
    workspaceKeys: () => Promise.resolve(fixture.keys),
    currentSessionId: () => fixture.openId,
    storeFolder: () => fixture.store.folder,
    migrationsFolder: migrationsDir,
    replaceFile: (task) => task(fixture.store.folder),
    storeProblem: () => undefined,
    clock: fixture.store.clock,
    logger: silentLogger,
  });
}

const titles = (result: CleaningResult | undefined): readonly string[] =>
  (result?.sessions ?? []).map(({ title }) => title).sort();

describe('cleaning by a call with arguments', () => {
  it('moves what is older than the age to the trash and leaves what is not', async () => {
    await fixture.add('forty days', 40);
    await fixture.add('ten days', 10);
    const result = await clean({ olderThan: '30d' });
    expect(titles(result)).toEqual(['forty days']);
    expect(result).toMatchObject({ count: 1, moved: true });
    expect(await fixture.trash()).toEqual(['forty days']);
  });

  it.each([
    ['100d', []],
    ['6w', []],
    ['1m', ['forty days']],
    ['241h', ['forty days']],
    ['10 d', ['forty days']],
    ['0d', ['forty days', 'ten days', 'today']],
  ])('takes the age %s as what it says', async (olderThan, expected) => {
    await fixture.add('forty days', 40);
    await fixture.add('ten days', 10);
    await fixture.add('today', 0);
    expect(titles(await clean({ olderThan }))).toEqual([...expected].sort());
    expect(await fixture.trash()).toEqual([...expected].sort());
  });

  it.each(['-1d', '30', '30D', '3x', 'd', '', '1.5d', '99999999999999999d'])(
    'rejects the age “%s” and moves nothing',
    async (olderThan) => {
      await fixture.add('forty days', 40);
      await expect(clean({ olderThan })).rejects.toMatchObject({ code: 'argument/invalid' });
      expect(await fixture.trash()).toEqual([]);
    },
  );

  it.each([{ olderThan: 30 }, { olderThan: '30d', scope: 'here' }, { olderThan: '30d', dryRun: 'yes' }, 'all'])(
    'rejects the options %o',
    async (options) => {
      await expect(clean(options)).rejects.toMatchObject({ code: 'argument/invalid' });
      expect(person.picks).toEqual([]);
    },
  );

  it('cleans the folders of this window unless it is asked for all', async () => {
    await fixture.add('here', 40);
    await fixture.add('elsewhere', 40, elsewhere);
    expect(titles(await clean({ olderThan: '30d' }))).toEqual(['here']);
    expect(await fixture.trash()).toEqual(['here']);
    expect(titles(await clean({ olderThan: '30d', scope: 'all' }))).toEqual(['elsewhere']);
  });

  it('tells with a dry run what would go, with its size, and moves nothing', async () => {
    await fixture.add('small', 40, undefined, 'x'.repeat(1000));
    await fixture.add('large', 50, undefined, 'y'.repeat(50_000));
    const result = await clean({ olderThan: '30d', dryRun: true });
    expect(result).toMatchObject({ count: 2, moved: false });
    expect(result?.bytes).toBeGreaterThan(51_000);
    expect(result?.bytes).toBeLessThan(55_000);
    expect(await fixture.trash()).toEqual([]);
    expect(person.messages).toEqual([]);
  });

  it('never takes a session that is pinned, shown in the chat, answering, or in the trash already', async () => {
    const [pinned, open, running, gone] = [
      await fixture.add('pinned', 40),
      await fixture.add('open', 40),
      await fixture.add('running', 40),
      await fixture.add('gone', 40),
    ];
    await fixture.manager.setPinned([pinned], true);
    fixture.openId = open;
    fixture.store.clock.advance(-40 * 86_400_000);
    const turn = { turnId: toTurnId('turn-1'), parentId: (await fixture.manager.get(running)).headId as never };
    const draft = { ...turn, sessionId: running, model: testModel, content: '', reasoning: '', startedAt: 0 };
    await fixture.manager.append(running, [userMessage('More')], { turnStatus: 'running' });
    await fixture.manager.savePartialReply(draft);
    await fixture.manager.moveToTrash([gone]);
    const deletedAt = fixture.now;
    fixture.store.clock.advance(40 * 86_400_000);
    expect(await clean({ olderThan: '0d', scope: 'all' })).toMatchObject({ count: 0, moved: false });
    expect((await fixture.get(gone))?.deletedAt).toBe(deletedAt);
  });

  it('goes by the last message and not by the first', async () => {
    const id = await fixture.add('old but in use', 40);
    await fixture.manager.append(id, [answer()]);
    expect(await clean({ olderThan: '30d' })).toMatchObject({ count: 0 });
  });

  it('takes back all that it moved with Undo', async () => {
    const ids = [await fixture.add('one', 40), await fixture.add('two', 41)];
    person.onMessage = () => 'Undo';
    await clean({ olderThan: '30d' });
    await vi.waitFor(async () => expect(await fixture.trash()).toEqual([]));
    expect(await Promise.all(ids.map(async (id) => (await fixture.get(id))?.deletedAt))).toEqual([null, null]);
    expect(person.messages).toHaveLength(1);
    expect(person.messages[0]?.text).toMatch(/^Moved 2 sessions \(\d+ bytes\) to the trash: “one”, “two”\.$/);
  });

  it('cleans more sessions than one page of a list has', async () => {
    for (let index = 0; index < 510; index++) {
      await fixture.add(`s${index}`, 40);
    }
    expect(await clean({ olderThan: '30d' })).toMatchObject({ count: 510, moved: true });
    expect(await fixture.manager.list({ states: ['active'], limit: 1 })).toEqual([]);
  });
});

describe('cleaning by a person', () => {
  const answers = (...labels: readonly string[]): void => {
    const left = [...labels];
    person.onPick = () => left.shift();
  };
  const picker = async () => {
    await vi.waitFor(() => expect(person.quickPicks).toHaveLength(1));
    const [shown] = person.quickPicks;
    if (shown === undefined) {
      throw new Error('No list was shown');
    }
    return shown;
  };

  it('shows what would go with age, size and counts, and moves what the person leaves chosen', async () => {
    await fixture.add('forty days', 40);
    await fixture.add('fifty days', 50, elsewhere);
    answers('30 days', 'Everywhere');
    const cleaning = clean();
    const shown = await picker();
    expect(shown.selectedItems).toHaveLength(2);
    expect(shown.items.find(({ label }) => label === 'fifty days')?.description).toMatch(
      /^Oct 1 · \d+ bytes · 1 message · other$/,
    );
    expect(shown.placeholder).toMatch(/^2 sessions \(\d+ bytes\) go to the trash/);
    shown.select('forty days');
    expect(shown.placeholder).toMatch(/^1 session \(\d+ bytes\) goes to the trash/);
    expect(await fixture.trash()).toEqual([]);
    shown.accept();
    expect(titles(await cleaning)).toEqual(['forty days']);
    expect(await fixture.trash()).toEqual(['forty days']);
  });

  it('keeps what was opened, pinned or used while the list was shown', async () => {
    const [opened, pinned, used] = [
      await fixture.add('opened', 40),
      await fixture.add('pinned', 40),
      await fixture.add('used', 40),
    ];
    await fixture.add('forty days', 40);
    answers('30 days', 'This workspace');
    const cleaning = clean();
    const shown = await picker();
    expect(shown.selectedItems).toHaveLength(4);
    fixture.openId = opened;
    await fixture.manager.setPinned([pinned], true);
    await fixture.manager.append(used, [answer()]);
    shown.accept();
    expect(titles(await cleaning)).toEqual(['forty days']);
    expect(await fixture.trash()).toEqual(['forty days']);
  });

  it('does nothing when the person backs out of any step or chooses nothing', async () => {
    await fixture.add('forty days', 40);
    expect(await clean()).toBeUndefined();
    answers('30 days');
    expect(await clean()).toBeUndefined();
    for (const end of ['hide', 'accept'] as const) {
      person.quickPicks.length = 0;
      answers('30 days', 'This workspace');
      const cleaning = clean();
      const shown = await picker();
      shown.select();
      shown[end]();
      expect(await cleaning).toBeUndefined();
    }
    expect(await fixture.trash()).toEqual([]);
  });

  it('takes an age that is typed and says what is wrong with one that is none', async () => {
    await fixture.add('forty days', 40);
    answers('Another age…', 'This workspace');
    const faults: (string | undefined)[] = [];
    person.onInput = ({ validateInput }) => {
      faults.push(...['39d', '39 x', ''].map((text) => validateInput?.(text)));
      return '39d';
    };
    const cleaning = clean();
    (await picker()).accept();
    expect(titles(await cleaning)).toEqual(['forty days']);
    expect(faults).toEqual([undefined, expect.stringContaining('no age'), expect.stringContaining('no age')]);
  });

  it('only says so when there is nothing to clean', async () => {
    await fixture.add('today', 0);
    answers('30 days', 'Everywhere');
    expect(await clean()).toEqual({ count: 0, bytes: 0, sessions: [], moved: false });
    expect(person.messages).toMatchObject([{ kind: 'information', text: expect.stringContaining('nothing to clean') }]);
    expect(person.quickPicks).toEqual([]);
  });
});

describe('emptying the trash', () => {
  const empty = (argument?: unknown) => commands()['rejoin.emptyTrash'](argument);

  it('removes all that is in it for good when a caller says so, and returns the ids', async () => {
    const [kept, first, second] = [
      await fixture.add('kept', 1),
      await fixture.add('first', 2),
      await fixture.add('second', 3),
    ];
    await fixture.manager.moveToTrash([first, second]);
    expect([...((await empty({ confirmed: true })) ?? [])].sort()).toEqual([first, second].sort());
    expect(await fixture.get(first)).toBeUndefined();
    expect(await fixture.get(kept)).toBeDefined();
    expect(person.messages).toEqual([]);
  });

  it('asks a person first, with count and size, and does nothing when they back out', async () => {
    const id = await fixture.add('first', 2, undefined, 'x'.repeat(5000));
    await fixture.manager.moveToTrash([id]);
    expect(await empty()).toBeUndefined();
    expect(await empty({ kind: 'group', group: 'trash' })).toBeUndefined();
    expect(await fixture.get(id)).toBeDefined();
    expect(person.messages).toHaveLength(2);
    expect(person.messages[0]).toMatchObject({ kind: 'warning', modal: true, buttons: ['Empty Trash'] });
    expect(person.messages[0]?.text).toMatch(/^Delete the session in the trash \(5\.\d+ kB\) forever\?$/);

    person.onMessage = () => 'Empty Trash';
    expect(await empty()).toEqual([id]);
    expect(await fixture.get(id)).toBeUndefined();
  });

  it('spares what was restored while the person was asked', async () => {
    const [restored, gone] = [await fixture.add('restored', 1), await fixture.add('gone', 1)];
    await fixture.manager.moveToTrash([restored, gone]);
    const sizesOf = fixture.manager.sizesOf.bind(fixture.manager);
    vi.spyOn(fixture.manager, 'sizesOf').mockImplementationOnce(async (ids) => {
      const sizes = await sizesOf(ids);
      await fixture.manager.restore([restored]);
      return sizes;
    });
    person.onMessage = () => 'Empty Trash';
    expect(await empty()).toEqual([gone]);
    expect(await fixture.get(restored)).toMatchObject({ deletedAt: null });
  });

  it('only says so when the trash is empty', async () => {
    await fixture.add('kept', 1);
    expect(await empty()).toEqual([]);
    expect(person.messages).toMatchObject([{ kind: 'information', text: 'The trash is empty.' }]);
  });
});
