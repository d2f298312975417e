import { describe, expect, it } from 'vitest';
import type { SourceRange } from '../../../../src/core/base/sourceProblem';
import { toEventId } from '../../../../src/core/session/session';
import type { Checkpoint2, CheckpointProblemCode } from '../../../../src/core/checkpoint/checkpoint';
import { recordToCheckpoint } from '../../../../src/core/checkpoint/checkpointMapper';
import { parseCheckpoint } from '../../../../src/core/checkpoint/checkpointParser';
import { writeCheckpoint } from '../../../../src/core/checkpoint/checkpointWriter';
import { recordOf, someTime } from './checkpointRecords';

interface Draft {
  [key: string]: unknown;
  version: unknown;
  session: Record<string, unknown>;
  metadata: Record<string, unknown>[];
  context: Record<string, unknown>[];
  events: Record<string, unknown>[];
  statistics: Record<string, unknown>;
}

/** A good checkpoint with all of its parts. */
function goodCheckpoint(): Checkpoint2 {
  const record = recordOf(
    [
      { body: { type: 'user_message', content: 'Why?' } },
      { body: { type: 'text', content: 'Because.', finish: 'completed' }, provider: 'demo', model: 'demo-1' },
      { body: { type: 'user_message', content: 'And now?' } },
      {
        body: { type: 'compaction', summary: 'Short', fromSeq: 1, toSeq: 2, tokensBefore: 9, tokensAfter: 1 },
      },
      { body: { type: 'compaction_undone', compactionId: 'event-4' } },
    ],
    { archivedAt: someTime, headId: toEventId('event-5') },
    {
      metadata: [{ key: 'a', value: '1', updatedAt: someTime }],
      context: [{ type: 'file', key: 'src/cart.ts', uri: 'file:///src/cart.ts', value: 'x', createdAt: someTime }],
    },
  );
  return recordToCheckpoint(record);
}

function draft(change: (checkpoint: Draft) => void = () => undefined): string {
  const checkpoint = JSON.parse(JSON.stringify(goodCheckpoint())) as Draft;
  change(checkpoint);
  return `${JSON.stringify(checkpoint, undefined, 2)}\n`;
}

function textAt(text: string, { start, end }: SourceRange): string {
  const line = text.split('\n')[start.line] ?? '';
  return line.slice(start.character, start.line === end.line ? end.character : undefined);
}

interface Expected {
  readonly code: CheckpointProblemCode;
  readonly severity: 'error' | 'warning';
  readonly change: (checkpoint: Draft) => void;
  /** What is underlined. */
  readonly at: string;
  readonly args?: Record<string, unknown> | undefined;
}

const tells = (
  what: string,
  code: CheckpointProblemCode,
  severity: Expected['severity'],
  change: Expected['change'],
  at: string,
  args?: Expected['args'],
): readonly [string, Expected] => [what, { code, severity, change, at, args }];

const event = (checkpoint: Draft, index: number): Record<string, unknown> => checkpoint.events[index] ?? {};

const cases = [
  tells('a field that is missing', 'missing-field', 'error', (c) => delete c.session['title'], '"session"', {
    field: 'title',
  }),
  tells('a part that is missing', 'missing-field', 'error', (c) => delete (c as Partial<Draft>).statistics, '{', {
    field: 'statistics',
  }),
  tells('a field of another kind', 'wrong-type', 'error', (c) => (c.session['title'] = 5), '5', {
    expected: 'string',
    found: '5',
  }),
  tells('null in the place of a text', 'wrong-type', 'error', (c) => (c.session['model'] = null), 'null', {
    found: 'null',
  }),
  tells(
    'a list in the place of an object',
    'wrong-type',
    'error',
    (c) => Object.assign(c, { session: [] }),
    '"session"',
    { expected: 'object', found: 'array' },
  ),
  tells(
    'an object in the place of a list',
    'wrong-type',
    'error',
    (c) => Object.assign(c, { events: {} }),
    '"events"',
    { expected: 'array', found: 'object' },
  ),
  tells('a value that is none of a few', 'bad-value', 'error', (c) => (c.session['title_source'] = 'me'), '"me"', {
    expected: 'none, derived, user',
    found: 'me',
  }),
  tells('a running turn', 'bad-value', 'error', (c) => (c.session['turn_status'] = 'running'), '"running"'),
  tells('half a number', 'bad-number', 'error', (c) => (event(c, 0)['seq'] = 0.5), '0.5', { position: 1 }),
  tells('a number below the first', 'bad-number', 'error', (c) => (event(c, 0)['seq'] = 0), '0'),
  tells('a number that is not exact', 'bad-number', 'error', (c) => (event(c, 4)['seq'] = 2 ** 53), '9007199254740992'),
  tells(
    'the 31st of February',
    'bad-time',
    'error',
    (c) => (c.session['created_at'] = '2026-02-31T00:00:00.000Z'),
    '"2026-02-31T00:00:00.000Z"',
  ),
  tells('a date alone', 'bad-time', 'error', (c) => (event(c, 1)['created_at'] = '2026-02-01'), '"2026-02-01"', {
    position: 2,
  }),
  tells('an empty id', 'empty-text', 'error', (c) => (c.session['id'] = ''), '""'),
  tells('a field that is not known', 'unknown-field', 'warning', (c) => (c.session['colour'] = 'red'), '"colour"', {
    field: 'colour',
  }),
  tells('an unknown field of an event', 'unknown-field', 'warning', (c) => (event(c, 2)['mood'] = 1), '"mood"'),
  tells('an event without content', 'data-missing', 'error', (c) => delete event(c, 0)['data'], '{', {
    type: 'user_message',
  }),
  tells('an event with two contents', 'data-twice', 'error', (c) => (event(c, 0)['raw'] = '{}'), '"raw"'),
  tells('an id that is there twice', 'duplicate-event', 'error', (c) => (event(c, 2)['id'] = 'event-1'), '"event-1"', {
    id: 'event-1',
    position: 1,
  }),
  tells('numbers that do not grow', 'sequence-order', 'error', (c) => (event(c, 2)['seq'] = 2), '2', {
    seq: 2,
    before: 2,
  }),
  tells('a parent that is not there', 'unknown-parent', 'error', (c) => (event(c, 2)['parent_id'] = 'gone'), '"gone"', {
    id: 'gone',
  }),
  tells(
    'a parent that comes later',
    'parent-later',
    'error',
    (c) => (event(c, 1)['parent_id'] = 'event-3'),
    '"event-3"',
  ),
  tells(
    'an event that is its own parent',
    'parent-later',
    'error',
    (c) => (event(c, 1)['parent_id'] = 'event-2'),
    '"event-2"',
  ),
  tells('an end that is not there', 'unknown-head', 'error', (c) => (c.session['head_id'] = 'gone'), '"gone"', {
    id: 'gone',
  }),
  tells('counts that do not match', 'statistics-mismatch', 'error', (c) => (c.statistics['user_messages'] = 3), '3', {
    field: 'user_messages',
    expected: 2,
    found: 3,
  }),
  tells(
    'metadata that is there twice',
    'duplicate-metadata',
    'error',
    (c) => c.metadata.push({ ...c.metadata[0] }),
    '"a"',
    { key: 'a' },
  ),
  tells(
    'an attachment that is there twice',
    'duplicate-context',
    'error',
    (c) => c.context.push({ ...c.context[0] }),
    '"src/cart.ts"',
  ),
  tells(
    'the undoing of no summary',
    'unknown-compaction',
    'warning',
    (c) => (event(c, 4)['data'] = { compaction_id: 'event-1' }),
    '"event-1"',
    { id: 'event-1' },
  ),
  tells(
    'a summary of what comes later',
    'compaction-range',
    'warning',
    (c) => Object.assign(event(c, 3)['data'] as object, { to_seq: 9 }),
    '9',
    { from: 1, to: 9, seq: 4 },
  ),
  tells(
    'a summary that ends before it begins',
    'compaction-range',
    'warning',
    (c) => Object.assign(event(c, 3)['data'] as object, { from_seq: 3 }),
    '2',
  ),
  tells(
    'a time before all computers',
    'time-range',
    'warning',
    (c) => (c.session['updated_at'] = '0001-01-01T00:00:00.000Z'),
    '"0001-01-01T00:00:00.000Z"',
    { field: 'updated_at' },
  ),
  tells(
    'an event of an unknown type',
    'event-unknown',
    'warning',
    (c) => (event(c, 3)['type'] = 'hologram'),
    '"hologram"',
    { type: 'hologram' },
  ),
  tells(
    'content that is none of its type',
    'event-damaged',
    'warning',
    (c) => (event(c, 3)['data'] = { summary: 1 }),
    '"data"',
    { type: 'compaction', field: 'summary' },
  ),
  tells(
    'content that is no JSON',
    'event-damaged',
    'warning',
    (c) => {
      delete event(c, 3)['data'];
      event(c, 3)['raw'] = '{"summary":';
    },
    '"{\\"summary\\":"',
    { field: 'json' },
  ),
  tells('a list without end as usage', 'wrong-type', 'error', (c) => (event(c, 1)['usage'] = 7), '7'),
];

describe('format 2.0', () => {
  it('has nothing to say about a good file, in either syntax', () => {
    for (const syntax of ['json', 'yaml'] as const) {
      const text = writeCheckpoint(goodCheckpoint(), syntax);
      expect(parseCheckpoint(text, syntax)).toMatchObject({ version: '2.0', document: goodCheckpoint(), problems: [] });
    }
  });

  it.each(cases)('tells of %s', (_, { code, severity, change, at, args = {} }) => {
    const text = draft(change);
    const { document, problems } = parseCheckpoint(text, 'json');
    const problem = problems.find((candidate) => candidate.code === code);
    expect(problem, JSON.stringify(problems)).toMatchObject({ severity, args });
    expect(problem && textAt(text, problem.range)).toBe(at);
    expect(document === undefined).toBe(severity === 'error');
  });

  it('finds the same in YAML, at its own places', () => {
    const text = writeCheckpoint(goodCheckpoint(), 'yaml').replace('user_messages: 2', 'user_messages: 3');
    const [problem] = parseCheckpoint(text, 'yaml').problems;
    expect(problem).toMatchObject({ code: 'statistics-mismatch', path: ['statistics', 'user_messages'] });
    expect(problem && textAt(text, problem.range)).toBe('3');
  });

  it('leaves out what it does not know and keeps what it cannot read', () => {
    const { document } = parseCheckpoint(
      draft((c) => {
        c['colour'] = 'red';
        event(c, 3)['type'] = 'hologram';
      }),
      'json',
    );
    expect(document).not.toHaveProperty('colour');
    expect(document).toHaveProperty(['events', 3, 'type'], 'hologram');
  });

  it('lists faults in the order of the file', () => {
    const { problems } = parseCheckpoint(
      draft((c) => {
        delete c.session['title'];
        c.statistics['event_count'] = 'many';
        event(c, 0)['seq'] = -1;
      }),
      'json',
    );
    expect(problems.map(({ code }) => code)).toEqual(['missing-field', 'bad-number', 'wrong-type']);
  });

  it('ends the list of problems somewhere, without hiding an error behind warnings', () => {
    const { problems } = parseCheckpoint(
      draft((c) => {
        for (let index = 0; index < 500; index++) {
          c.session[`unknown_${index}`] = index;
        }
        c.session['head_id'] = 'gone';
      }),
      'json',
    );
    expect(problems[0]?.code).toBe('unknown-head');
    expect(problems.at(-1)?.code).toBe('too-many-problems');
    expect(problems.length).toBeLessThanOrEqual(202);
  });

  it('is known by its version, which YAML may have without quotes', () => {
    const text = writeCheckpoint(goodCheckpoint(), 'yaml').replace('"2.0"', '2.0');
    expect(parseCheckpoint(text, 'yaml')).toMatchObject({ version: '2.0', document: goodCheckpoint(), problems: [] });
  });

  it.each<[string, string | number | undefined, CheckpointProblemCode]>([
    ['no version', undefined, 'version-missing'],
    ['a version to come', '3.0', 'version-unsupported'],
    ['a version that is no text', 2, 'wrong-type'],
  ])('is not measured by the rules of the other format: %s', (_, stated, code) => {
    const { version, problems } = parseCheckpoint(
      draft((c) => (c.version = stated)),
      'json',
    );
    expect(version).toBeNull();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });
});
