import { beforeEach, describe, expect } from 'vitest';
import type { SessionId } from '../../src/core/session/session';
import { createResumeNotice } from '../../src/core/session/resumePolicy';
import { appendRequest, newSessionId, testKey, userMessage } from '../support/builders';
import { clockOffsetVariable } from '../support/realWindow';
import { launchManager, openTempStore, type TempStore } from '../support/storeFixture';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { expectSound, textsOf } from './support/soundStore';
import { startWindow } from './support/storeWindow';
import { startTurn } from './support/turns';

const cleanup = useCleanup();
const hour = 3_600_000;
const noon = Date.UTC(2026, 2, 29, 12);

describe('a clock that jumps', () => {
  let store: TempStore;
  let id: SessionId;
  beforeEach(async () => {
    store = await openTempStore({ folder: await cleanup.folder() });
    cleanup.add(() => store.dispose());
    id = newSessionId();
  });

  const jumps = {
    'back by an hour': [noon, noon - hour, noon - hour + 1],
    'over a change of summer time': [
      Date.UTC(2026, 2, 29, 0, 59, 59),
      Date.UTC(2026, 2, 29, 1),
      Date.UTC(2026, 9, 25, 1),
    ],
    'to 1970 and back': [noon, 0, noon + 1],
    'to 2099 and back': [noon, Date.UTC(2099, 0, 1), noon + 1],
    'before 1970': [noon, -hour, noon + 1],
  };
  for (const [what, times] of Object.entries(jumps)) {
    faultTest(`${what}: order, head and list stay as they were written`, {}, async () => {
      const manager = launchManager(store);
      manager.prepareSession(id, { key: testKey, skill: null });
      for (const [index, time] of times.entries()) {
        store.clock.time = time;
        await manager.appendUserMessage(id, userMessage(`message ${index}`));
      }
      const messages = (await manager.loadBranch(id)).filter(({ body }) => body.type === 'user_message');
      expect(textsOf(messages)).toEqual(times.map((_, index) => `message ${index}`));
      expect(messages.map(({ createdAt }) => createdAt)).toEqual(times);
      expect((await manager.get(id)).headId).toBe(messages.at(-1)?.id);
      expect(await manager.list({ states: ['active'], limit: 10 })).toHaveLength(1);
      await store.service.close();
      await expectSound(store.folder);
    });
  }

  faultTest('gives no negative time since a session was last used', {}, async () => {
    await store.service.append(appendRequest(id, [userMessage()]));
    const session = await store.service.get(id);
    for (const now of [0, store.clock.time - hour, store.clock.time]) {
      expect(session && createResumeNotice(session, now).idleMs).toBeGreaterThanOrEqual(0);
    }
  });

  faultTest('lets what a person deleted stay in the trash until its time is over', {}, async () => {
    const manager = launchManager(store);
    await store.service.append(appendRequest(id, [userMessage()]));
    await manager.moveToTrash([id]);
    store.clock.time -= hour;
    expect(await manager.emptyTrash(30 * 24 * hour)).toEqual([]);
    store.clock.time += 31 * 24 * hour;
    expect(await manager.emptyTrash(30 * 24 * hour)).toEqual([id]);
  });

  faultTest(
    'does not keep a session from a window that comes after a dead one, nor take it from one that lives',
    { needs: ['signals'] },
    async () => {
      const folder = await cleanup.folder();
      const clockOf = (offset: number) => ({ env: { [clockOffsetVariable]: String(offset) } });
      for (const [thereOffset, hereOffset] of [
        [70 * 365 * 24 * hour, -hour],
        [-50 * 365 * 24 * hour, hour],
      ] as const) {
        const session = newSessionId();
        const there = await startWindow(cleanup, folder, clockOf(thereOffset));
        const here = await startWindow(cleanup, folder, clockOf(hereOffset));
        await (await startTurn(there, session)).grow('So far');
        await expect(startTurn(here, session)).rejects.toMatchObject({ code: 'session/busy-elsewhere' });
        await there.kill();
        await (await startTurn(here, session, 'Next')).finish('Done');
        expect(textsOf(await here.service.loadBranch(session))).toEqual(
          expect.arrayContaining(['Question', 'So far', 'Next', 'Done']),
        );
        await here.close();
      }
      await expectSound(folder);
    },
  );
});
