import { join } from 'node:path';
import { beforeEach, describe, expect, inject } from 'vitest';
import { isAppError } from '../../src/core/base/errors';
import type { SessionId } from '../../src/core/session/session';
import type { NewEvent } from '../../src/core/session/sessionEvent';
import { storeFileName } from '../../src/node/sqlite/openLocalSessionService';
import { newSession, newSessionId, userMessage } from '../support/builders';
import { rawSql } from '../support/rawSql';
import { startStoreProcess } from '../support/storeProcess';
import { useCleanup } from './support/cleanup';
import { faultTest } from './support/faultTest';
import { byLength } from './support/runLength';
import { expectSound, lostOf, storedIds, textsOf } from './support/soundStore';
import { startWindow, type StoreWindow } from './support/storeWindow';
import { startTurn } from './support/turns';

const cleanup = useCleanup();

describe('many windows', () => {
  faultTest(
    'that open a new store at the same moment all use the one file, and none is refused',
    { timeout: 240_000 },
    async () => {
      for (let round = 0; round < byLength({ short: 1, long: 5 }); round++) {
        const folder = join(await cleanup.folder(), 'new');
        const sessionId = newSessionId();
        const windows = Array.from({ length: 20 }, () =>
          startStoreProcess(inject('storeProgram'), folder, { kind: 'append', sessionId, count: 3 }),
        );
        expect(await Promise.all(windows.map(({ done }) => done))).toEqual(Array(20).fill(0));
        const told = windows.flatMap(({ lines }) => lines);
        expect(told).toHaveLength(60);
        expect(await storedIds(folder)).toEqual(new Set(told));
        expect(await rawSql(join(folder, storeFileName), 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
        await expectSound(folder);
      }
    },
  );
});

describe('two windows on one session', () => {
  let folder: string;
  let id: SessionId;
  let here: StoreWindow;
  let there: StoreWindow;
  beforeEach(async () => {
    folder = await cleanup.folder();
    id = newSessionId();
    [here, there] = await Promise.all([startWindow(cleanup, folder), startWindow(cleanup, folder)]);
  });

  async function isSent(window: StoreWindow, message: NewEvent): Promise<boolean> {
    try {
      await window.manager.appendUserMessage(id, message);
      return true;
    } catch (error) {
      if (!isAppError(error, 'session/head-moved')) {
        throw error;
      }
      return false;
    }
  }

  const closeBoth = () => Promise.all([here.close(), there.close()]);

  faultTest('that write at the same time leave one unbroken log, which both of them read', {}, async () => {
    await here.window.prepare(id, newSession());
    const first = userMessage('first');
    await here.manager.appendUserMessage(id, first);
    const sent: string[] = [first.id];
    const sendMany = async (window: StoreWindow): Promise<void> => {
      for (let count = 0; count < 100; count++) {
        const message = userMessage(`${window.pid}: ${count}`);
        while (!(await isSent(window, message))) {
          // Somebody was faster, again and again: it is tried once more, as the text of that error says.
        }
        sent.push(message.id);
      }
    };
    await Promise.all([sendMany(here), sendMany(there)]);
    const [seenHere, seenThere] = await Promise.all([here.service.loadBranch(id), there.service.loadBranch(id)]);
    expect(seenHere).toEqual(seenThere);
    expect(seenHere.map(({ seq }) => seq)).toEqual(seenHere.map((_, index) => index + 1));
    expect(await lostOf(folder, sent)).toEqual([]);
    await closeBoth();
    await expectSound(folder);
  });

  faultTest(
    'that send at the same moment: one gets the session, the other is told so and nothing of it is stored',
    {},
    async () => {
      for (let round = 0; round < byLength({ short: 5, long: 50 }); round++) {
        const session = newSessionId();
        const [one, other] = await Promise.allSettled([
          startTurn(here, session, `here ${round}`),
          startTurn(there, session, `there ${round}`),
        ]);
        const won = [one, other].flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
        const lost = [one, other].flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
        expect(won).toHaveLength(1);
        expect(lost).toEqual([expect.objectContaining({ code: 'session/busy-elsewhere' })]);
        expect((await here.service.loadBranch(session)).map((event) => event.id)).toEqual([won[0]?.questionId]);
        await won[0]?.finish('Answer');
        expect(textsOf(await there.service.loadBranch(session))[1]).toBe('Answer');
      }
      await closeBoth();
      await expectSound(folder);
    },
  );

  faultTest(
    'of which one is killed while it answers: the other has what was saved and can go on',
    { needs: ['signals'] },
    async () => {
      const turn = await startTurn(there, id);
      await turn.grow('As far as it ');
      await turn.grow('As far as it came');
      await expect(startTurn(here, id, 'Meanwhile')).rejects.toMatchObject({ code: 'session/busy-elsewhere' });
      await there.kill();
      const next = await startTurn(here, id, 'Next');
      await next.finish('Done');
      const events = await here.service.loadBranch(id);
      const texts = textsOf(events.filter(({ body }) => body.type !== 'system_context'));
      expect(texts).toEqual(['Question', 'As far as it came', 'Next', 'Done']);
      expect(events.find(({ turnId, body }) => turnId === turn.turnId && body.type === 'text')?.body).toMatchObject({
        finish: 'interrupted',
      });
      await here.close();
      await expectSound(folder);
    },
  );

  faultTest(
    'of which one stands still while it answers: the other leaves it its session',
    { needs: ['signals'] },
    async () => {
      const turn = await startTurn(there, id);
      await turn.grow('Not over');
      there.signal('SIGSTOP');
      cleanup.add(() => there.signal('SIGCONT'));
      expect(await here.service.recoverInterrupted()).toEqual([]);
      await expect(startTurn(here, id, 'Meanwhile')).rejects.toMatchObject({ code: 'session/busy-elsewhere' });
      there.signal('SIGCONT');
      await turn.finish('Not over yet, but now');
      expect(textsOf(await here.service.loadBranch(id))).toEqual(['Question', 'Not over yet, but now']);
      await closeBoth();
      await expectSound(folder);
    },
  );

  faultTest(
    'of which one deletes it while the other answers: it stays deleted, and comes back with the whole answer',
    {},
    async () => {
      const turn = await startTurn(there, id);
      await turn.grow('The answer so far');
      await here.manager.moveToTrash([id]);
      await turn.finish('The answer so far and its end');
      expect((await here.service.get(id))?.deletedAt).not.toBeNull();
      expect(await here.service.list({ states: ['active'], limit: 10 })).toEqual([]);
      await expect(startTurn(there, id, 'More')).rejects.toMatchObject({ code: 'session/in-trash' });

      await here.manager.restore([id]);
      expect(textsOf(await there.service.loadBranch(id))).toEqual(['Question', 'The answer so far and its end']);
      await closeBoth();
      await expectSound(folder);
    },
  );

  faultTest(
    'of which one deletes it for good while the other answers: the other is told, and no word of it is left',
    {},
    async () => {
      const turn = await startTurn(there, id, 'planted-word-question');
      await turn.grow('planted-word-answer');
      expect(await here.manager.deleteForever([id])).toEqual([id]);
      await expect(turn.grow('planted-word-answer goes on')).rejects.toMatchObject({ code: 'session/not-found' });
      await expect(turn.finish('planted-word-end')).rejects.toMatchObject({ code: 'session/not-found' });
      await closeBoth();
      const path = join(folder, storeFileName);
      expect(await rawSql(path, 'SELECT count(*) AS n FROM session_events')).toEqual([{ n: 0 }]);
      expect(await rawSql(path, 'SELECT count(*) AS n FROM partial_replies')).toEqual([{ n: 0 }]);
      await expectSound(folder);
    },
  );
});
