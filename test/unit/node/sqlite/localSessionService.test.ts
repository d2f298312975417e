import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../../../src/core/session/session';
import {
  appendRequest,
  contextItem,
  newSession,
  newSessionId,
  partialReply,
  userMessage,
} from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('LocalSessionService', () => {
  let store: TempStore;
  let id: SessionId;
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
  });
  afterEach(async () => {
    await store.dispose();
  });

  const everything = { states: ['active', 'archived', 'deleted'], limit: 100 } as const;

  describe('a new session', () => {
    it('appears with its first event and is read back by its id', async () => {
      expect(await store.service.list(everything)).toEqual([]);
      const create = newSession({ key: { directory: '/work/a', gitRoot: null }, skill: 'review' });
      await store.service.append(appendRequest(id, [userMessage()], null, { create }));
      const service = await store.reopen();
      expect(await service.get(id)).toMatchObject({
        id,
        directory: '/work/a',
        gitRoot: null,
        skill: 'review',
        archivedAt: null,
        deletedAt: null,
        endedAt: null,
        title: '',
        titleSource: 'none',
        turnStatus: 'idle',
        preview: 'Why does the cart total go stale?',
        createdAt: store.clock.time,
        updatedAt: store.clock.time,
      });
    });

    it('is nothing at all while its id is unknown', async () => {
      expect(await store.service.get(id)).toBeUndefined();
      expect(await store.service.loadPage(id, 10)).toEqual({ events: [], hasOlder: false });
      expect(await store.service.loadBranch(id)).toEqual([]);
      expect(await store.service.getPartialReply(id)).toBeUndefined();
      expect(await store.service.getMetadata(id, 'grants')).toBeUndefined();
      expect(await store.service.update([id], { title: 'x' })).toEqual([]);
      expect(await store.service.deleteForever([id])).toEqual([]);
    });

    it('is not made by an append that does not ask for it', async () => {
      const { sessionId, invocationId, expectedHead, events } = appendRequest(id, [userMessage()]);
      const request = { sessionId, invocationId, expectedHead, events };
      await expect(store.service.append(request)).rejects.toMatchObject({ code: 'session/not-found' });
      await expect(store.service.append(appendRequest(id, []))).rejects.toMatchObject({ code: 'session/not-found' });
      expect(await store.service.list(everything)).toEqual([]);
    });

    it('starts with its server id when that comes first, and keeps the event that follows', async () => {
      await store.service.setServerSessionId(id, 'conversation-7', newSession());
      expect(await store.service.get(id)).toMatchObject({ headId: null, lastSeq: 0, messageCount: 0 });
      const { events } = await store.service.append(appendRequest(id, [userMessage()]));
      const service = await store.reopen();
      expect(await service.get(id)).toMatchObject({ serverSessionId: 'conversation-7', messageCount: 1 });
      expect(await service.loadBranch(id)).toEqual(events);
    });
  });

  describe('update', () => {
    it('changes what is asked for and leaves the time of the last event alone', async () => {
      const { session } = await store.service.append(appendRequest(id, [userMessage()]));
      store.clock.advance(5000);
      const now = store.clock.time;
      const patch = {
        title: 'Renamed',
        titleSource: 'user',
        pinned: true,
        archivedAt: now,
        deletedAt: now,
        endedAt: now,
        skill: 'review',
      } as const;
      expect(await store.service.update([id], patch)).toEqual([{ ...session, ...patch }]);
      const service = await store.reopen();
      expect(await service.get(id)).toEqual({ ...session, ...patch });
      const restored = { archivedAt: null, deletedAt: null, endedAt: null, pinned: false, skill: null } as const;
      expect(await service.update([id], restored)).toEqual([{ ...session, ...patch, ...restored }]);
    });

    it('changes several sessions at once, in the order of the ids, without the unknown ones', async () => {
      const ids = [newSessionId(), newSessionId(), newSessionId()];
      for (const each of ids) {
        await store.service.append(appendRequest(each, [userMessage()]));
      }
      const asked = [ids[2], newSessionId(), ids[0]].filter((each) => each !== undefined);
      const changed = await store.service.update(asked, { archivedAt: 7 });
      expect(changed.map((session) => [session.id, session.archivedAt])).toEqual([
        [ids[2], 7],
        [ids[0], 7],
      ]);
      expect(await store.service.get(ids[1] as SessionId)).toMatchObject({ archivedAt: null });
    });

    it('returns the rows when there is nothing to change', async () => {
      const { session } = await store.service.append(appendRequest(id, [userMessage()]));
      expect(await store.service.update([id], {})).toEqual([session]);
    });
  });

  describe('server id', () => {
    it('is set, replaced and read back', async () => {
      const { session } = await store.service.append(appendRequest(id, [userMessage()]));
      await store.service.setServerSessionId(id, 'one');
      await store.service.setServerSessionId(id, 'two', newSession({ skill: 'ignored' }));
      const service = await store.reopen();
      expect(await service.get(id)).toEqual({ ...session, serverSessionId: 'two' });
    });

    it('needs a session', async () => {
      await expect(store.service.setServerSessionId(id, 'one')).rejects.toMatchObject({ code: 'session/not-found' });
      expect(await store.service.get(id)).toBeUndefined();
    });
  });

  describe('metadata', () => {
    it('is kept by key, replaced and removed', async () => {
      await store.service.append(appendRequest(id, [userMessage()]));
      await store.service.setMetadata(id, 'grants', '{"a":1}');
      await store.service.setMetadata(id, 'grants', '{"a":2}');
      await store.service.setMetadata(id, 'files', 'x');
      const service = await store.reopen();
      expect(await service.getMetadata(id, 'grants')).toBe('{"a":2}');
      expect(await service.getMetadata(id, 'files')).toBe('x');
      await service.setMetadata(id, 'grants', undefined);
      expect(await service.getMetadata(id, 'grants')).toBeUndefined();
      expect(await service.getMetadata(id, 'files')).toBe('x');
    });

    it('makes the row only when asked to, and only to hold something', async () => {
      await expect(store.service.setMetadata(id, 'grants', 'x')).rejects.toMatchObject({ code: 'session/not-found' });
      await store.service.setMetadata(id, 'grants', undefined, newSession());
      expect(await store.service.get(id)).toBeUndefined();
      await store.service.setMetadata(id, 'grants', 'x', newSession());
      expect(await store.service.get(id)).toMatchObject({ messageCount: 0 });
    });

    it('does not count as activity', async () => {
      const { session } = await store.service.append(appendRequest(id, [userMessage()]));
      store.clock.advance(60_000);
      await store.service.setMetadata(id, 'grants', 'x');
      await store.service.setServerSessionId(id, 's');
      expect(await store.service.get(id)).toMatchObject({ updatedAt: session.updatedAt });
    });
  });

  describe('usage', () => {
    it('is unknown first, then what was written last, for each account', async () => {
      expect(await store.service.getUsage('a')).toBeUndefined();
      await store.service.setUsage('a', { requestsLimit: 10, requestsRemaining: 9, resetsAt: 1_900_000_000_000 });
      await store.service.setUsage('b', { tokensLimit: 5 });
      const first = store.clock.time;
      store.clock.advance(1000);
      await store.service.setUsage('a', { requestsLimit: 10, requestsRemaining: 8 });
      const service = await store.reopen();
      expect(await service.getUsage('a')).toEqual({
        snapshot: { requestsLimit: 10, requestsRemaining: 8 },
        updatedAt: first + 1000,
      });
      expect(await service.getUsage('b')).toEqual({ snapshot: { tokensLimit: 5 }, updatedAt: first });
    });
  });

  describe('describe', () => {
    it('says which file and which SQLite keep the sessions', async () => {
      const described = await store.service.describe();
      expect(described).toMatchObject({ path: store.path, journalMode: 'wal', schemaVersion: 3 });
      expect(described.sqliteVersion).toMatch(/^3\.\d+\.\d+$/);
      const inMemory = await store.openAnother({ folder: ':memory:' });
      expect(await inMemory.describe()).toMatchObject({ path: ':memory:', journalMode: 'memory' });
    });
  });

  describe('version', () => {
    it('has another data number after a write of another window, and after no other', async () => {
      const other = await store.openAnother();
      const start = await store.service.version();
      await store.service.append(appendRequest(id, [userMessage()]));
      await store.service.list(everything);
      expect((await store.service.version()).data).toBe(start.data);
      await other.append(appendRequest(newSessionId(), [userMessage()]));
      expect((await store.service.version()).data).not.toBe(start.data);
    });

    it('has another revision after whatever a list or a header shows, by whichever window', async () => {
      const other = await store.openAnother();
      let last = (await store.service.version()).revision;
      const event = userMessage();
      const writes = [
        () => store.service.append(appendRequest(id, [event])),
        () => other.append(appendRequest(id, [userMessage()], event.id)),
        () => other.update([id], { title: 'Other', deletedAt: 5 }),
        () => store.service.putContext(id, [contextItem('a')]),
        () => store.service.removeContext(id, [{ type: 'file', key: 'a' }]),
        () => other.deleteForever([id]),
      ];
      for (const write of writes) {
        await write();
        const { revision } = await store.service.version();
        expect(revision).toBeGreaterThan(last);
        expect(await other.version()).toMatchObject({ revision });
        last = revision;
      }
    });

    it('keeps its revision while nothing but a reply grows', async () => {
      const event = userMessage();
      await store.service.append(appendRequest(id, [event]));
      const { revision } = await store.service.version();
      await store.service.savePartialReply(partialReply(id, event.id));
      await store.service.savePartialReply(partialReply(id, event.id, { content: 'The memo key ignores', beats: 1 }));
      await store.service.setMetadata(id, 'key', 'value');
      expect(await store.service.version()).toMatchObject({ revision });
    });
  });
});
