import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody, EventBodyOf, EventType, Json } from '../../../src/core/session/sessionEvent';
import { decodeEventBody, encodeEventBody } from '../../../src/core/session/sessionEventCodec';

/** Any JSON value; minus zero is left out because JSON has none. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);
const text = fc.string({ unit: 'binary' });
const textOrNull = fc.option(text, { nil: null });
const count = fc.nat();
const modelRef = fc.record({ provider: text, model: text });
const providerState = { providerState: json };

const bodies: { readonly [T in EventType]: fc.Arbitrary<EventBodyOf<T>> } = {
  user_message: withOptional({ type: fc.constant('user_message'), content: text }, { context: json }),
  text: withOptional(
    {
      type: fc.constant('text'),
      content: text,
      finish: fc.constantFrom('completed', 'cancelled', 'failed', 'interrupted', 'length'),
    },
    {
      ...providerState,
      error: fc.record({ code: text, args: fc.dictionary(text, fc.oneof(text, count)) }).map(plain),
    },
  ),
  reasoning: withOptional({ type: fc.constant('reasoning'), content: text }, providerState),
  tool_call: withOptional({ type: fc.constant('tool_call'), id: text, name: text, input: json }, providerState),
  tool_result: fc.record({
    type: fc.constant('tool_result'),
    toolUseId: text,
    content: text,
    isError: fc.boolean(),
  }),
  out_of_band_output: fc.record({
    type: fc.constant('out_of_band_output'),
    name: text,
    command: textOrNull,
    content: text,
  }),
  system_context: fc.record({ type: fc.constant('system_context'), content: text }),
  skill_invocation: fc.record({
    type: fc.constant('skill_invocation'),
    name: text,
    arguments: textOrNull,
    content: text,
  }),
  compaction: withOptional(
    {
      type: fc.constant('compaction'),
      summary: text,
      fromSeq: count,
      toSeq: count,
      tokensBefore: count,
      tokensAfter: count,
    },
    { model: text, messages: count, method: fc.constantFrom('model', 'simple') },
  ),
  compaction_undone: fc.record({ type: fc.constant('compaction_undone'), compactionId: text }),
  model_changed: fc.record({
    type: fc.constant('model_changed'),
    from: fc.option(modelRef, { nil: null }),
    to: modelRef,
  }),
  skill_changed: fc.record({ type: fc.constant('skill_changed'), from: textOrNull, to: textOrNull }),
  title_changed: fc.record({ type: fc.constant('title_changed'), from: text, to: text }),
};

/** A record whose optional fields may be absent, as the types want it, and never undefined. */
function withOptional<T>(required: object, optional: object): fc.Arbitrary<T> {
  const requiredKeys = Object.keys(required);
  return fc.record({ ...required, ...optional }, { requiredKeys } as never).map(plain) as fc.Arbitrary<T>;
}

/** The same value with ordinary prototypes. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

describe('session event codec', () => {
  it.each(Object.entries(bodies))('reads back every %s that it wrote', (type, arbitrary: fc.Arbitrary<EventBody>) => {
    fc.assert(
      fc.property(arbitrary, (body) => {
        const encoded = encodeEventBody(body);
        expect(encoded.type).toBe(type);
        expect(decodeEventBody(encoded.type, encoded.data)).toEqual(body);
      }),
    );
  });

  it('never throws, whatever is stored', () => {
    const anyType = fc.oneof(fc.constantFrom(...Object.keys(bodies), 'message', 'constructor', '__proto__'), text);
    const anyData = fc.oneof(
      text,
      fc.json(),
      fc.object().map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(anyType, anyData, (type, data) => {
        const body = decodeEventBody(type, data);
        if (body.type === 'opaque' || body.type === 'damaged') {
          expect(body).toMatchObject({ eventType: type, data });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('writes the names of the stored form', () => {
    const data = (body: EventBody): unknown => JSON.parse(encodeEventBody(body).data);
    expect(data({ type: 'tool_result', toolUseId: 'c1', content: 'x', isError: true })).toEqual({
      tool_use_id: 'c1',
      content: 'x',
      is_error: true,
    });
    expect(data({ type: 'compaction', summary: 's', fromSeq: 1, toSeq: 9, tokensBefore: 50, tokensAfter: 5 })).toEqual({
      summary: 's',
      from_seq: 1,
      to_seq: 9,
      tokens_before: 50,
      tokens_after: 5,
    });
    expect(data({ type: 'text', content: 'x', finish: 'completed', providerState: { id: 1 } })).toEqual({
      content: 'x',
      finish: 'completed',
      provider_state: { id: 1 },
    });
    expect(data({ type: 'out_of_band_output', name: 'n', command: null, content: 'x' })).toEqual({
      name: 'n',
      command: null,
      content: 'x',
    });
  });

  it('escapes what SQLite text could not hold', () => {
    const { data } = encodeEventBody({ type: 'user_message', content: '\u0000 \ud800' });
    expect(data).toBe('{"content":"\\u0000 \\ud800"}');
  });

  describe('reads what other versions and programs wrote', () => {
    it.each<[string, unknown, EventBody]>([
      ['user_message', { content: 'hi' }, { type: 'user_message', content: 'hi' }],
      ['text', { content: 'hello' }, { type: 'text', content: 'hello', finish: 'completed' }],
      [
        'tool_call',
        { id: 'c1', name: 'suggest_command', input: { command: 'ls', danger: 'low' } },
        { type: 'tool_call', id: 'c1', name: 'suggest_command', input: { command: 'ls', danger: 'low' } },
      ],
      [
        'tool_result',
        { tool_use_id: 'c1', content: 'out', is_error: false, remote: true, content_length: 3 },
        { type: 'tool_result', toolUseId: 'c1', content: 'out', isError: false },
      ],
      [
        'tool_result',
        { tool_use_id: 'c1', content: 'out', is_error: true },
        { type: 'tool_result', toolUseId: 'c1', content: 'out', isError: true },
      ],
      [
        'out_of_band_output',
        { name: 'help', content: 'text' },
        { type: 'out_of_band_output', name: 'help', command: null, content: 'text' },
      ],
      [
        'skill_invocation',
        { name: 'review', arguments: null, content: 'text' },
        { type: 'skill_invocation', name: 'review', arguments: null, content: 'text' },
      ],
      [
        'compaction',
        { summary: 's', from_seq: 1, to_seq: 9, tokens_before: 50, tokens_after: 5, model: null },
        { type: 'compaction', summary: 's', fromSeq: 1, toSeq: 9, tokensBefore: 50, tokensAfter: 5 },
      ],
      [
        'compaction',
        { summary: 's', from_seq: 1, to_seq: 9, tokens_before: 5, tokens_after: 5, messages: null, method: 'later' },
        { type: 'compaction', summary: 's', fromSeq: 1, toSeq: 9, tokensBefore: 5, tokensAfter: 5 },
      ],
      ['skill_changed', { to: 'review' }, { type: 'skill_changed', from: null, to: 'review' }],
      ['message', { role: 'user', content: 'hi', archived: true }, { type: 'user_message', content: 'hi' }],
      [
        'message',
        { role: 'assistant', content: 'hello', created_at: '2026-08-20T14:00:19Z' },
        { type: 'text', content: 'hello', finish: 'completed' },
      ],
      ['message', { role: 'system', content: '' }, { type: 'system_context', content: '' }],
      ['user_message', { role: 'user', content: 'hi' }, { type: 'user_message', content: 'hi' }],
    ])('%s %j', (type, data, body) => {
      expect(decodeEventBody(type, JSON.stringify(data))).toEqual(body);
    });
  });

  it.each<[string, string, string]>([
    ['text', '{"content":', 'json'],
    ['text', '', 'json'],
    ['text', 'null', 'json'],
    ['text', '["content"]', 'json'],
    ['text', '{"finish":"completed"}', 'content'],
    ['text', '{"content":5}', 'content'],
    ['text', '{"content":"x","finish":"exploded"}', 'finish'],
    ['text', '{"content":"x","finish":"failed","error":"no"}', 'error'],
    ['text', '{"content":"x","finish":"failed","error":{"code":"a","args":{"b":[]}}}', 'error.args'],
    ['tool_call', '{"id":"c1","name":"read"}', 'input'],
    ['tool_result', '{"tool_use_id":"c1","content":"x","is_error":1}', 'is_error'],
    ['compaction', '{"summary":"s","from_seq":"1"}', 'from_seq'],
    [
      'compaction',
      '{"summary":"s","from_seq":1,"to_seq":2,"tokens_before":3,"tokens_after":1,"messages":"4"}',
      'messages',
    ],
    ['skill_changed', '{"from":null}', 'to'],
    ['skill_changed', '{"from":3,"to":null}', 'from'],
    ['model_changed', '{"from":null}', 'to'],
    ['model_changed', '{"to":{"provider":"a","model":"b"}}', 'from'],
    ['skill_invocation', '{"name":"n","arguments":3,"content":"x"}', 'arguments'],
    ['message', '{"role":"tool","content":"x"}', 'role'],
  ])('shows %s %s as damaged and names what is wrong', (type, data, reason) => {
    expect(decodeEventBody(type, data)).toEqual({ type: 'damaged', eventType: type, data, reason });
  });

  it('keeps an event of an unknown type as it is', () => {
    for (const type of ['hologram', '', 'opaque', 'damaged', 'toString']) {
      expect(decodeEventBody(type, 'not even json')).toEqual({
        type: 'opaque',
        eventType: type,
        data: 'not even json',
      });
    }
  });
});
