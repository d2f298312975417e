import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toTurnId, type SessionId } from '../../../../src/core/session/session';
import type { NewEvent, StoredEvent } from '../../../../src/core/session/sessionEvent';
import {
  answer,
  appendRequest,
  deadOwner,
  newSessionId,
  partialReply,
  sessionRecord,
  testModel,
  userMessage,
} from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore, type TempStore } from '../../../support/storeFixture';

describe('an event that was changed on disk', () => {
  let store: TempStore;
  let id: SessionId;
  let events: readonly NewEvent[];
  beforeEach(async () => {
    store = await openTempStore();
    id = newSessionId();
    events = [
      userMessage('Why does the cart total go stale?'),
      answer('The memo key ignores the coupon.', { provider: 'demo', model: 'demo-1' }),
      userMessage('And the shipping?'),
      answer(`A long answer. ${'It goes over many pages of the file. '.repeat(2000)}The needle.`),
    ];
    await store.service.append(appendRequest(id, events));
    await store.service.append(appendRequest(newSessionId(), [userMessage('The memo is in another session.')]));
  });
  afterEach(async () => {
    await store.dispose();
  });

  /** Writes over bytes of the file while nobody has it open. */
  async function overwrite(find: string, put: string): Promise<void> {
    await store.service.close();
    const content = await readFile(store.path);
    const at = content.indexOf(find);
    expect(at).toBeGreaterThan(0);
    expect(content.indexOf(find, at + 1)).toBe(-1);
    content.write(put, at, 'latin1');
    await writeFile(store.path, content);
    await store.reopen();
  }

  const page = async (): Promise<readonly StoredEvent[]> => (await store.service.loadPage(id, 50)).events;
  const alteredOf = (list: readonly StoredEvent[]): readonly number[] =>
    list.filter(({ altered }) => altered === true).map(({ seq }) => seq);

  it('is flagged, and no other one is', async () => {
    await overwrite('ignores the coupon', 'ignores the COUPON');
    const loaded = await page();
    expect(alteredOf(loaded)).toEqual([2]);
    expect(loaded[1]).toMatchObject({ body: { type: 'text', content: 'The memo key ignores the COUPON.' } });
    expect(await store.service.check()).toEqual({
      problems: [],
      altered: [events[1]?.id],
      incomplete: [],
      missingEvents: 0,
    });
  });

  it('is flagged when its bytes are no text any more', async () => {
    await overwrite('ignores the coupon', 'ignores\xff\xfe\x80 coupon');
    expect(alteredOf(await page())).toEqual([2]);
  });

  it('is flagged far from its beginning', async () => {
    await overwrite('The needle.', 'The noodle.');
    expect(alteredOf(await page())).toEqual([4]);
  });

  it('is shown as damaged too when its data cannot be read', async () => {
    await overwrite('"content":"The memo key', '"content" "The memo key');
    const loaded = await page();
    expect(alteredOf(loaded)).toEqual([2]);
    expect(loaded[1]?.body).toMatchObject({ type: 'damaged', eventType: 'text' });
    expect(loaded[0]?.body).toEqual(events[0]?.body);
  });

  it.each(['model', 'provider', 'skill', 'usage', 'turn_id', 'invocation_id', 'event_type'])(
    'is flagged when another %s stands beside it',
    async (column) => {
      await rawSql(store.path, `UPDATE session_events SET ${column} = 'x' WHERE id = ?`, [events[1]?.id ?? '']);
      expect(alteredOf(await page())).toEqual([2]);
    },
  );

  it('is flagged in the pages above too', async () => {
    await overwrite('ignores the coupon', 'ignores the COUPON');
    const last = await store.service.loadPage(id, 2);
    expect(alteredOf(last.events)).toEqual([]);
    expect(alteredOf((await store.service.loadPage(id, 2, last.events[0]?.id)).events)).toEqual([2]);
  });

  it('is found by nobody but the page and the check: a branch for a request is not compared', async () => {
    await overwrite('ignores the coupon', 'ignores the COUPON');
    expect(alteredOf(await store.service.loadBranch(id))).toEqual([]);
  });

  it('stays flagged when the conversation goes on', async () => {
    await overwrite('ignores the coupon', 'ignores the COUPON');
    await store.service.append(appendRequest(id, [userMessage('Go on')], events[3]?.id));
    await store.reopen();
    expect(alteredOf(await page())).toEqual([2]);
    expect(await store.service.check()).toMatchObject({ altered: [events[1]?.id], incomplete: [] });
  });

  describe('never is one that was written', () => {
    const expectSound = async (): Promise<void> => {
      expect(await store.service.check()).toEqual({ problems: [], altered: [], incomplete: [], missingEvents: 0 });
      expect(await rawSql(store.path, "SELECT id FROM session_events WHERE seal = ''")).toEqual([]);
    };

    it('by an import, also with gaps and in any order', async () => {
      const record = sessionRecord();
      const moved = record.events.map((event) => ({ ...event, seq: event.seq * 7 })).reverse();
      await store.service.importRecord({ ...record, events: moved }, {});
      await expectSound();
      const { session } = await store.service.append(
        appendRequest(record.session.id, [userMessage()], record.session.headId),
      );
      expect(session.lastSeq).toBe(15);
      await expectSound();
    });

    it('from a reply that was interrupted, also beside the branch', async () => {
      const reply = partialReply(id, events[3]?.id ?? events[0]!.id, { owner: deadOwner, reasoning: 'Hm' });
      await store.service.savePartialReply(reply);
      expect(await store.service.recoverInterrupted()).toEqual([id]);
      await store.service.savePartialReply({ ...reply, parentId: events[0]!.id, turnId: toTurnId('turn-2') });
      expect(await store.service.recoverInterrupted()).toEqual([id]);
      expect((await store.service.get(id))?.lastSeq).toBe(8);
      await expectSound();
    });

    it('twice, on a branch of its own, or without a text', async () => {
      const again = answer('Another answer', { model: testModel.model });
      const request = appendRequest(id, [again], events[3]?.id, { parent: events[0]!.id });
      await store.service.append(request);
      await store.service.append(request);
      await store.service.append(appendRequest(id, [], again.id, { turnStatus: 'idle' }));
      expect((await store.service.get(id))?.lastSeq).toBe(5);
      await expectSound();
    });
  });
});
