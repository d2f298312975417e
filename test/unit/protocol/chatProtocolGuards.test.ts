import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardViewMessage, maxTextLength, maxUris } from '../../../src/protocol/chatProtocolGuards';

const request = (method: string, params: unknown, id: unknown = 1) => ({ kind: 'request', id, method, params });
const start = { sessionId: 'session-1', text: 'hello', clientMessageId: 'm-1' };

describe('guardViewMessage', () => {
  it.each([
    ['session/ready', { protocolVersion: 1 }],
    ['session/loadOlder', { sessionId: 's', before: 'e' }],
    ['session/rename', { sessionId: 's' }],
    ['session/rename', { sessionId: 's', title: 'A title' }],
    ['turn/start', start],
    ['tool/respond', { turnId: 't', callId: 'call/1 with any ⟨characters⟩', decision: 'always' }],
    ['memory/save', { sessionId: 's', memory: { draft: '', scroll: { eventId: 'e', offset: -12.5 } } }],
    ['memory/save', { sessionId: 's', memory: { draft: 'text', scroll: null } }],
    ['link/open', { href: 'https://example.com' }],
    ['store/retry', {}],
    ['turn/start', { ...start, text: '', skill: 'review' }],
    ['skill/pick', {}],
    ['skill/pick', { name: 'review' }],
    ['context/attach', { sessionId: 's' }],
    ['context/attachUris', { sessionId: 's', uris: ['file:///a%20b.ts', 'vscode-remote://ssh/w'] }],
    ['context/remove', { sessionId: 's', type: 'selection', key: 'src/⟨any⟩ name.ts:12-40' }],
    ['context/open', { sessionId: 's', type: 'terminal', key: 'zsh' }],
    ['compaction/start', { sessionId: 's' }],
    ['compaction/undo', { sessionId: 's', eventId: 'e' }],
    ['session/export', { sessionId: 's' }],
    ['session/import', {}],
    ['queue/remove', { sessionId: 's', clientMessageId: 'm-1' }],
    ['queue/send', { sessionId: 's' }],
    ['message/open', { sessionId: 's', eventId: 'e' }],
    ['message/copy', { sessionId: 's', eventIds: ['e1', 'e2'] }],
    ['store/restore', {}],
    ['store/acceptLoss', {}],
  ])('lets %s through as it is', (method, params) => {
    expect(guardViewMessage(request(method, params))).toEqual({ kind: 'valid', message: request(method, params) });
  });

  it.each([
    ['a missing param', request('turn/start', { sessionId: 's', text: 'x' })],
    ['a surplus param', request('turn/start', { ...start, command: 'workbench.action.quit' })],
    ['an empty message', request('turn/start', { ...start, text: ' \n ' })],
    ['a text over the limit', request('turn/start', { ...start, text: 'x'.repeat(maxTextLength + 1) })],
    ['an id with a path in it', request('session/open', { sessionId: '../../etc/passwd' })],
    ['an id that is too long', request('session/open', { sessionId: 'x'.repeat(500) })],
    ['an unknown decision', request('tool/respond', { turnId: 't', callId: 'c', decision: 'sudo' })],
    ['a number that is none', request('session/ready', { protocolVersion: Number.NaN })],
    ['a skill whose name is a path', request('turn/start', { ...start, skill: '../x' })],
    ['an attachment of an unknown type', request('context/open', { sessionId: 's', type: 'image', key: 'a' })],
    ['an attachment without a key', request('context/remove', { sessionId: 's', type: 'file', key: '' })],
    ['a drop of nothing', request('context/attachUris', { sessionId: 's', uris: [] })],
    [
      'a drop of too much',
      request('context/attachUris', { sessionId: 's', uris: Array(maxUris + 1).fill('file:///a') }),
    ],
    ['an address that is too long', request('context/attachUris', { sessionId: 's', uris: ['x'.repeat(10_000)] })],
    ['a copy of nothing', request('message/copy', { sessionId: 's', eventIds: [] })],
    ['a copy of too much', request('message/copy', { sessionId: 's', eventIds: Array(10_001).fill('e') })],
    ['a look at something with a path in it', request('message/open', { sessionId: 's', eventId: '../e' })],
    ['a waiting message without an id', request('queue/remove', { sessionId: 's', clientMessageId: '' })],
    ['a way out of a loss with a surplus param', request('store/acceptLoss', { force: true })],
    ['an undo of nothing', request('compaction/undo', { sessionId: 's' })],
    ['no params', { kind: 'request', id: 1, method: 'session/new' }],
    ['a method of the prototype', request('constructor', {})],
    ['a method of the prototype', request('__proto__', {})],
    ['an unknown method', request('workbench.action.quit', {})],
    ['a surplus field', { ...request('session/new', {}), extra: 1 }],
  ])('refuses %s and says so to the asker', (_name, message) => {
    expect(guardViewMessage(message)).toEqual({ kind: 'invalid-request', id: 1 });
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'session/new'],
    ['an unknown kind', { kind: 'exec', id: 1 }],
    ['an id that is no number', request('session/new', {}, 'one')],
    ['a fractional id', request('session/new', {}, 1.5)],
    ['an id below one', request('session/new', {}, 0)],
    ['a cancel without an id', { kind: 'cancel' }],
  ])('drops %s, because nobody could be answered', (_name, message) => {
    expect(guardViewMessage(message)).toEqual({ kind: 'dropped' });
  });

  it('lets a cancel through', () => {
    expect(guardViewMessage({ kind: 'cancel', id: 3 })).toEqual({ kind: 'valid', message: { kind: 'cancel', id: 3 } });
  });

  it('takes a text of exactly the limit', () => {
    expect(guardViewMessage(request('turn/start', { ...start, text: 'x'.repeat(maxTextLength) })).kind).toBe('valid');
  });

  it('never throws and never lets through what is not of the protocol', () => {
    const methods = ['turn/start', 'session/open', 'link/open', 'memory/save', 'constructor', 'toString', 'nope'];
    const messages = fc.oneof(
      fc.anything(),
      fc.record(
        {
          kind: fc.constantFrom('request', 'cancel', 'result'),
          id: fc.anything(),
          method: fc.constantFrom(...methods),
          params: fc.anything(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(messages, (message) => {
        const result = guardViewMessage(message);
        if (result.kind === 'valid' && result.message.kind === 'request') {
          // Nothing random is a whole, well-formed request with params of its method.
          const { params } = result.message;
          expect(typeof params).toBe('object');
          expect(
            Object.values(params as object).every((value) => typeof value === 'string' || typeof value === 'object'),
          ).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
