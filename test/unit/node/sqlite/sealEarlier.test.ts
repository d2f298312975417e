import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toEventId, toSessionId } from '../../../../src/core/session/session';
import { appendRequest, userMessage } from '../../../support/builders';
import { earlierMessage, makeEarlierStore, type EarlierStore } from '../../../support/earlierStore';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, tempFolder, type TempStore } from '../../../support/storeFixture';

describe('events of an earlier version', () => {
  const id = toSessionId('s1');
  const sound = { problems: [], altered: [], incomplete: [], missingEvents: 0 };
  let folder: string;
  let old: EarlierStore;
  let store: TempStore | undefined;
  beforeEach(async () => {
    folder = await tempFolder();
    old = await makeEarlierStore(folder, 2);
  });
  afterEach(async () => {
    await store?.service.close();
    store = undefined;
    await old.close();
    await rm(folder, { recursive: true, force: true });
  });

  const messages = (count: number) => Array.from({ length: count }, (_, index) => earlierMessage(`Message ${index}`));
  const open = async (): Promise<TempStore> => (store = await openTempStore({ folder }));
  const count = async (where: string): Promise<number> =>
    (await rawSql<{ n: number }>(old.path, `SELECT count(*) AS n FROM ${where}`))[0]?.n ?? -1;
  const unsealed = (): Promise<number> => count("session_events WHERE seal = ''");
  const behind = (): Promise<number> => count('sessions WHERE CAST(log_seal AS INTEGER) < last_seq');
  const sealed = () => vi.waitFor(async () => expect([await unsealed(), await behind()]).toEqual([0, 0]), 20_000);

  it('are sealed by themselves after opening, session by session and page by page', async () => {
    await old.addSession('s1', 'Long', messages(450));
    for (let n = 2; n < 9; n++) {
      await old.addSession(`s${n}`, `Short ${n}`, messages(n));
    }
    const { service } = await open();
    const { revision } = await service.version();
    await sealed();
    expect(await service.check()).toEqual(sound);
    expect(await service.version()).toMatchObject({ revision });
  });

  it('count as neither altered nor missing until then', async () => {
    await old.addSession('s1', 'Long', messages(450));
    await open();
    expect(await unsealed()).toBeGreaterThan(0);
    expect((await store?.service.loadPage(id, 450))?.events.some(({ altered }) => altered)).toBe(false);
  });

  it('are sealed on where it was broken off', async () => {
    await old.addSession('s1', 'Long', messages(1000));
    const { service } = await open();
    await vi.waitFor(async () => expect(await unsealed()).toBeLessThan(1000));
    await service.close();
    const left = await unsealed();
    expect(left).toBeGreaterThan(0);
    expect(left % 200).toBe(0);
    await open();
    await sealed();
    expect(await store?.service.check()).toEqual(sound);
  });

  it('let those that come while they are sealed take their place behind them', async () => {
    await old.addSession('s1', 'Long', messages(600));
    const { service } = await open();
    await service.append(appendRequest(id, [userMessage('In between')], toEventId('s1:600')));
    expect(await behind()).toBe(1);
    await sealed();
    await service.append(appendRequest(id, [userMessage('After')], (await service.get(id))?.headId));
    expect(await behind()).toBe(0);
    expect(await service.check()).toEqual(sound);
  });

  it('are sealed once when two windows open together', async () => {
    await old.addSession('s1', 'Long', messages(900));
    const { service, openAnother } = await open();
    const other = await openAnother();
    await sealed();
    expect(await Promise.all([service.check(), other.check()])).toEqual([sound, sound]);
    await other.close();
  });

  describe('that a window of that version writes behind sealed ones', () => {
    beforeEach(async () => {
      await old.addSession('s1', 'Cart bug', messages(3));
      await open();
      await sealed();
      await old.append('s1', earlierMessage('From the old window'));
      await old.append('s1', earlierMessage('And one more'));
    });

    it('are no loss and no change', async () => {
      expect(await behind()).toBe(1);
      expect((await store?.service.loadPage(id, 9))?.events.map(({ altered }) => altered)).toEqual(
        Array(5).fill(undefined),
      );
      expect(await store?.service.missingEvents()).toBe(0);
    });

    it('are sealed with the next check or opening, with what came behind them', async () => {
      await store?.service.append(appendRequest(id, [userMessage('From the new one')], toEventId('s1:5')));
      expect(await behind()).toBe(1);
      expect(await unsealed()).toBe(2);
      expect(await store?.service.check()).toEqual(sound);
      await sealed();
    });

    it('do not hide that an event before them was removed', async () => {
      await rawSql(old.path, "DELETE FROM session_events WHERE id = 's1:2'");
      expect(await store?.service.check()).toMatchObject({ incomplete: [id], altered: [] });
      expect(await store?.service.check()).toMatchObject({ incomplete: [id] });
    });
  });

  it('do not become right by being sealed when the file was changed before', async () => {
    await old.addSession('s1', 'Cart bug', messages(3));
    await open();
    await sealed();
    await rawSql(old.path, `UPDATE session_events SET event_data = '{"content":"?"}' WHERE id = 's1:2'`);
    await rawSql(old.path, "UPDATE sessions SET log_seal = ''");
    expect(await store?.service.check()).toMatchObject({ altered: ['s1:2'], incomplete: [] });
  });
});
