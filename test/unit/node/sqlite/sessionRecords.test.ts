import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toEventId, toInvocationId, type SessionId } from '../../../../src/core/session/session';
import type { SessionRecord } from '../../../../src/core/session/sessionRecord';
import {
  answer,
  appendRequest,
  contextItem,
  newSession,
  newSessionId,
  partialReply,
  recordedEvent,
  sessionRecord,
  testModel,
  testTurn,
  userMessage,
} from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('whole sessions', () => {
  let store: TempStore;
  beforeEach(async () => {
    store = await openTempStore();
  });
  afterEach(async () => {
    await store.dispose();
  });

  /** Every row of every table of sessions, as another program sees it. */
  async function rows(): Promise<readonly unknown[]> {
    const tables = ['sessions', 'session_events', 'session_metadata', 'session_context', 'partial_replies'];
    return Promise.all(tables.map((table) => rawSql(store.path, `SELECT * FROM ${table} ORDER BY 1, 2, 3`)));
  }

  /** A session with a branch, damaged and unknown events, metadata and things attached. */
  async function plant(): Promise<SessionId> {
    const id = newSessionId();
    const question = userMessage('What is "this"?\u0000\ud800');
    const first = answer('First try', {
      ...{ turnId: testTurn, ...testModel, skill: 'review', durationMs: 1200 },
      usage: { inputTokens: 3_000_000_000, outputTokens: 7 },
    });
    const create = newSession({ title: 'Cart bug', skill: 'review', context: [contextItem('a'), contextItem('b')] });
    await store.service.append(appendRequest(id, [question, first], null, { create, model: testModel }));
    store.clock.advance(5000);
    const invocationId = toInvocationId('invocation-2');
    const second = answer('Second try');
    await store.service.append(appendRequest(id, [second], first.id, { parent: question.id, invocationId }));
    const odd = [answer('odd'), answer('odder')];
    await store.service.append(appendRequest(id, odd, second.id));
    await rawSql(store.path, 'UPDATE session_events SET event_data = \'{"broken": \' WHERE id = ?', [odd[0]!.id]);
    await rawSql(store.path, "UPDATE session_events SET event_type = 'hologram', event_data = ? WHERE id = ?", [
      '{ "a" : 1.0,\n"b":"ü\\u0041" }',
      odd[1]!.id,
    ]);
    await rawSql(store.path, "UPDATE sessions SET message_count = 3, preview = 'Second try'");
    await store.service.setMetadata(id, 'grants', '{"tool":true}');
    await store.service.setMetadata(id, 'files', 'x');
    await store.service.setServerSessionId(id, 'server-7');
    await store.service.update([id], { pinned: true, archivedAt: 10, endedAt: 20 });
    return id;
  }

  async function read(id: SessionId): Promise<SessionRecord> {
    const record = await store.service.readRecord(id);
    if (record === undefined) {
      throw new Error(`no session ${id}`);
    }
    return record;
  }

  describe('reading one', () => {
    it('gives everything stored, every branch, the data of events as it lies there', async () => {
      const id = await plant();
      const record = await read(id);
      expect(record.session).toEqual(await store.service.get(id));
      expect(record.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(record.events[2]?.parentId).toBe(record.events[0]?.id);
      expect(record.events[1]).toMatchObject({
        ...{ turnId: testTurn, type: 'text', ...testModel, skill: 'review', durationMs: 1200 },
        usage: '{"inputTokens":3000000000,"outputTokens":7}',
      });
      expect(record.events.map(({ type, data }) => [type, data])).toEqual([
        ['user_message', '{"content":"What is \\"this\\"?\\u0000\\ud800"}'],
        ['text', '{"content":"First try","finish":"completed"}'],
        ['text', '{"content":"Second try","finish":"completed"}'],
        ['text', '{"broken": '],
        ['hologram', '{ "a" : 1.0,\n"b":"ü\\u0041" }'],
      ]);
      const written = store.clock.time;
      expect(record.metadata).toEqual([
        { key: 'files', value: 'x', updatedAt: written },
        { key: 'grants', value: '{"tool":true}', updatedAt: written },
      ]);
      expect(record.context).toEqual([contextItem('a'), contextItem('b')]);
    });

    it('gives nothing for a session that is not there', async () => {
      expect(await store.service.readRecord(newSessionId())).toBeUndefined();
    });

    it('sees one moment though another window writes meanwhile', async () => {
      const id = newSessionId();
      const other = await store.openAnother();
      await store.service.append(appendRequest(id, [userMessage()]));
      for (let n = 0; n < 20; n++) {
        const head = (await other.get(id))?.headId ?? null;
        const [record] = await Promise.all([read(id), other.append(appendRequest(id, [answer(String(n))], head))]);
        expect(record.session.lastSeq).toBe(record.events.length);
        expect(record.session.headId).toBe(record.events.at(-1)?.id);
      }
    });
  });

  describe('importing one', () => {
    it('gives back exactly what was read from another store', async () => {
      const record = await read(await plant());
      const before = await rows();
      const target = await openTempStore();
      const imported = await target.service.importRecord(record, {});
      expect(imported).toEqual(record.session);
      const service = await target.reopen();
      expect(await service.readRecord(imported.id)).toEqual(record);
      expect(await service.loadBranch(imported.id)).toEqual(await store.service.loadBranch(imported.id));
      await target.dispose();
      expect(await rows()).toEqual(before);
    });

    it('counts messages, events and the preview anew, whatever the record says', async () => {
      const events = [
        recordedEvent(3, null, { type: 'user_message', content: 'One' }),
        recordedEvent(7, null, { type: 'text', content: 'Two\nlines', finish: 'completed' }),
        recordedEvent(9, null, { type: 'text', content: '', finish: 'cancelled' }),
      ];
      const record = sessionRecord({ events, row: { messageCount: 99, lastSeq: 1, preview: 'A lie' } });
      expect(await store.service.importRecord(record, {})).toMatchObject({
        ...{ messageCount: 2, lastSeq: 9, preview: 'Two lines', headId: events[2]!.id },
      });
      const next = userMessage();
      const appended = await store.service.append(appendRequest(record.session.id, [next], events[2]!.id));
      expect(appended.events).toMatchObject([{ seq: 10, parentId: events[2]!.id }]);
    });

    it('leaves no turn running, and no partial reply', async () => {
      const running = sessionRecord({ row: { turnStatus: 'running' } });
      expect((await store.service.importRecord(running, {})).turnStatus).toBe('interrupted');
      expect(await store.service.getPartialReply(running.session.id)).toBeUndefined();
      const failed = sessionRecord({ row: { turnStatus: 'failed' } });
      expect((await store.service.importRecord(failed, {})).turnStatus).toBe('failed');

      const id = newSessionId();
      const question = userMessage();
      await store.service.append(appendRequest(id, [question], null, { turnStatus: 'running' }));
      await store.service.savePartialReply(partialReply(id, question.id));
      const target = await openTempStore();
      await target.service.importRecord(await read(id), {});
      expect(await target.service.recoverInterrupted()).toEqual([]);
      expect(await target.service.loadBranch(id)).toHaveLength(1);
      await target.dispose();
    });

    it('refuses a session that is there, and changes nothing', async () => {
      const record = sessionRecord({ context: [contextItem('a')] });
      await store.service.importRecord(record, {});
      const other = await store.service.importRecord(sessionRecord(), {});
      const before = await rows();
      await expect(store.service.importRecord(record, { replaces: other.id })).rejects.toMatchObject({
        code: 'argument/invalid',
      });
      expect(await rows()).toEqual(before);
    });

    it('refuses events that are there, and changes nothing', async () => {
      const record = sessionRecord();
      await store.service.importRecord(record, {});
      const before = await rows();
      const again = { ...record, session: { ...record.session, id: newSessionId(), title: 'Another' } };
      await expect(store.service.importRecord(again, {})).rejects.toMatchObject({ code: 'argument/invalid' });
      expect(await rows()).toEqual(before);
    });

    it.each<[string, (record: SessionRecord) => SessionRecord]>([
      ['two events of one place', (r) => ({ ...r, events: r.events.map((event) => ({ ...event, seq: 1 })) })],
      ['two events of one id', (r) => ({ ...r, events: r.events.map((event) => ({ ...event, id: toEventId('x') })) })],
      ['a time that is none', (r) => ({ ...r, events: r.events.map((event) => ({ ...event, createdAt: 1.5 })) })],
      ['a session without times', (r) => ({ ...r, session: { ...r.session, createdAt: NaN } })],
    ])('leaves nothing behind that stops half-way: %s', async (_, spoil) => {
      const old = await store.service.importRecord(sessionRecord({ metadata: [] }), {});
      const before = await rows();
      const metadata = [{ key: 'grants', value: 'x', updatedAt: 1 }];
      const record = spoil(sessionRecord({ metadata, context: [contextItem('a')] }));
      await expect(store.service.importRecord(record, { replaces: old.id })).rejects.toMatchObject({
        code: 'argument/invalid',
      });
      expect(await rows()).toEqual(before);
    });

    it('puts the session that it replaces into the trash and takes its title', async () => {
      const old = await store.service.importRecord(sessionRecord(), {});
      const kept = await store.service.importRecord(sessionRecord({ row: { title: 'Other' } }), {});
      store.clock.advance(1000);
      const fresh = await store.service.importRecord(sessionRecord(), { replaces: old.id });
      expect(fresh.title).toBe('Cart bug');
      expect(await store.service.get(old.id)).toEqual({ ...old, deletedAt: store.clock.time });
      expect(await store.service.get(kept.id)).toEqual(kept);
      expect(await store.service.loadBranch(old.id)).toHaveLength(2);
    });

    it('takes a session without events', async () => {
      const record = sessionRecord({ events: [] });
      expect(await store.service.importRecord(record, {})).toMatchObject({ headId: null, lastSeq: 0, preview: '' });
      expect(await store.service.readRecord(record.session.id)).toEqual(record);
    });

    it('takes ten thousand events at once, each with its own data', async () => {
      const events = Array.from({ length: 10_007 }, (_, index) => {
        const content = index % 1000 === 0 ? `${index} ${'x'.repeat(1_000_000)}` : `Message ${index} ünï 👩‍💻`;
        return recordedEvent(index + 1, null, { type: 'user_message', content });
      });
      const record = sessionRecord({ events });
      const { session } = record;
      expect(await store.service.importRecord(record, {})).toMatchObject({ messageCount: 10_007, lastSeq: 10_007 });
      const stored = await read(session.id);
      expect(stored.events.every((event, index) => event.data === events[index]?.data)).toBe(true);
      expect(stored.events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      const counted = await rawSql(store.path, 'SELECT count(*) AS n FROM session_events');
      expect(counted).toEqual([{ n: 10_007 }]);
    });
  });

  describe('sizes', () => {
    it('are the bytes of the text, for the sessions asked for or all of them', async () => {
      const [a, b, empty] = [newSessionId(), newSessionId(), newSessionId()];
      await store.service.append(appendRequest(a, [userMessage('ü👩‍💻'), answer('x'.repeat(100_000))]));
      await store.service.append(appendRequest(b, [userMessage('hi')]));
      await store.service.setServerSessionId(empty, 's', newSession());
      const bytesOf = async (id: SessionId) =>
        (await read(id)).events.reduce((sum, event) => sum + Buffer.byteLength(event.data), 0);
      const sizes = await store.service.sizesOf();
      expect(sizes).toEqual(
        new Map([
          [a, await bytesOf(a)],
          [b, '{"content":"hi"}'.length],
          [empty, 0],
        ]),
      );
      expect(await store.service.sizesOf([b, newSessionId()])).toEqual(new Map([[b, 16]]));
      expect(await store.service.sizesOf([])).toEqual(new Map());
    });
  });
});
