import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { toInvocationId } from '../../../../src/core/session/session';
import type { EventBody } from '../../../../src/core/session/sessionEvent';
import { decodeEventBody } from '../../../../src/core/session/sessionEventCodec';
import type { SessionRecord } from '../../../../src/core/session/sessionRecord';
import {
  syntaxOf,
  type Checkpoint1,
  type CheckpointProblemCode,
  type CheckpointSyntax,
} from '../../../../src/core/checkpoint/checkpoint';
import { checkpointToRecord, recordToCheckpoint } from '../../../../src/core/checkpoint/checkpointMapper';
import { parseCheckpoint, type ParsedCheckpoint } from '../../../../src/core/checkpoint/checkpointParser';
import { checkpoint1ToRecord, recordToCheckpoint1 } from '../../../../src/core/checkpoint/checkpointV1';
import { writeCheckpoint } from '../../../../src/core/checkpoint/checkpointWriter';
import { documentOf, recordOf, someTime } from './checkpointRecords';

const fixtures = path.join(import.meta.dirname, '../../../fixtures/checkpoints');
const cacheBug = readFileSync(path.join(fixtures, 'cache-bug.json'), 'utf8');
const dns = readFileSync(path.join(fixtures, 'dns.yaml'), 'utf8');
const now = Date.UTC(2026, 10, 20, 9, 0, 0);
const key = { directory: '/work/shop', gitRoot: '/work/shop' };

/** A file that is good, changed a little. */
function jsonWith(patch: Record<string, unknown>): string {
  const file = {
    version: '1.0',
    session: { name: 'one', provider: 'demo', model: 'demo-1' },
    messages: [{ role: 'user', content: 'Hi' }],
    statistics: { message_count: 1 },
  };
  return JSON.stringify({ ...file, ...patch }, (_, value: unknown) => (value === absent ? undefined : value));
}
const absent = Symbol('absent');
const session = (patch: Record<string, unknown>): Record<string, unknown> => ({
  session: { name: 'one', provider: 'demo', model: 'demo-1', ...patch },
});
const roles = (...all: readonly unknown[]): Record<string, unknown> => ({
  messages: all.map((role) => ({ role, content: '' })),
  statistics: { message_count: all.length },
});

function documentOf1(text: string, syntax: CheckpointSyntax): Checkpoint1 {
  const { document, problems } = parseCheckpoint(text, syntax);
  if (document?.version !== '1.0') {
    throw new Error(JSON.stringify(problems));
  }
  return document;
}

function importOf(document: Checkpoint1): SessionRecord {
  let id = 0;
  const ids = { next: () => `id-${String(++id).padStart(4, '0')}` };
  return checkpoint1ToRecord(document, { ids, now, key, invocationId: toInvocationId('import') });
}

function bodies({ events }: SessionRecord): readonly unknown[] {
  return events.map(({ type, data }) => decodeEventBody(type, data));
}

/** What an import would report. */
function firstError({ problems }: ParsedCheckpoint): { code: CheckpointProblemCode; args: unknown } | undefined {
  return problems.find(({ severity }) => severity === 'error');
}

describe('reading Atmos 1.0', () => {
  it.each([
    ['cache-bug.json', cacheBug],
    ['dns.yaml', dns],
  ])('takes the sample %s', (name, text) => {
    expect(parseCheckpoint(text, syntaxOf(name) ?? 'json')).toMatchObject({ version: '1.0', problems: [] });
  });

  it('keeps order, roles, texts, times, provider, model and skill', () => {
    const record = importOf(documentOf1(cacheBug, 'json'));
    expect(record.session).toMatchObject({
      title: 'cache-bug',
      titleSource: 'user',
      provider: 'ollama',
      model: 'qwen3:8b',
      skill: 'general',
      ...key,
      createdAt: Date.UTC(2026, 7, 20, 14, 0, 0),
      updatedAt: Date.UTC(2026, 7, 21, 9, 28, 41),
      messageCount: 3,
      preview: 'Write the failing test first — café.ts',
      turnStatus: 'idle',
    });
    expect(bodies(record)).toMatchObject([
      { type: 'user_message', content: 'Why does the cart total go stale?' },
      { type: 'text', content: 'The memo key ignores the coupon id.', finish: 'completed' },
      { type: 'system_context', content: '' },
      { type: 'user_message', content: 'Write the failing test first — café.ts' },
      { type: 'compaction' },
    ]);
    expect(record.events.map(({ createdAt }) => createdAt).slice(0, 4)).toEqual([
      Date.UTC(2026, 7, 20, 14, 0, 5),
      Date.UTC(2026, 7, 20, 14, 0, 19),
      Date.UTC(2026, 7, 21, 9, 27, 50),
      Date.UTC(2026, 7, 21, 9, 28, 0),
    ]);
    expect(record.events[1]).toMatchObject({ provider: 'ollama', model: 'qwen3:8b', parentId: record.events[0]?.id });
    expect(record.session.headId).toBe(record.events.at(-1)?.id);
  });

  it('lets a summary of their beginnings stand for archived messages', () => {
    const summary = bodies(importOf(documentOf1(cacheBug, 'json'))).at(-1) as EventBody;
    expect(summary).toMatchObject({ type: 'compaction', fromSeq: 1, toSeq: 2, messages: 2, method: 'simple' });
    expect(JSON.stringify(summary)).toContain('Why does the cart total go stale?');
  });

  it('gives each run of archived messages a summary of its own, and countless ones no end of them', () => {
    const flags = [true, true, false, true, false, true];
    const messages = flags.map((archived, index) => ({ role: 'user', content: String(index), archived }));
    const record = importOf(documentOf1(jsonWith({ messages, statistics: { message_count: 6 } }), 'json'));
    expect(bodies(record).slice(6)).toMatchObject([
      { fromSeq: 1, toSeq: 2 },
      { fromSeq: 4, toSeq: 4 },
      { fromSeq: 6, toSeq: 6 },
    ]);
    const many = Array.from({ length: 1_000 }, (_, index) => ({ role: 'user', archived: index % 2 === 0 }));
    const hostile = importOf(documentOf1(jsonWith({ messages: many, statistics: { message_count: 1_000 } }), 'json'));
    expect(hostile.events.length).toBe(1_050);
  });

  it('uses the clock for what has no time', () => {
    const record = importOf(documentOf1(jsonWith({}), 'json'));
    expect(record.session).toMatchObject({ createdAt: now, updatedAt: now });
    expect(record.events[0]?.createdAt).toBe(now);
  });

  it('accepts all three roles, empty, very long and any other text, and fields that it does not know', () => {
    const contents = ['', 'x'.repeat(1_000_000), '👩‍👩‍👧 שלום \u0000 \ud800', '\n\n'];
    const messages = contents.map((content, index) => ({
      role: ['user', 'assistant', 'system'][index % 3],
      content,
      mood: 'good',
    }));
    const text = jsonWith({ messages, statistics: { message_count: 4 }, colour: 'red' });
    const parsed = parseCheckpoint(text, 'json');
    expect(firstError(parsed)).toBeUndefined();
    expect(bodies(importOf(documentOf1(text, 'json')))).toMatchObject(contents.map((content) => ({ content })));
  });
});

type Row = readonly [variant: string, syntax: CheckpointSyntax, text: string, code: CheckpointProblemCode];

const yamlRest =
  'session: {name: one, provider: demo, model: demo-1}\nmessages: [{role: user}]\nstatistics: {message_count: 1}\n';
const notAJsonFile: readonly Row[] = [
  ['an empty file', 'json', '', 'json-syntax'],
  ['broken JSON', 'json', jsonWith({}).slice(0, -2), 'json-syntax'],
  ['text after the object', 'json', `${jsonWith({})} and more`, 'json-syntax'],
  ['YAML in a file that is named .txt or .YAML', syntaxOf('dns.YAML') ?? 'yaml', dns, 'json-syntax'],
  ['a number as version', 'json', jsonWith({ version: 1.0 }), 'wrong-type'],
  ['a bad time', 'json', jsonWith(session({ created_at: 'yesterday' })), 'bad-time'],
  ['an empty time', 'json', jsonWith({ exported_at: '' }), 'bad-time'],
  ['a date alone', 'json', jsonWith(session({ updated_at: '2026-08-20' })), 'bad-time'],
  ['a list instead of the object', 'json', '[]', 'wrong-type'],
  ['a text that is a number', 'json', jsonWith(session({ name: 5 })), 'wrong-type'],
  ['half a count', 'json', jsonWith({ statistics: { message_count: 1.5 } }), 'wrong-type'],
];
const notAYamlFile: readonly Row[] = [
  ['broken YAML', 'yaml', `version: "1.0\n${yamlRest}`, 'yaml-syntax'],
  ['a key that is there twice', 'yaml', `version: "1.0"\n${yamlRest}version: "1.0"\n`, 'duplicate-key'],
  ['a list in the place of a text', 'yaml', `version: [1]\n${yamlRest}`, 'wrong-type'],
  ['a time that is none', 'yaml', `version: "1.0"\nexported_at: soon\n${yamlRest}`, 'bad-time'],
  ['a word instead of a map', 'yaml', 'hello\n', 'wrong-type'],
];
const brokenRules: readonly Row[] = [
  ['null', 'json', 'null', 'version-missing'],
  ['an empty object', 'json', '{}', 'version-missing'],
  ['empty YAML', 'yaml', '', 'version-missing'],
  ['no version', 'json', jsonWith({ version: absent }), 'version-missing'],
  ['an empty version', 'json', jsonWith({ version: '' }), 'version-missing'],
  ['version 1', 'json', jsonWith({ version: '1' }), 'version-unsupported'],
  ['version 1.1', 'json', jsonWith({ version: '1.1' }), 'version-unsupported'],
  ['version 1.0 with a space', 'json', jsonWith({ version: '1.0 ' }), 'version-unsupported'],
  ['no session', 'json', jsonWith({ session: absent }), 'name-required'],
  ['no name', 'json', jsonWith(session({ name: '' })), 'name-required'],
  ['no provider', 'json', jsonWith(session({ provider: '' })), 'provider-required'],
  ['null as provider', 'json', jsonWith(session({ provider: null })), 'provider-required'],
  ['no model', 'json', jsonWith(session({ model: absent })), 'model-required'],
  ['messages absent', 'json', jsonWith({ messages: absent, statistics: { message_count: 0 } }), 'messages-required'],
  ['messages null', 'json', jsonWith({ messages: null, statistics: { message_count: 0 } }), 'messages-required'],
  ['no messages', 'json', jsonWith({ messages: [], statistics: { message_count: 0 } }), 'messages-required'],
  ['a blank role', 'json', jsonWith(roles('user', '')), 'role-required'],
  ['a message that is null', 'json', jsonWith({ messages: [null] }), 'role-required'],
  ['the role tool', 'json', jsonWith(roles('tool')), 'role-invalid'],
  ['the role function', 'json', jsonWith(roles('function')), 'role-invalid'],
  ['the role User', 'json', jsonWith(roles('User')), 'role-invalid'],
  ['no statistics', 'json', jsonWith({ statistics: absent }), 'statistics-mismatch'],
  ['a count below', 'json', jsonWith({ statistics: { message_count: 0 } }), 'statistics-mismatch'],
  [
    'a count above',
    'yaml',
    `version: "1.0"\n${yamlRest.replace('message_count: 1', 'message_count: 2')}`,
    'statistics-mismatch',
  ],
];

describe('what an import of Atmos 1.0 refuses', () => {
  it.each([...notAJsonFile, ...notAYamlFile, ...brokenRules])('%s', (_, syntax, text, code) => {
    const parsed = parseCheckpoint(text, syntax);
    expect(parsed.document).toBeUndefined();
    expect(firstError(parsed)?.code).toBe(code);
  });

  it('counts messages from 1', () => {
    const parsed = parseCheckpoint(jsonWith(roles('user', 'assistant', 'tool', '')), 'json');
    expect(parsed.problems).toMatchObject([
      { code: 'role-invalid', args: { position: 3, found: 'tool' }, path: ['messages', 2, 'role'] },
      { code: 'role-required', args: { position: 4 }, path: ['messages', 3, 'role'] },
    ]);
  });

  it('is asked in the order version, name, provider, model, messages, roles, statistics, after what cannot be read at all', () => {
    const everything = {
      version: '9',
      session: { name: '', provider: '', model: '', created_at: 'x' },
      messages: [{ role: '' }, { role: 'robot' }],
      statistics: { message_count: 7 },
    };
    expect(parseCheckpoint(JSON.stringify(everything), 'json').problems.map(({ code }) => code)).toEqual([
      'bad-time',
      'version-unsupported',
      'name-required',
      'provider-required',
      'model-required',
      'role-required',
      'role-invalid',
      'statistics-mismatch',
    ]);
  });
});

describe('YAML of Atmos 1.0', () => {
  it('may leave out quotes and times of day', () => {
    const text = [
      'version: 1.0',
      'exported_at: 2026-08-20',
      'session: {name: 42, provider: true, model: 1.50, created_at: 2026-8-2 3:4:5, updated_at: 2026-08-20t14:00:00+02:00}',
      'messages: [{role: user, content: 2026-08-20, created_at: 2026-08-20T14:00:00.123456789Z, archived: yes}]',
      'statistics: {message_count: 1.0}',
    ].join('\n');
    expect(documentOf1(text.replace('t14', 'T14'), 'yaml')).toMatchObject({
      exported_at: '2026-08-20T00:00:00Z',
      session: { name: '42', provider: 'true', model: '1.50', created_at: '2026-08-02T03:04:05Z' },
      messages: [{ content: '2026-08-20', archived: true }],
    });
    expect(documentOf1(text, 'yaml').session.updated_at).toBe('2026-08-20T14:00:00+02:00');
  });

  it.each(['"2026-08-20"', '2026-08-20T14:00:00', '2026-08-20 14:00:00Z', '2026-02-30', '12', 'true'])(
    'has no time in %s',
    (time) => {
      const parsed = parseCheckpoint(`version: "1.0"\nexported_at: ${time}\n${yamlRest}`, 'yaml');
      expect(['bad-time', 'wrong-type']).toContain(firstError(parsed)?.code);
    },
  );
});

describe('writing Atmos 1.0', () => {
  const options = { exportedAt: now, context: true, metadata: true };
  const conversation = recordOf(
    [
      { body: { type: 'user_message', content: 'Why?' } },
      { body: { type: 'tool_call', id: 'c1', name: 'read', input: {} } },
      { body: { type: 'tool_result', toolUseId: 'c1', content: 'x', isError: false } },
      {
        body: { type: 'text', content: 'Because.', finish: 'completed' },
        usage: JSON.stringify({ inputTokens: 300, outputTokens: 112 }),
      },
      { body: { type: 'system_context', content: 'Resumed.' } },
      { body: { type: 'skill_invocation', name: 'review', arguments: null, content: 'Review it.' } },
      { body: { type: 'compaction', summary: 'S', fromSeq: 1, toSeq: 4, tokensBefore: 9, tokensAfter: 1 } },
      { body: { type: 'out_of_band_output', name: 'sh', command: null, content: 'never sent' } },
    ],
    { skill: 'general', directory: '/work/shop' },
    {
      context: [{ type: 'file', key: 'src/cart.ts', uri: null, value: 'x', createdAt: someTime }],
    },
  );

  it('has messages with roles, counts, tokens and calls of tools', () => {
    const { checkpoint, warnings } = recordToCheckpoint1(conversation, { ...options, exportedBy: 'mira' });
    expect(warnings).toEqual([]);
    expect(checkpoint).toMatchObject({
      version: '1.0',
      exported_at: '2026-11-20T09:00:00.000Z',
      exported_by: 'mira',
      session: { name: 'Stale cart', provider: 'demo', model: 'demo-1', skill: 'general', project_path: '/work/shop' },
      messages: [
        { role: 'user', content: 'Why?', archived: true },
        { role: 'assistant', content: 'Because.', archived: true },
        { role: 'system', content: 'Resumed.' },
        { role: 'user', content: 'Review it.' },
      ],
      statistics: { message_count: 4, user_messages: 2, assistant_messages: 1, total_tokens: 412, tool_calls: 1 },
    });
    expect(checkpoint.messages[2]).not.toHaveProperty('archived');
  });

  it('marks no message whose summary was taken back', () => {
    const undone = recordOf([
      ...['a', 'b'].map((content) => ({ body: { type: 'user_message', content } as const })),
      { body: { type: 'compaction', summary: 'S', fromSeq: 1, toSeq: 1, tokensBefore: 9, tokensAfter: 1 } },
      { body: { type: 'compaction_undone', compactionId: 'event-3' } },
    ]);
    expect(recordToCheckpoint1(undone, options).checkpoint.messages.some(({ archived }) => archived)).toBe(false);
  });

  it('has context and metadata only when asked', () => {
    const imported = importOf(documentOf1(cacheBug, 'json'));
    const without = recordToCheckpoint1(imported, { exportedAt: now, context: false, metadata: false }).checkpoint;
    expect(without).not.toHaveProperty('context');
    expect(without.session).not.toHaveProperty('metadata');
    expect(recordToCheckpoint1(conversation, options).checkpoint.context).toEqual({
      files_accessed: ['src/cart.ts'],
      working_directory: '/work/shop',
    });
  });

  it('warns of what could not be imported again, and writes it all the same', () => {
    const empty = recordOf([], { provider: null, model: null, title: '' });
    const { checkpoint, warnings } = recordToCheckpoint1(empty, options);
    expect(warnings).toEqual(['provider-required', 'model-required', 'messages-required']);
    expect(checkpoint.session.name).toBe('session-20261120-080000');
    expect(parseCheckpoint(writeCheckpoint(checkpoint, 'json'), 'json').problems.map(({ code }) => code)).toEqual(
      warnings,
    );
  });

  it.each([
    ['cache-bug.json', cacheBug],
    ['dns.yaml', dns],
  ])('gives back what was imported: %s', (name, text) => {
    const syntax = syntaxOf(name) ?? 'json';
    const original = documentOf1(text, syntax);
    const { checkpoint } = recordToCheckpoint1(importOf(original), options);
    const again = documentOf1(writeCheckpoint(checkpoint, syntax), syntax);
    const plain = ({ messages }: Checkpoint1): unknown =>
      messages.map(({ created_at, archived = false, ...message }) => ({
        ...message,
        archived,
        at: Date.parse(created_at ?? ''),
      }));
    expect(plain(again)).toEqual(plain(original));
    const { created_at: _created, updated_at: _updated, project_path: _path, ...facts } = original.session;
    expect(again.session).toMatchObject(facts);
    expect(again.context ?? {}).toMatchObject(original.context ?? {});
  });

  it('is equal under another name after an export and an import, also with the model of a command-line provider', () => {
    const cli = { ...documentOf1(dns, 'yaml'), session: { name: 'dns', provider: 'claude-code', model: 'default' } };
    const first = importOf(cli);
    const { checkpoint } = recordToCheckpoint1(first, options);
    const renamed = { ...checkpoint, session: { ...checkpoint.session, name: 'copy' } };
    const second = importOf(documentOf1(writeCheckpoint(renamed, 'yaml'), 'yaml'));
    expect(second.session).toMatchObject({ title: 'copy', provider: 'claude-code', model: 'default' });
    expect(bodies(second)).toEqual(bodies(first));
    expect(second.events.map(({ createdAt }) => createdAt)).toEqual(first.events.map(({ createdAt }) => createdAt));
  });

  it('keeps context, summaries and times on the way through our own format', () => {
    const imported = importOf(documentOf1(cacheBug, 'json'));
    const copy = checkpointToRecord(documentOf(writeCheckpoint(recordToCheckpoint(imported), 'yaml'), 'yaml'));
    expect(copy).toEqual(imported);
    expect(recordToCheckpoint1(copy, options)).toEqual(recordToCheckpoint1(imported, options));
  });
});
