import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DisposableStore, type Disposable } from '../../../src/core/base/disposable';
import { Emitter } from '../../../src/core/base/event';
import type { Logger, Timers } from '../../../src/core/base/ports';
import { toInvocationId, toTurnId, type Session, type SessionId } from '../../../src/core/session/session';
import type { SessionManager } from '../../../src/core/session/sessionManager';
import { openStore } from '../../../src/extension/platform/openStore';
import { StoreHost } from '../../../src/extension/platform/storeHost';
import { StoreWatcher } from '../../../src/extension/platform/storeWatcher';
import { answer, FakeClock, realIds, testKey, testModel, userMessage } from '../../support/builders';
import { migrationsDir, startSessionIn, tempFolder } from '../../support/storeFixture';

vi.mock('vscode', async () => (await import('../../support/vscodeStub')).vscodeStub);

const windowCount = 20;
const patience = { timeout: 15_000, interval: 20 };
const clock = new FakeClock();
let folder: string;
let problems: string[];
let windows: readonly Window[];

/** What one window has of the store: the real host, its watcher, and a list that is read when it may have changed. */
class Window {
  private readonly disposables = new DisposableStore();
  private readonly pending = new Map<object, number>();
  private readonly focused = this.disposables.add(new Emitter<void>());
  private readonly host: StoreHost;
  reloads = 0;
  list: readonly Session[] = [];
  reply = '';

  constructor() {
    const logger: Logger = {
      ...{ trace: () => undefined, debug: () => undefined, info: () => undefined },
      warn: (text) => void problems.push(text),
      error: (text) => void problems.push(text),
    };
    const timers: Timers = { after: (ms, callback) => this.after(ms, callback) };
    this.host = this.disposables.add(
      new StoreHost({
        open: (where) =>
          openStore(where, {
            ...{ folder: () => folder, migrationsFolder: migrationsDir, clock, ids: realIds, logger },
            invocationId: toInvocationId(realIds.next()),
          }),
        ...{ folder: () => folder, timers, logger },
      }),
    );
    const { host: store } = this;
    this.disposables.add(
      new StoreWatcher({ store, onDidFocus: this.focused.event, isVisible: () => true, timers, logger }),
    );
    this.disposables.add(
      store.onDidChangeSessions(({ kind }) => {
        if (kind === 'reset') {
          this.reloads += 1;
          void this.read();
        }
      }),
    );
    this.disposables.add(store.onDidGrowReplies(([id]) => void this.readReply(id)));
  }

  manager(): Promise<SessionManager> {
    return this.host.manager();
  }

  /** Milliseconds of the timers that wait. */
  get waits(): readonly number[] {
    return [...this.pending.values()];
  }

  async read(): Promise<void> {
    const manager = await this.manager();
    this.list = await manager.list({ keys: [testKey], states: ['active'], limit: 10 });
  }

  async close(): Promise<void> {
    await this.host.close();
    this.disposables.dispose();
  }

  private async readReply(id: SessionId | undefined): Promise<void> {
    const reply = id === undefined ? undefined : await (await this.manager()).foreignReply(id);
    this.reply = reply?.content ?? this.reply;
  }

  private after(ms: number, callback: () => void): Disposable {
    const entry = {};
    const timer = setTimeout(() => {
      this.pending.delete(entry);
      callback();
    }, ms);
    this.pending.set(entry, ms);
    return {
      dispose: () => {
        clearTimeout(timer);
        this.pending.delete(entry);
      },
    };
  }
}

beforeEach(async () => {
  folder = await tempFolder();
  problems = [];
  windows = Array.from({ length: windowCount }, () => new Window());
});
afterEach(async () => {
  await Promise.all(windows.map((window) => window.close()));
  await rm(folder, { recursive: true, force: true });
});

const writer = (): Promise<SessionManager> => (windows[0] as Window).manager();
const others = (): readonly Window[] => windows.slice(1);
const reloads = (): number => Math.max(...others().map((window) => window.reloads));

/** Waits until the other windows all have it; prints how long that took, which is no part of what is promised here. */
async function followed(what: string, has: (window: Window) => boolean): Promise<void> {
  const begin = performance.now();
  await expect.poll(() => others().filter((window) => !has(window)).length, patience).toBe(0);
  console.log(`${windowCount} windows: ${what} was known after ${Math.round(performance.now() - begin)} ms`);
}

it(`${windowCount} windows follow one that renames, answers and deletes, without reading more than changed`, async () => {
  const manager = await writer();
  const id = await startSessionIn(manager);
  await Promise.all(windows.map((window) => window.read()));
  await expect.poll(() => windows.every(({ waits }) => waits.length === 1), patience).toBe(true);
  const sessionOf = (window: Window): Session | undefined => window.list.find((session) => session.id === id);
  const before = reloads();

  await manager.rename(id, 'Renamed');
  await followed('a new title', (window) => sessionOf(window)?.title === 'Renamed');
  expect(reloads()).toBeLessThanOrEqual(before + 1);

  const lease = { turnId: toTurnId('turn'), model: testModel, startedAt: clock.now() };
  const question = userMessage('Question');
  await manager.appendUserMessage(id, question, { turnStatus: 'running', lease });
  await followed('a running turn', (window) => sessionOf(window)?.turnStatus === 'running');
  const streaming = reloads();
  const draft = { sessionId: id, parentId: question.id, reasoning: '', ...lease };
  let content = '';
  for (let count = 0; count < 40; count += 1) {
    content += `word ${count} `;
    await manager.savePartialReply({ ...draft, content });
  }
  await followed('a reply of 40 pieces', ({ reply }) => reply === content);
  // Text that grows is no news for the lists.
  expect(reloads()).toBe(streaming);

  await manager.append(id, [answer(content)], { turnStatus: 'idle', ofTurn: lease.turnId, clearDraftOf: lease.turnId });
  await followed('the end of the reply', (window) => sessionOf(window)?.turnStatus === 'idle');
  await manager.moveToTrash([id]);
  await followed('a deletion', (window) => sessionOf(window) === undefined);
  // One for each thing that was done: a title, a message, an answer, a deletion.
  expect(reloads()).toBeLessThanOrEqual(before + 4);
  expect(windows[0]?.reloads).toBe(0);

  // What is left is one look now and then in each window.
  await expect.poll(() => windows.map(({ waits }) => waits.join()), patience).toEqual(windows.map(() => '5000'));
  expect(problems).toEqual([]);
}, 60_000);
