import fc from 'fast-check';
import {
  toEventId,
  toInvocationId,
  toSessionId,
  toTurnId,
  type TitleSource,
  type TurnStatus,
} from '../../../../src/core/session/session';
import { contextTypes } from '../../../../src/core/session/contextItem';
import type { EventBody, Json } from '../../../../src/core/session/sessionEvent';
import { encodeEventBody } from '../../../../src/core/session/sessionEventCodec';
import type { RecordedEvent, SessionRecord } from '../../../../src/core/session/sessionRecord';
import { sessionOf } from './checkpointRecords';

/** Texts that writers and readers trip over. */
const hardTexts = [
  '',
  ' ',
  '\n',
  '\n\n\n',
  'two\nlines',
  'two\nlines\n',
  'two\nlines\n\n\n',
  ' leading\nspace',
  'trailing \nspaces  \n',
  'blank\n   \nmiddle',
  'ends in spaces\n  ',
  'tab\n\tindented\n',
  '\n\nleading breaks',
  'carriage\r\nreturn\r',
  '# comment\n- item\n---\n...\n%YAML 1.1',
  'key: value\n<<: *alias &anchor !tag',
  'yes',
  'null',
  '~',
  '0x1F',
  '1.0',
  '2026-11-20',
  '"quoted" and \'single\' \\ back',
  '\u0000\u0007\u001b[31m\u007f\u0085\u00a0',
  '\u2028line\u2029separators\ufeff\ufffe\uffff',
  'lone \ud800 and \udc00',
  '👩‍👩‍👧 e\u0301 שלום \u202ertl\n漢字',
  '```\ncode\n````',
];

export const anyText = fc.oneof(
  fc.constantFrom(...hardTexts),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', 'ß', ' ', '\n', '\t', '"', '\\', ':', '#', '-', '|', '\ud83d', '\ude00', '\r'),
  }),
  fc.array(fc.constantFrom(...hardTexts), { maxLength: 4 }).map((texts) => texts.join('\n')),
);

/** Text that a database can hold in a column: JSON escapes what else there is. */
const columnText = anyText.map((text) => text.replace(/\p{Surrogate}/gu, '\ufffd'));
const anyJson = fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }) as fc.Arbitrary<Json>;
const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 4_000_000_000_000 }),
  fc.constantFrom(0, -1, 951_782_400_000, 253_402_300_799_999, 8.64e15, -8.64e15),
);
const optionally = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });

const anyBody: fc.Arbitrary<EventBody> = fc.oneof(
  fc.record({ content: anyText, context: anyJson }).map((body): EventBody => ({ type: 'user_message', ...body })),
  anyText.map((content): EventBody => ({ type: 'text', content, finish: 'completed' })),
  fc.record({ content: anyText, providerState: anyJson }).map((body): EventBody => ({ type: 'reasoning', ...body })),
  fc.record({ id: anyText, name: anyText, input: anyJson }).map((body): EventBody => ({ type: 'tool_call', ...body })),
  fc
    .record({ toolUseId: anyText, content: anyText, isError: fc.boolean() })
    .map((body): EventBody => ({ type: 'tool_result', ...body })),
  fc
    .record({ name: anyText, content: anyText })
    .map((body): EventBody => ({ type: 'skill_invocation', arguments: null, ...body })),
  fc
    .record({ summary: anyText, fromSeq: fc.nat(20), toSeq: fc.nat(40), tokensBefore: fc.nat(), tokensAfter: fc.nat() })
    .map((body): EventBody => ({ type: 'compaction', ...body })),
  fc.nat(40).map((seq): EventBody => ({ type: 'compaction_undone', compactionId: `event ${seq}` })),
);

/** Stored data as this version writes it, as another one may have, and damaged. */
const anyContent = fc.oneof(
  { weight: 8, arbitrary: anyBody.map(encodeEventBody) },
  fc.record({
    type: columnText,
    data: fc.oneof(
      anyJson.map((value) => JSON.stringify(value)),
      columnText,
    ),
  }),
  fc.record({
    type: fc.constantFrom('user_message', 'text', 'hologram'),
    data: fc.constantFrom(
      '{ "content": "spaced" }',
      '{"content":"a","content":"b"}',
      '{"content":"x","n":1.0,"big":12345678901234567890,"exp":1e400}',
      '{"content":"x","__proto__":{"polluted":true}}',
      '{"a":{"constructor":{"prototype":1}}}',
      `{"content":"x","${'k'.repeat(2_000)}":1}`,
      `${'['.repeat(500)}${']'.repeat(500)}`,
      `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      '{"content":',
      '-0',
      'null',
      '"text"',
    ),
  }),
);
const anyUsage = fc.oneof(
  fc.record({ inputTokens: fc.nat(), outputTokens: fc.nat() }).map((usage) => JSON.stringify(usage)),
  fc.constantFrom('', 'null', '[]', '{ "inputTokens": 1 }', '"{}"', '{"inputTokens":1.50}'),
);

const anyOrigin = fc.record({
  invocationId: fc.constantFrom('run 1', 'run 2').map(toInvocationId),
  turnId: optionally(fc.constantFrom('turn 1', 'turn 2').map(toTurnId)),
  provider: optionally(columnText),
  model: optionally(columnText),
  skill: optionally(columnText),
  usage: optionally(anyUsage),
  durationMs: optionally(fc.nat()),
  createdAt: anyTime,
});

const anyEvents = fc
  .array(fc.record({ content: anyContent, origin: anyOrigin, gap: fc.integer({ min: 1, max: 3 }), parent: fc.nat() }), {
    maxLength: 12,
  })
  .map((drafts) => {
    const events: RecordedEvent[] = [];
    for (const { content, origin, gap, parent } of drafts) {
      const seq = (events.at(-1)?.seq ?? 0) + gap;
      const parentId = events[parent % (events.length + 1)]?.id ?? null;
      events.push({ id: toEventId(`event ${seq}`), seq, parentId, ...origin, ...content });
    }
    return events;
  });

const anySession = fc.record({
  id: fc.uuid({ version: 7 }).map(toSessionId),
  title: columnText,
  titleSource: fc.constantFrom<TitleSource>('none', 'derived', 'user'),
  provider: optionally(columnText),
  model: optionally(columnText),
  skill: optionally(columnText),
  directory: optionally(columnText),
  gitRoot: optionally(columnText),
  createdAt: anyTime,
  updatedAt: anyTime,
  archivedAt: optionally(anyTime),
  deletedAt: optionally(anyTime),
  endedAt: optionally(anyTime),
  pinned: fc.boolean(),
  serverSessionId: optionally(columnText),
  turnStatus: fc.constantFrom<TurnStatus>('idle', 'cancelled', 'failed', 'interrupted'),
});

const anyMetadata = fc.uniqueArray(fc.record({ key: columnText, value: columnText, updatedAt: anyTime }), {
  selector: ({ key }) => key,
  maxLength: 3,
});
const anyContext = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom(...contextTypes),
    key: columnText,
    uri: optionally(columnText),
    value: columnText,
    createdAt: anyTime,
  }),
  { selector: ({ type, key }) => `${type} ${key}`, maxLength: 3 },
);

/** Sessions as a store may have them: with branches, summaries, and entries that nobody can read. */
export const anyRecord: fc.Arbitrary<SessionRecord> = fc
  .record({ events: anyEvents, head: fc.nat(), session: anySession, metadata: anyMetadata, context: anyContext })
  .map(({ events, head, session, metadata, context }) => {
    const headId = events[head % (events.length + 1)]?.id ?? null;
    return { session: sessionOf(events, { ...session, headId }), metadata, context, events };
  });
