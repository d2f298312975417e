import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldSeals,
  isAltered,
  sealAppended,
  sealedColumns,
  sealedUpTo,
  sealOf,
  type SealedColumns,
} from '../../../../src/node/sqlite/eventSeal';
import { appendRequest, newSessionId, userMessage } from '../../../support/builders';
import { rawSql } from '../../../support/rawSql';
import { openTempStore } from '../../../support/storeFixture';

const row: SealedColumns = {
  id: 'e1',
  session_id: 's1',
  seq: 1,
  parent_id: null,
  invocation_id: 'run',
  turn_id: 'turn',
  event_type: 'text',
  event_data: '{"content":"The memo key ignores the coupon.","finish":"completed"}',
  provider: 'demo',
  model: 'demo-1',
  skill: null,
  usage: '{"inputTokens":5}',
  duration_ms: 1500,
  created_at: 1_763_629_200_000,
};

describe('the seal of an event', () => {
  it('stays what it is in every version, because it lies in the files', () => {
    expect(sealOf(row)).toBe('F17QWjGXngGq8In_z5bh-u');
    expect(foldSeals('', [{ seq: 1, seal: 'a' }])).toBe('1:c2Gm9LN0dF3q-Jascoh9Ve');
    expect(foldSeals('1:c2Gm9LN0dF3q-Jascoh9Ve', [{ seq: 4, seal: 'b' }])).toBe('4:DLqtNSdx3AlT8hZm09lmyd');
  });

  it.each(sealedColumns)('shows another %s', (column) => {
    const seal = sealOf(row);
    const value = row[column];
    for (const other of [typeof value === 'number' ? value + 1 : `${value ?? ''}x`, '', null, 0]) {
      const fits = other === value;
      expect(isAltered({ ...row, [column]: other, seal })).toBe(!fits);
    }
  });

  it('shows text that went from one column to the next', () => {
    const texts = sealedColumns.filter((name) => name !== 'seq' && name !== 'duration_ms' && name !== 'created_at');
    fc.assert(
      fc.property(fc.nat(texts.length - 2), fc.string(), fc.string({ minLength: 1 }), (index, kept, moved) => {
        const [from = 'id', to = 'id'] = texts.slice(index);
        const before = { ...row, [from]: kept + moved, [to]: 'x' };
        expect(sealOf({ ...row, [from]: kept, [to]: `${moved}x` })).not.toBe(sealOf(before));
      }),
    );
  });

  it('says nothing of an event that has none', () => {
    expect(isAltered({ ...row, seal: '' })).toBe(false);
  });

  it('fits whatever text comes back from the file', async () => {
    const store = await openTempStore();
    const texts = [
      '\ud800',
      'a\udc00b',
      'nul\0inside',
      '\ufeffmark',
      '👩‍💻',
      'e\u0301',
      '\ufffd',
      'a'.repeat(70_000),
      '\r\n',
    ];
    for (const text of texts) {
      const id = newSessionId();
      const event = userMessage(text, { provider: text, model: text, skill: text, durationMs: 2_147_483_648.4 });
      await store.service.append(appendRequest(id, [event]));
      const { events } = await store.service.loadPage(id, 5);
      expect(events.map(({ altered }) => altered)).toEqual([undefined]);
    }
    expect(await rawSql(store.path, 'SELECT count(*) AS n FROM session_events WHERE length(seal) = 22')).toEqual([
      { n: texts.length },
    ]);
    expect((await store.service.check()).altered).toEqual([]);
    await store.dispose();
  });
});

describe('the seal of a log', () => {
  const places = [1, 2, 3].map((seq) => ({ seq, seal: `seal-${seq}` }));
  const whole = foldSeals('', places);

  it('is the same however the events came', () => {
    const first = foldSeals('', places.slice(0, 1));
    expect(foldSeals(first, places.slice(1))).toBe(whole);
    expect(foldSeals(whole, [])).toBe(whole);
    expect([sealedUpTo(''), sealedUpTo(first), sealedUpTo(whole)]).toEqual([0, 1, 3]);
  });

  it('is another one when an event is missing, doubled or in another place', () => {
    const [a, b, c] = places as [(typeof places)[0], (typeof places)[0], (typeof places)[0]];
    const others = [
      [b, c],
      [a, c],
      [a, a, b, c],
      [b, a, c],
      [a, { ...b, seal: 'x' }, c],
    ].map((list) => foldSeals('', list));
    expect(new Set([...others, whole]).size).toBe(others.length + 1);
  });

  it('goes on with appended events only where it counts all that come before them', () => {
    const next = [{ seq: 4, seal: 'seal-4' }];
    expect(sealAppended({ log_seal: whole, last_seq: 3 }, next)).toBe(foldSeals(whole, next));
    expect(sealAppended({ log_seal: '', last_seq: 0 }, places)).toBe(whole);
    expect(sealAppended({ log_seal: '', last_seq: 3 }, next)).toBeUndefined();
    expect(sealAppended({ log_seal: whole, last_seq: 4 }, [{ seq: 5, seal: 'seal-5' }])).toBeUndefined();
  });
});
