import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { toSessionId, toTurnId } from '../../../src/core/session/session';
import { guardViewMessage } from '../../../src/protocol/chatProtocolGuards';
import {
  createRpcClient,
  createRpcServer,
  RpcError,
  type RequestHandlers,
  type RpcClient,
  type RpcServer,
} from '../../../src/protocol/rpcEndpoint';
import { createHostPair } from '../../../src/webview/host';

const sessionId = toSessionId('s1');
const invalidRequest = { code: 'argument/invalid', message: 'Not understood' };

interface Ends {
  readonly client: RpcClient;
  readonly server: RpcServer;
  readonly notifications: unknown[];
  readonly postRaw: (message: unknown) => void;
  readonly heardByView: unknown[];
}

function connect(handlers: Partial<RequestHandlers>): Ends {
  const { view, host } = createHostPair();
  const notifications: unknown[] = [];
  const heardByView: unknown[] = [];
  view.onMessage((message) => heardByView.push(message));
  const client = createRpcClient(view, { onNotification: (method, params) => notifications.push([method, params]) });
  const server = createRpcServer(host, {
    handlers: handlers as RequestHandlers,
    guard: guardViewMessage,
    toWireError: (error) => ({ code: 'store/io', message: error instanceof Error ? error.message : 'unknown' }),
    invalidRequest,
  });
  return { client, server, notifications, postRaw: (message) => view.post(message), heardByView };
}

const settled = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('rpcEndpoint', () => {
  it('answers a request with what its handler gave', async () => {
    const { client } = connect({ 'turn/start': ({ text }) => Promise.resolve({ turnId: toTurnId(`turn-${text}`) }) });
    const result = await client.request('turn/start', { sessionId, text: 'hello', clientMessageId: 'm1' });
    expect(result).toEqual({ turnId: 'turn-hello' });
  });

  it('gives every answer to its own request, however long each takes', async () => {
    const { client } = connect({
      'turn/start': async ({ text }) => {
        await new Promise((resolve) => setTimeout(resolve, text === 'slow' ? 20 : 0));
        return { turnId: toTurnId(text) };
      },
    });
    const start = (text: string) => client.request('turn/start', { sessionId, text, clientMessageId: 'm' });
    await expect(Promise.all([start('slow'), start('fast')])).resolves.toEqual([
      { turnId: 'slow' },
      { turnId: 'fast' },
    ]);
  });

  it('rejects with the code and words of the host when a handler throws', async () => {
    const { client } = connect({ 'session/new': () => Promise.reject(new Error('The disk is full.')) });
    await expect(client.request('session/new', {})).rejects.toMatchObject({
      code: 'store/io',
      message: 'The disk is full.',
    });
  });

  it('rejects a request whose handler throws before it returns a promise', async () => {
    const { client } = connect({
      'session/new': () => {
        throw new Error('at once');
      },
    });
    await expect(client.request('session/new', {})).rejects.toMatchObject({ message: 'at once' });
  });

  it('settles a request of an unknown method without calling anything', async () => {
    const handler = vi.fn(() => Promise.resolve());
    const { client } = connect({ 'session/new': handler });
    await expect(client.request('session/eval' as 'session/new', {})).rejects.toMatchObject(invalidRequest);
    expect(handler).not.toHaveBeenCalled();
  });

  it('settles a request with bad params without calling its handler', async () => {
    const handler = vi.fn(() => Promise.resolve({ turnId: toTurnId('t') }));
    const { client } = connect({ 'turn/start': handler });
    const params = { sessionId, text: 5, clientMessageId: 'm' } as never;
    await expect(client.request('turn/start', params)).rejects.toBeInstanceOf(RpcError);
    expect(handler).not.toHaveBeenCalled();
  });

  it('aborts the handler and rejects the request when the view cancels', async () => {
    const aborted = vi.fn();
    const { client } = connect({
      'session/pick': (_params, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', aborted);
        }),
    });
    const controller = new AbortController();
    const request = client.request('session/pick', {}, controller.signal);
    await settled();
    controller.abort();
    await expect(request).rejects.toMatchObject({ code: 'cancelled' });
    await settled();
    expect(aborted).toHaveBeenCalledOnce();
  });

  it('rejects what is pending when the view is disposed, and everything asked later', async () => {
    const { client } = connect({ 'session/pick': () => new Promise(() => undefined) });
    const pending = client.request('session/pick', {});
    client.dispose();
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.request('session/pick', {})).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('aborts what runs and stays silent once the host is disposed', async () => {
    let finish: () => void = () => undefined;
    let signal: AbortSignal | undefined;
    const { client, server, heardByView } = connect({
      'session/new': (_params, given) => {
        signal = given;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    client.request('session/new', {}).catch(() => undefined);
    await settled();
    server.dispose();
    finish();
    server.notify('recent/updated', { recent: [], epoch: 1, seq: 1 });
    await settled();
    expect(signal?.aborted).toBe(true);
    expect(heardByView).toEqual([]);
  });

  it('delivers notifications in the order in which they were sent', async () => {
    const { server, notifications } = connect({});
    for (let seq = 1; seq <= 20; seq += 1) {
      server.notify('recent/updated', { recent: [], epoch: 1, seq });
    }
    await settled();
    expect(notifications.map((entry) => (entry as [string, { seq: number }])[1].seq)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  it('answers the second of two running requests with the same id with a refusal', async () => {
    const handler = vi.fn(() => new Promise<void>(() => undefined));
    const { postRaw, heardByView } = connect({ 'session/new': handler });
    postRaw({ kind: 'request', id: 7, method: 'session/new', params: {} });
    postRaw({ kind: 'request', id: 7, method: 'session/new', params: {} });
    await settled();
    expect(handler).toHaveBeenCalledOnce();
    expect(heardByView).toEqual([{ kind: 'error', id: 7, error: invalidRequest }]);
  });

  it('survives any message from the other side', async () => {
    const { client, postRaw, server } = connect({ 'session/new': () => Promise.resolve() });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (message) => {
        postRaw(message);
        await Promise.resolve();
      }),
      { numRuns: 500 },
    );
    await expect(client.request('session/new', {})).resolves.toBeUndefined();
    server.dispose();
  });
});
