import { describe, expect, it } from 'vitest';
import { toEventId } from '../../../../src/core/session/session';
import { checkpointToRecord, recordToCheckpoint, withFreshIds } from '../../../../src/core/checkpoint/checkpointMapper';
import { formatTime, parseTime } from '../../../../src/core/checkpoint/checkpointTime';
import { writeCheckpoint } from '../../../../src/core/checkpoint/checkpointWriter';
import { realIds } from '../../../support/builders';
import { recordOf, someTime } from './checkpointRecords';

const record = recordOf(
  [
    { body: { type: 'user_message', content: 'Why does it go stale?\nIt did not before.\n' } },
    {
      body: { type: 'text', content: 'The "memo" key ignores the coupon.', finish: 'completed' },
      provider: 'demo',
      model: 'demo-1',
      usage: JSON.stringify({ inputTokens: 12, outputTokens: 7 }),
      durationMs: 1_240,
    },
    { body: { type: 'user_message', content: 'Asked in another way' }, parentId: null },
    { type: 'hologram', data: '{ "spaced": 1.0 }' },
  ],
  { skill: 'review', pinned: true, archivedAt: someTime + 1, headId: toEventId('event-2') },
  {
    metadata: [{ key: 'note', value: 'kept', updatedAt: someTime }],
    context: [
      {
        type: 'selection',
        key: 'src/cart.ts:1-2',
        uri: null,
        value: 'const a = 1;\nconst b = 2;',
        createdAt: someTime,
      },
    ],
  },
);

describe('a file of format 2.0', () => {
  it('reads well in YAML', () => {
    expect(writeCheckpoint(recordToCheckpoint(record), 'yaml')).toBe(`version: "2.0"
session:
  id: "session-1"
  title: "Stale cart"
  title_source: "user"
  provider: "demo"
  model: "demo-1"
  skill: "review"
  directory: "/work/shop"
  git_root: "/work/shop"
  created_at: "2026-11-20T08:00:00.000Z"
  updated_at: "2026-11-20T08:03:00.000Z"
  archived_at: "2026-11-20T08:00:00.001Z"
  pinned: true
  head_id: "event-2"
  turn_status: "idle"
metadata:
  - key: "note"
    value: "kept"
    updated_at: "2026-11-20T08:00:00.000Z"
context:
  - type: "selection"
    key: "src/cart.ts:1-2"
    value: |-
      const a = 1;
      const b = 2;
    created_at: "2026-11-20T08:00:00.000Z"
events:
  - id: "event-1"
    seq: 1
    invocation_id: "invocation-1"
    type: "user_message"
    data:
      content: |
        Why does it go stale?
        It did not before.
    created_at: "2026-11-20T08:00:00.000Z"
  - id: "event-2"
    seq: 2
    parent_id: "event-1"
    invocation_id: "invocation-1"
    type: "text"
    data:
      content: "The \\"memo\\" key ignores the coupon."
      finish: "completed"
    provider: "demo"
    model: "demo-1"
    usage:
      inputTokens: 12
      outputTokens: 7
    duration_ms: 1240
    created_at: "2026-11-20T08:01:00.000Z"
  - id: "event-3"
    seq: 3
    invocation_id: "invocation-1"
    type: "user_message"
    data:
      content: "Asked in another way"
    created_at: "2026-11-20T08:02:00.000Z"
  - id: "event-4"
    seq: 4
    parent_id: "event-3"
    invocation_id: "invocation-1"
    type: "hologram"
    raw: "{ \\"spaced\\": 1.0 }"
    created_at: "2026-11-20T08:03:00.000Z"
statistics:
  event_count: 4
  message_count: 3
  user_messages: 2
  assistant_messages: 1
`);
  });

  it('has the same in JSON', () => {
    const text = writeCheckpoint(recordToCheckpoint(record), 'json');
    expect(text.startsWith('{\n  "version": "2.0",\n  "session": {\n    "id": "session-1",\n')).toBe(true);
    expect(text.endsWith('\n}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual(recordToCheckpoint(record));
  });

  it('takes a turn that runs for one that broke off', () => {
    const running = { ...record, session: { ...record.session, turnStatus: 'running' } } as const;
    expect(recordToCheckpoint(running).session.turn_status).toBe('interrupted');
  });

  it('counts what the store counts, over all branches', () => {
    expect(checkpointToRecord(recordToCheckpoint(record)).session).toMatchObject({
      messageCount: 3,
      lastSeq: 4,
      lastInvocationId: 'invocation-1',
      preview: 'Asked in another way',
    });
  });
});

describe('a copy with ids of its own', () => {
  const original = recordOf(
    [
      { body: { type: 'user_message', content: 'a' } },
      { body: { type: 'compaction', summary: 'S', fromSeq: 1, toSeq: 1, tokensBefore: 9, tokensAfter: 1 } },
      { body: { type: 'compaction_undone', compactionId: 'event-2' } },
      { type: 'compaction_undone', data: '{"compaction_id":"unknown"}' },
      { type: 'compaction_undone', data: 'damaged' },
    ],
    { serverSessionId: 'conversation at the provider' },
  );
  const copy = withFreshIds(original, realIds);

  it('has nothing in common with the original but what was said', () => {
    const ids = copy.events.map(({ id }) => id);
    expect(new Set([...ids, ...original.events.map(({ id }) => id)]).size).toBe(10);
    expect(copy.session.id).not.toBe(original.session.id);
    expect(copy.events.map(({ parentId }) => parentId)).toEqual([null, ...ids.slice(0, -1)]);
    expect(copy.session).toMatchObject({ headId: ids.at(-1), serverSessionId: null, title: 'Stale cart' });
  });

  it('takes back its own summary and keeps what refers to nothing', () => {
    expect(copy.events.slice(2).map(({ data }) => data)).toEqual([
      JSON.stringify({ compaction_id: copy.events[1]?.id }),
      '{"compaction_id":"unknown"}',
      'damaged',
    ]);
  });
});

describe('a time', () => {
  it.each([
    ['2026-08-20T14:00:00Z', Date.UTC(2026, 7, 20, 14)],
    ['2026-08-20T14:00:00.123456Z', Date.UTC(2026, 7, 20, 14, 0, 0, 123)],
    ['2026-08-20T14:00:00+02:00', Date.UTC(2026, 7, 20, 12)],
    ['2026-08-20T14:00:00-00:30', Date.UTC(2026, 7, 20, 14, 30)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['+275760-09-13T00:00:00.000Z', 8.64e15],
  ])('is read from %s', (text, ms) => {
    expect(parseTime(text)).toBe(ms);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
    'now',
    '',
  ])('is not read from %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  it('is always written, also one that no date can say', () => {
    expect([1e300, -1e300, 0.5].map(formatTime)).toEqual([
      '+275760-09-13T00:00:00.000Z',
      '-271821-04-20T00:00:00.000Z',
      '1970-01-01T00:00:00.000Z',
    ]);
  });
});
