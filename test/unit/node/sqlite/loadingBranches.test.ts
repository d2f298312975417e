import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toEventId, type EventId, type SessionId } from '../../../../src/core/session/session';
import type { NewEvent, StoredEvent } from '../../../../src/core/session/sessionEvent';
import { answer, appendRequest, newSessionId, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('loading a branch', () => {
  let store: TempStore;
  let id: SessionId;
  let events: readonly NewEvent[];
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
    events = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? userMessage(`q${n}`) : answer(`a${n}`)));
    await store.service.append(appendRequest(id, events));
  });
  afterEach(async () => {
    await store.dispose();
  });

  const idsOf = (loaded: readonly StoredEvent[]): EventId[] => loaded.map((event) => event.id);
  const allIds = (): EventId[] => events.map((event) => event.id);
  const eventId = (index: number): EventId => events[index]?.id ?? toEventId('');

  describe('by pages', () => {
    it('gives the newest events first, each page oldest first', async () => {
      const newest = await store.service.loadPage(id, 4);
      expect(idsOf(newest.events)).toEqual(allIds().slice(6));
      expect(newest.hasOlder).toBe(true);
      const middle = await store.service.loadPage(id, 4, eventId(6));
      expect(idsOf(middle.events)).toEqual(allIds().slice(2, 6));
      expect(middle.hasOlder).toBe(true);
      const oldest = await store.service.loadPage(id, 4, eventId(2));
      expect(idsOf(oldest.events)).toEqual(allIds().slice(0, 2));
      expect(oldest.hasOlder).toBe(false);
      expect(await store.service.loadPage(id, 4, eventId(0))).toEqual({ events: [], hasOlder: false });
    });

    it('knows that a page which ends at the root has nothing above it', async () => {
      expect(await store.service.loadPage(id, 10)).toMatchObject({ hasOlder: false });
      expect(await store.service.loadPage(id, 9)).toMatchObject({ hasOlder: true });
    });

    it('refuses a place that is not in the session', async () => {
      const elsewhere = userMessage();
      await store.service.append(appendRequest(newSessionId(), [elsewhere]));
      for (const before of [toEventId('unknown'), elsewhere.id]) {
        await expect(store.service.loadPage(id, 4, before)).rejects.toMatchObject({ code: 'argument/invalid' });
        await expect(store.service.loadBranch(id, before)).rejects.toMatchObject({ code: 'argument/invalid' });
      }
    });

    it('follows the branch shown, not the log', async () => {
      const edited = userMessage('edited');
      const reply = answer('other');
      await store.service.append(appendRequest(id, [edited, reply], eventId(9), { parent: eventId(3) }));
      const page = await store.service.loadPage(id, 3);
      expect(idsOf(page.events)).toEqual([eventId(3), edited.id, reply.id]);
      const above = await store.service.loadPage(id, 3, eventId(3));
      expect(idsOf(above.events)).toEqual([eventId(0), eventId(1), eventId(2)]);
      expect(above.hasOlder).toBe(false);
    });
  });

  describe('with damage in the file', () => {
    const spoil = (sql: string, ...params: (string | number | null)[]) => rawSql(store.path, sql, params);

    it('shows a placeholder for an event of an unknown type and one that cannot be read', async () => {
      const unknown = '{"of":"a later version"}';
      await spoil("UPDATE session_events SET event_type = 'hologram', event_data = ? WHERE seq = 3", unknown);
      await spoil('UPDATE session_events SET event_data = \'{"content":\' WHERE seq = 5');
      await spoil('UPDATE session_events SET event_data = \'{"finish":"completed"}\' WHERE seq = 6');
      const service = await store.reopen();
      const loaded = await service.loadBranch(id);
      expect(idsOf(loaded)).toEqual(allIds());
      expect(loaded[2]?.body).toEqual({ type: 'opaque', eventType: 'hologram', data: unknown });
      expect(loaded[4]?.body).toEqual({
        type: 'damaged',
        eventType: 'user_message',
        data: '{"content":',
        reason: 'json',
      });
      expect(loaded[5]?.body).toMatchObject({ type: 'damaged', eventType: 'text', reason: 'content' });
      expect(loaded[6]?.body).toEqual(events[6]?.body);
      await service.append(appendRequest(id, [userMessage()], eventId(9)));
      const [row] = await rawSql<{ event_data: string }>(
        store.path,
        'SELECT event_data FROM session_events WHERE seq = 3',
      );
      expect(row?.event_data).toBe(unknown);
    });

    it('goes on with the event before where a parent is missing', async () => {
      await spoil('DELETE FROM session_events WHERE seq = 5');
      expect(idsOf(await store.service.loadBranch(id))).toEqual(allIds().filter((_, index) => index !== 4));
      const page = await store.service.loadPage(id, 3, eventId(5));
      expect(idsOf(page.events)).toEqual([eventId(1), eventId(2), eventId(3)]);
    });

    it('starts at the last event where the head is missing', async () => {
      await spoil('UPDATE sessions SET head_id = ?', 'gone');
      expect(idsOf(await store.service.loadBranch(id))).toEqual(allIds());
      await spoil('DELETE FROM session_events WHERE seq = 10');
      const page = await store.service.loadPage(id, 2);
      expect(idsOf(page.events)).toEqual([eventId(7), eventId(8)]);
    });

    it('stays in the session and never goes round in circles', async () => {
      const elsewhere = userMessage('elsewhere');
      await store.service.append(appendRequest(newSessionId(), [elsewhere]));
      await spoil('UPDATE session_events SET parent_id = ? WHERE seq = 7 AND session_id = ?', elsewhere.id, id);
      await spoil('UPDATE session_events SET parent_id = ? WHERE seq = 4 AND session_id = ?', eventId(8), id);
      expect(idsOf(await store.service.loadBranch(id))).toEqual(allIds());
    });

    it('leaves out counts that cannot be read', async () => {
      await spoil("UPDATE session_events SET usage = 'many' WHERE seq = 2");
      await spoil('UPDATE session_events SET usage = \'{"inputTokens":"many","outputTokens":4}\' WHERE seq = 4');
      const loaded = await store.service.loadBranch(id);
      expect(loaded[1]).not.toHaveProperty('usage');
      expect(loaded[3]?.usage).toEqual({ outputTokens: 4 });
    });
  });
});
