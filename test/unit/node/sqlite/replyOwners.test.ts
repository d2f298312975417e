import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toDisposable } from '../../../../src/core/base/disposable';
import { Emitter } from '../../../../src/core/base/event';
import { silentLogger, type Timers } from '../../../../src/core/base/ports';
import type { SessionId } from '../../../../src/core/session/session';
import type { SessionManager } from '../../../../src/core/session/sessionManager';
import type { StoreState } from '../../../../src/extension/platform/storeState';
import { StoreWatcher } from '../../../../src/extension/platform/storeWatcher';
import { OwnerLiveness } from '../../../../src/node/sqlite/ownerLiveness';
import { ownIdentity } from '../../../../src/node/sqlite/processIdentity';
import { useCleanup } from '../../../faults/support/cleanup';
import { startWindow, type StoreWindow } from '../../../faults/support/storeWindow';
import { startTurn, type HandTurn } from '../../../faults/support/turns';
import { newSessionId, partialReply } from '../../../support/builders';
import { launchManager, openTempStore, type TempStore } from '../../../support/storeFixture';
import { buildStoreProgram } from '../../../support/storeProcess';

const timers: Timers = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return toDisposable(() => clearTimeout(timer));
  },
};

describe.runIf(process.platform === 'linux')(
  'a reply that a window in another process writes',
  { timeout: 60_000 },
  () => {
    const cleanup = useCleanup();
    const self = ownIdentity();
    let program: string;
    let store: TempStore;
    let here: SessionManager;
    let there: StoreWindow;
    let turn: HandTurn;
    let id: SessionId;
    let watcher: StoreWatcher;

    beforeAll(async () => {
      program = await buildStoreProgram();
    });
    afterAll(() => rm(program, { force: true }));
    beforeEach(async () => {
      const liveness = new OwnerLiveness(self);
      store = await openTempStore({ self, findDead: (leases) => liveness.findDead(leases) });
      here = launchManager(store);
      const state = new Emitter<StoreState>();
      watcher = new StoreWatcher({
        store: {
          openManager: () => Promise.resolve(here),
          onDidChangeState: state.event,
          onDidReopen: new Emitter<void>().event,
        },
        onDidFocus: new Emitter<void>().event,
        isVisible: () => true,
        timers,
        logger: silentLogger,
      });
      state.fire({ kind: 'ok', loss: 0 });
      there = await startWindow(cleanup, store.folder, { program });
      id = newSessionId();
      turn = await startTurn(there, id);
    });
    afterEach(async () => {
      watcher.dispose();
      await store.dispose();
    });

    it('is followed while it grows, without the lists being read again', async () => {
      await expect.poll(() => here.foreignReply(id)).toBeDefined();
      await here.refresh();
      const told: string[] = [];
      here.onDidChangeSessions(({ kind }) => told.push(kind));
      here.onDidGrowReplies((ids) => told.push(...ids));
      await turn.grow('One');
      await expect.poll(() => told, { timeout: 5000 }).toEqual([id]);
      await turn.grow('One two');
      await expect.poll(() => told, { timeout: 5000 }).toEqual([id, id]);
    });

    it('is over soon after the death of its process, with what was saved of it', async () => {
      await turn.grow('As far as it came');
      await here.refresh();
      await there.kill();
      const status = async (): Promise<string> => (await here.get(id)).turnStatus;
      await expect.poll(status, { timeout: 4000, interval: 50 }).toBe('interrupted');
      expect((await here.loadBranch(id)).at(-1)?.body).toMatchObject({
        content: 'As far as it came',
        finish: 'interrupted',
      });
    });

    it('is left alone while its process is stopped, and goes on with it', async () => {
      await turn.grow('Half');
      there.signal('SIGSTOP');
      cleanup.add(() => there.signal('SIGCONT'));
      expect(await store.service.recoverInterrupted()).toEqual([]);
      there.signal('SIGCONT');
      await turn.finish('Whole');
      expect((await here.loadBranch(id)).at(-1)?.body).toMatchObject({ content: 'Whole', finish: 'completed' });
    });

    it('is over at once when its process id belongs to another process by now', async () => {
      const owner = (await here.foreignReply(id))!.owner;
      await turn.finish('Whole');
      const later = await startTurn(there, id, 'Later');
      await later.finish('Done');
      const head = (await here.get(id)).headId!;
      const reused = { ...owner, started: String(Number(owner.started) - 100) };
      await store.service.savePartialReply(partialReply(id, head, { owner: reused, content: 'Left behind' }));
      expect(await store.service.recoverInterrupted()).toEqual([id]);
      expect((await here.loadBranch(id)).at(-1)?.body).toMatchObject({ content: 'Left behind', finish: 'interrupted' });
    });
  },
);
