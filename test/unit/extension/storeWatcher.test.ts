import { utimes } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toDisposable, type Disposable } from '../../../src/core/base/disposable';
import { Emitter } from '../../../src/core/base/event';
import { silentLogger, type Timers } from '../../../src/core/base/ports';
import { toTurnId, type SessionId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import type { StoreState } from '../../../src/extension/platform/storeState';
import { StoreWatcher, type StoreWatcherDeps } from '../../../src/extension/platform/storeWatcher';
import type { LocalSessionService } from '../../../src/node/sqlite/localSessionService';
import { answer, testModel, userMessage } from '../../support/builders';
import { launchManager, openTempStore, startSessionIn, type TempStore } from '../../support/storeFixture';
import { gate } from '../core/turn/turnDoubles';

/** Time that stands still until a test moves it. */
class ManualTimers implements Timers {
  private now = 0;
  private waiting: { readonly at: number; readonly callback: () => void }[] = [];

  after(ms: number, callback: () => void): Disposable {
    const entry = { at: this.now + ms, callback };
    this.waiting.push(entry);
    return toDisposable(() => (this.waiting = this.waiting.filter((each) => each !== entry)));
  }

  get next(): number {
    return Math.min(...this.waiting.map(({ at }) => at)) - this.now;
  }

  advance(ms: number): void {
    this.now += ms;
    const due = this.waiting.filter(({ at }) => at <= this.now);
    this.waiting = this.waiting.filter(({ at }) => at > this.now);
    due.forEach(({ callback }) => callback());
  }
}

const realTimers: Timers = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return toDisposable(() => clearTimeout(timer));
  },
};

let store: TempStore;
let here: SessionManager;
let there: SessionManager;
let theirService: LocalSessionService;
let id: SessionId;
let timers: ManualTimers;
let looks: () => number;
let changes: string[];
let watcher: StoreWatcher | undefined;
const state = new Emitter<StoreState>();
const focus = new Emitter<void>();
const reopened = new Emitter<void>();

beforeEach(async () => {
  store = await openTempStore();
  here = launchManager(store);
  theirService = await store.openAnother();
  there = launchManager(store, { service: theirService });
  id = await startSessionIn(there);
  await here.refresh();
  timers = new ManualTimers();
  const spy = vi.spyOn(here, 'refresh');
  looks = () => spy.mock.calls.length;
  changes = [];
  here.onDidChangeSessions(({ kind }) => changes.push(kind));
});
afterEach(async () => {
  watcher?.dispose();
  await store.dispose();
});

/** Settles what a look has started. */
const settled = async (): Promise<void> => {
  await here.refresh();
  await new Promise((resolve) => setImmediate(resolve));
};

async function start(overrides: Partial<StoreWatcherDeps> = {}): Promise<void> {
  const opened: SessionManager[] = [];
  watcher = new StoreWatcher({
    store: {
      openManager: () => Promise.resolve(opened[0]),
      onDidChangeState: state.event,
      onDidReopen: reopened.event,
    },
    onDidFocus: focus.event,
    isVisible: () => true,
    timers,
    logger: silentLogger,
    watchFolder: () => toDisposable(() => undefined),
    ...overrides,
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(looks()).toBe(0);
  opened.push(here);
  state.fire({ kind: 'ok', loss: 0 });
  await expect.poll(looks).toBe(1);
  await settled();
}

const begin = async (): Promise<() => Promise<unknown>> => {
  const lease = { turnId: toTurnId('turn'), model: testModel, startedAt: 0 };
  await there.appendUserMessage(id, userMessage('Question'), { turnStatus: 'running', lease });
  const options = { turnStatus: 'idle', ofTurn: lease.turnId, clearDraftOf: lease.turnId } as const;
  return () => there.append(id, [answer('Answer')], options);
};

describe('with a system that tells of changes', () => {
  it('a change of another window is known well within a second', async () => {
    await start({ timers: realTimers, watchFolder: undefined as never });
    await there.rename(id, 'Renamed there');
    await expect.poll(() => changes, { timeout: 900, interval: 20 }).toContain('reset');
    expect(await here.get(id)).toMatchObject({ title: 'Renamed there' });
  });

  it('writes of this window make no lists read again', async () => {
    await start({ timers: realTimers, watchFolder: undefined as never });
    const before = looks();
    await here.rename(id, 'Renamed here');
    await expect.poll(looks).toBeGreaterThan(before);
    await settled();
    expect(changes).toEqual(['changed']);
  });

  it('a burst of changes makes one look, and other files of the folder make none', async () => {
    let tell: (name: string | null) => void = () => undefined;
    await start({
      watchFolder: (_, onChange) => {
        tell = onChange;
        return toDisposable(() => undefined);
      },
    });
    const before = looks();
    tell('backups');
    timers.advance(100);
    expect(looks()).toBe(before);
    for (const name of ['sessions.db-wal', 'sessions.db-shm', 'sessions.db', null]) {
      tell(name);
    }
    timers.advance(100);
    expect(looks()).toBe(before + 1);
    tell('sessions.db-wal');
    timers.advance(100);
    expect(looks()).toBe(before + 2);
  });

  it('there is a look of its own only now and then', async () => {
    await start();
    expect(timers.next).toBe(5000);
    const before = looks();
    timers.advance(4999);
    expect(looks()).toBe(before);
    timers.advance(1);
    await expect.poll(looks).toBe(before + 1);
  });

  it('looks once a second while a reply runs elsewhere, because a window that dies tells nobody', async () => {
    await start();
    const finish = await begin();
    focus.fire();
    await expect.poll(() => timers.next).toBe(1000);
    await finish();
    await settled();
    timers.advance(1000);
    await expect.poll(() => timers.next).toBe(5000);
  });

  it('ends the reply of a window that died with the next such look', async () => {
    await start();
    await begin();
    focus.fire();
    await expect.poll(() => timers.next).toBe(1000);
    store.end(theirService);
    timers.advance(1000);
    await expect.poll(async () => (await here.get(id)).turnStatus).toBe('interrupted');
  });
});

describe('with a system that tells nothing', () => {
  it.each([
    [
      'watching fails',
      () => {
        throw new Error('no more watches');
      },
    ],
    [
      'the watching breaks off',
      (_: string, __: unknown, onFailure: () => void) => {
        queueMicrotask(onFailure);
        return toDisposable(() => undefined);
      },
    ],
  ] as const)('looks once a second when %s, and only while somebody can see it', async (_, watchFolder) => {
    let visible = true;
    await start({ watchFolder, isVisible: () => visible });
    await expect.poll(() => timers.next).toBe(1000);
    visible = false;
    timers.advance(1000);
    await expect.poll(() => timers.next).toBe(5000);
  });

  it('looks more often once a change was found that was not told', async () => {
    await start();
    expect(timers.next).toBe(5000);
    await there.rename(id, 'Renamed there');
    timers.advance(5000);
    await expect.poll(() => changes).toEqual(['reset']);
    await expect.poll(() => timers.next).toBe(1000);
  });

  it('looks as before once the system tells of a change after all: the one before may only have come late', async () => {
    let tell: (name: string | null) => void = () => undefined;
    await start({
      watchFolder: (_, onChange) => {
        tell = onChange;
        return toDisposable(() => undefined);
      },
    });
    await there.rename(id, 'Renamed there');
    timers.advance(5000);
    await expect.poll(() => timers.next).toBe(1000);
    await here.rename(id, 'Renamed here');
    tell('sessions.db-wal');
    timers.advance(100);
    await settled();
    timers.advance(900);
    await expect.poll(() => timers.next).toBe(1000);
    await there.rename(id, 'Renamed there again');
    tell('sessions.db-wal');
    timers.advance(100);
    await settled();
    timers.advance(900);
    await expect.poll(() => timers.next).toBe(5000);
  });

  it('looks when the window gets the focus', async () => {
    await start();
    const before = looks();
    focus.fire();
    expect(looks()).toBe(before + 1);
  });
});

describe('a watcher', () => {
  it('watches again with the next look when the watching broke off', async () => {
    const watched: string[] = [];
    let fail: () => void = () => undefined;
    await start({
      watchFolder: (folder, _, onFailure) => {
        watched.push(folder);
        fail = onFailure;
        return toDisposable(() => undefined);
      },
    });
    fail();
    timers.advance(5000);
    await expect.poll(() => watched).toEqual([store.folder, store.folder]);
  });

  it('says nothing of changes to the times of the files alone', async () => {
    await start({ timers: realTimers, watchFolder: undefined as never });
    const before = looks();
    await utimes(store.path, new Date(), new Date());
    await expect.poll(looks).toBeGreaterThan(before);
    await settled();
    expect(changes).toEqual([]);
  });

  it('that is disposed looks no more', async () => {
    await start();
    const before = looks();
    watcher?.dispose();
    timers.advance(60_000);
    focus.fire();
    expect(looks()).toBe(before);
  });
});

it('follows a store that was opened anew also where it stands as the one before', async () => {
  let open: SessionManager = here;
  const next = launchManager(store, { service: await store.openAnother() });
  const looked = vi.spyOn(next, 'refresh');
  await start({
    store: { openManager: () => Promise.resolve(open), onDidChangeState: state.event, onDidReopen: reopened.event },
  });
  open = next;
  reopened.fire();
  await expect.poll(() => looked.mock.calls.length).toBe(1);
  const before = looks();
  timers.advance(5000);
  await expect.poll(() => looked.mock.calls.length).toBe(2);
  expect(looks()).toBe(before);
});

it('watches the folder once when looks overlap', async () => {
  let watches = 0;
  const described = gate();
  const { path } = store;
  vi.spyOn(here, 'describeStore').mockImplementation(async () => {
    await described.opened;
    return { path } as never;
  });
  await begin();
  await here.refresh();
  watcher = new StoreWatcher({
    store: { openManager: () => Promise.resolve(here), onDidChangeState: state.event, onDidReopen: reopened.event },
    onDidFocus: focus.event,
    isVisible: () => true,
    timers,
    logger: silentLogger,
    watchFolder: () => {
      watches += 1;
      return toDisposable(() => (watches -= 1));
    },
  });
  state.fire({ kind: 'ok', loss: 0 });
  focus.fire();
  await expect.poll(() => here.describeStore).toHaveBeenCalledTimes(1);
  focus.fire();
  await expect.poll(() => timers.next).toBe(1000);
  timers.advance(1000);
  await expect.poll(() => here.describeStore).toHaveBeenCalledTimes(2);
  described.open();
  await expect.poll(() => watches).toBe(1);
  await settled();
  expect(watches).toBe(1);
  watcher.dispose();
  expect(watches).toBe(0);
});
