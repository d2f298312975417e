import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/core/base/event';
import { guardViewMessage, maxClipboardLength } from '../../../src/protocol/chatProtocolGuards';
import { createRpcServer, type RequestHandlers } from '../../../src/protocol/rpcEndpoint';

const source = readFileSync(path.resolve(import.meta.dirname, '../../../src/protocol/chatProtocol.ts'), 'utf8');
const requests = source.slice(
  source.indexOf('export interface ChatRequests'),
  source.indexOf('export interface ChatNotifications'),
);
/** Every method with the names of its parameters, as the contract has them. */
const contract = new Map(
  [...requests.matchAll(/'(\w+\/\w+)': \{\s*params: (\{[^}]*\}|[^;]+);/g)].map(([, method, params]) => [
    method ?? '',
    [...(params ?? '').matchAll(/(\w+)\??:/g)].map(([, name]) => name ?? ''),
  ]),
);

const prototypeNames = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'];
const hostileTexts = [
  '',
  ' ',
  '\0',
  '../../etc/passwd',
  '/etc/passwd',
  'C:\\Windows\\win.ini',
  '\\\\server\\share',
  'file:///etc/passwd',
  'command:workbench.action.terminal.new',
  'javascript:alert(1)',
  'workbench.action.quit',
  "'; DROP TABLE sessions; --",
  '${7*7}',
  '\u202e\u200b\ud800',
  'x'.repeat(3_000_000),
  ...prototypeNames,
];

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 0);
const polluted: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    NaN,
    Infinity,
    -1,
    1e300,
    10n,
    new Map([['sessionId', 's']]),
    new Date(0),
    new Uint8Array(3),
    cyclic,
    deep,
    polluted,
    Object.create(null),
  ),
  fc.anything({ maxDepth: 3 }),
  fc.constantFrom(...hostileTexts),
);
const plausible = fc.constantFrom<unknown>(
  'session-1',
  'user_message',
  'file',
  'once',
  'text of a message',
  1,
  0.5,
  null,
  ['file:///work/a.ts'],
  { draft: '', scroll: null },
  { draft: 'a', scroll: { eventId: 'e1', offset: 1 } },
);

const knownRequest = fc.constantFrom(...contract).chain(([method, names]) =>
  fc.record({
    kind: fc.constant('request'),
    id: fc.integer({ min: 1, max: 2 ** 50 }),
    method: fc.constant(method),
    params: fc.record(
      Object.fromEntries([
        ...names.map((name) => [name, fc.oneof({ weight: 12, arbitrary: plausible }, { weight: 1, arbitrary: odd })]),
      ]),
    ),
  }),
);
const spoilt = fc
  .tuple(knownRequest, fc.constantFrom('kind', 'id', 'method', 'params', 'extra', '__proto__'), odd)
  .map(([request, name, value]) => ({ ...request, [name]: value }));
const methodOfNobody = fc.record({
  kind: fc.constant('request'),
  id: fc.integer({ min: 1, max: 2 ** 50 }),
  method: fc.constantFrom(
    ...prototypeNames,
    'session',
    'rejoin.newSession',
    'SESSION/NEW',
    'session/new ',
    ...hostileTexts,
  ),
  params: fc.oneof(fc.constant({}), odd),
});
const anyMessage = fc.oneof(
  { weight: 5, arbitrary: knownRequest },
  { weight: 3, arbitrary: spoilt },
  { weight: 1, arbitrary: methodOfNobody },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel'), id: odd }) },
);

/** All texts in a value, however deep. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield value;
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* textsIn(item);
    }
  }
}

describe('messages of a view that somebody else has taken over', () => {
  it('are as many as the contract has, so that all of them are tried', () => {
    expect(contract.size).toBeGreaterThan(35);
    expect([...contract.values()].flat()).toContain('clientMessageId');
  });

  it('never throw, and reach nothing but the methods of the contract, with parameters of bounded size', async () => {
    const incoming = new Emitter<unknown>();
    const calls: (readonly [string, unknown])[] = [];
    let answers = 0;
    let answered = 0;
    // Whatever is asked for is there: a name that should not get this far would show.
    const handlers = new Proxy({} as RequestHandlers, {
      get: (_, method) => (params: unknown) => {
        calls.push([String(method), params]);
        return Promise.resolve(null);
      },
    });
    const server = createRpcServer(
      {
        post: (message) => {
          answers++;
          answered += JSON.stringify(message).length;
        },
        onMessage: (listener) => incoming.event(listener),
      },
      {
        handlers,
        guard: guardViewMessage,
        toWireError: () => ({ code: 'internal', message: 'no' }),
        invalidRequest: { code: 'argument/invalid', message: 'no' },
      },
    );
    const failures: unknown[] = [];
    fc.assert(
      fc.property(anyMessage, (message) => {
        try {
          incoming.fire(message);
        } catch (error) {
          failures.push(error);
        }
      }),
      { numRuns: 10_000 },
    );
    await new Promise((resolve) => setImmediate(resolve));
    server.dispose();

    expect(failures).toEqual([]);
    expect(calls.length).toBeGreaterThan(200);
    expect(new Set(calls.map(([method]) => method)).size).toBeGreaterThan(15);
    for (const [method, params] of calls) {
      expect(contract.has(method)).toBe(true);
      const names = Object.keys(params as object);
      expect(contract.get(method)).toEqual(expect.arrayContaining(names));
      expect(Object.getPrototypeOf(params)).toBe(Object.prototype);
      const texts = [...textsIn(params)];
      expect(texts.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(maxClipboardLength + 10_000);
      expect(texts.filter((text) => prototypeNames.includes(text) && names.includes(text))).toEqual([]);
    }
    // What cannot be understood is answered with a word, never with itself.
    expect(answers).toBeGreaterThan(calls.length);
    expect(answered / answers).toBeLessThan(200);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  }, 120_000);
});
