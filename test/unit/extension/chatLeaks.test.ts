import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Emitter } from '../../../src/core/base/event';
import { silentLogger, type Timers } from '../../../src/core/base/ports';
import { StoreWatcher } from '../../../src/extension/platform/storeWatcher';
import { Feed } from './chatFeed';
import { ChatFixture, ReplicaView } from './chatFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

const times = 50;
let feed: Feed;
let chat: ChatFixture;
beforeEach(async () => {
  feed = new Feed();
  chat = await ChatFixture.open(feed.provider);
});
afterEach(() => chat.dispose());

/** Listeners of everything that can be reached from an object. */
function listenersBelow(root: object): number {
  const seen = new Set<object>();
  const waiting: object[] = [root];
  let count = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) {
      continue;
    }
    seen.add(next);
    count += next instanceof Emitter ? next.listenerCount : 0;
    const below = next instanceof Map || next instanceof Set ? [...next].flat() : Object.values(next);
    waiting.push(...below.filter((each): each is object => typeof each === 'object' && each !== null));
  }
  return count;
}

const listeners = (): number => listenersBelow([chat.host, chat.turns, chat.controller, chat.compactor]);

it(`leaves no listener behind after ${times} views`, async () => {
  await chat.addSession('Cart');
  await chat.show();
  const before = listeners();
  expect(before).toBeGreaterThan(10);
  for (let count = 0; count < times; count += 1) {
    const view = new ReplicaView(() => chat.controller.snapshot());
    const attached = chat.controller.attach(view);
    await view.ready();
    attached.dispose();
  }
  expect(listeners()).toBe(before);
});

it(`leaves no listener, timer or file open after ${times} stores`, async () => {
  const pending = new Set<object>();
  const timers: Timers = {
    after: () => {
      const entry = {};
      pending.add(entry);
      return { dispose: () => void pending.delete(entry) };
    },
  };
  let watches = 0;
  const watcher = new StoreWatcher({
    ...{ store: chat.host, timers, logger: silentLogger, isVisible: () => true },
    onDidFocus: new Emitter<void>().event,
    watchFolder: () => {
      watches += 1;
      return { dispose: () => (watches -= 1) };
    },
  });
  await chat.addSession('Cart');
  await chat.show();
  const files = async (): Promise<number> =>
    process.platform === 'linux' ? (await readdir('/proc/self/fd')).length : 0;
  const reopen = async (): Promise<void> => {
    await chat.host.replaceFile(() => chat.store.reopen());
    await expect.poll(() => [watches, pending.size]).toEqual([1, 1]);
  };
  await reopen();
  await chat.view.ready();
  const before = { listeners: listeners(), files: await files() };
  for (let count = 0; count < times; count += 1) {
    await reopen();
  }
  await chat.view.ready();
  expect(listeners()).toBe(before.listeners);
  await expect.poll(files).toBeLessThanOrEqual(before.files + 3);
  watcher.dispose();
  expect([watches, pending.size]).toEqual([0, 0]);
}, 60_000);
