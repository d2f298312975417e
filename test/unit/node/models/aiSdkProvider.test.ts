import { describe, expect, it } from 'vitest';
import { createAiSdkProvider } from '../../../../src/node/models/modelsBundle';
import { sendJson, sendOpenAi } from './httpServer';
import { collect, fakeFetch, request, serve, textOf } from './providerFixture';

describe('an OpenAI-compatible endpoint', () => {
  it('gets key, headers, system text and messages in its own form', async () => {
    const server = await serve((_seen, response) => sendOpenAi(response, 'Hello'));
    const deltas = await collect({ baseUrl: `${server.origin}/v1/`, headers: { 'x-team': 'blue' } });
    expect(textOf(deltas)).toBe('Hello');
    expect(deltas.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
    expect(server.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer secret-key-0123', 'x-team': 'blue' },
      body: {
        model: 'm-1',
        stream: true,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'Hi' },
        ],
      },
    });
  });

  it('needs no key on this machine, and takes none from the environment', async () => {
    const server = await serve((_seen, response) => sendOpenAi(response, 'Hello'));
    const before = process.env['OPENAI_API_KEY'];
    process.env['OPENAI_API_KEY'] = 'sk-of-somebody';
    try {
      await collect({ baseUrl: server.origin, apiKey: '' });
      await collect({ baseUrl: server.origin, apiKey: '', kind: 'openai' });
    } finally {
      process.env['OPENAI_API_KEY'] = before;
      if (before === undefined) {
        delete process.env['OPENAI_API_KEY'];
      }
    }
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(server.requests)).not.toContain('sk-of-somebody');
  });

  it('asks for no more output than the model is said to give', async () => {
    const server = await serve((_seen, response) => sendOpenAi(response, 'Hello'));
    await collect({ baseUrl: server.origin, models: [{ id: 'm-1', maxOutputTokens: 512 }] });
    expect(server.requests[0]?.body).toMatchObject({ max_tokens: 512 });
  });

  it('gets the id of the conversation back, and tells of its limits before the first word', async () => {
    const server = await serve((_seen, response) =>
      sendOpenAi(response, 'Hello', { 'x-session-id': 'gw-1', 'x-ratelimit-limit-requests': '10' }),
    );
    const deltas = await collect({ baseUrl: server.origin }, { ...request, serverSessionId: 'gw-0' });
    expect(server.requests[0]?.headers['x-session-id']).toBe('gw-0');
    expect(deltas.slice(0, 2)).toEqual([
      { type: 'server_session', id: 'gw-1' },
      { type: 'usage_limits', snapshot: { requestsLimit: 10 } },
    ]);
  });

  it('ends promptly when it is aborted, as a cancellation', async () => {
    const server = await serve((_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n');
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    await expect(collect({ baseUrl: server.origin }, request, controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('takes the answer with line ends of Windows, a byte order mark and unknown events', async () => {
    const server = await serve((_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        '\ufeffevent: ping\r\ndata: {"choices":[]}\r\n\r\n: comment\r\n\r\ndata: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\r\n\r\ndata: [DONE]\r\n\r\n',
      );
    });
    expect(textOf(await collect({ baseUrl: server.origin }))).toBe('Hi');
  });

  it('gives up on a line that never ends', async () => {
    const server = await serve((_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const piece = 'x'.repeat(1024 * 1024);
      const write = (): void => {
        while (!response.destroyed && response.write(piece));
        response.once('drain', write);
      };
      response.write('data: ');
      write();
    });
    await expect(collect({ baseUrl: server.origin })).rejects.toMatchObject({ code: 'model/reply-too-large' });
  });
});

describe('where a key goes', () => {
  it('never over plain http to another machine', async () => {
    await expect(collect({ baseUrl: 'http://models.example.com/v1' })).rejects.toMatchObject({
      code: 'provider/insecure-address',
      args: { host: 'models.example.com' },
    });
    await expect(
      createAiSdkProvider({
        id: 'p',
        label: 'P',
        kind: 'anthropic',
        apiKey: 'k',
        baseUrl: 'http://10.0.0.1',
      }).listModels(new AbortController().signal),
    ).rejects.toMatchObject({
      code: 'provider/insecure-address',
    });
  });

  it('never along a redirect to another origin', async () => {
    const other = await serve((_seen, response) => sendOpenAi(response, 'gotcha'));
    const server = await serve((_seen, response) =>
      response.writeHead(307, { location: `${other.origin}/v1/chat/completions` }).end(),
    );
    await expect(collect({ baseUrl: server.origin })).rejects.toMatchObject({
      code: 'provider/insecure-address',
      args: { reason: 'redirect' },
    });
    expect(other.requests).toEqual([]);
  });

  it('along a redirect within the same origin, with the whole request', async () => {
    const server = await serve((seen, response) =>
      seen.path.startsWith('/old')
        ? response.writeHead(308, { location: '/new/chat/completions' }).end()
        : sendOpenAi(response, 'moved'),
    );
    expect(textOf(await collect({ baseUrl: `${server.origin}/old` }))).toBe('moved');
    expect(server.requests[1]).toMatchObject({
      method: 'POST',
      body: { model: 'm-1' },
      headers: { authorization: 'Bearer secret-key-0123' },
    });
  });

  it('ends a circle of redirects', async () => {
    const server = await serve((_seen, response) => response.writeHead(307, { location: '/again' }).end());
    await expect(collect({ baseUrl: server.origin })).rejects.toMatchObject({ code: 'model/server-error' });
    expect(server.requests.length).toBeLessThan(10);
  });

  it('into no error, whatever the provider repeats of it', async () => {
    const server = await serve((seen, response) =>
      sendJson(
        response,
        { error: { message: `Bad key ${String(seen.headers.authorization)} (team blue-secret)` } },
        401,
      ),
    );
    const error: unknown = await collect({ baseUrl: server.origin, headers: { 'x-team': 'blue-secret' } }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      code: 'model/unauthorized',
      args: { status: 401, provider: 'p1', host: new URL(server.origin).host },
    });
    expect(JSON.stringify((error as { args: unknown }).args)).not.toMatch(/secret-key|blue-secret/);
  });

  it('is asked for where there is none', async () => {
    await expect(collect({ kind: 'anthropic', apiKey: '' })).rejects.toMatchObject({ code: 'model/key-missing' });
  });
});

describe('failures of the network', () => {
  it('tells a name that cannot be found from a server that does not answer', async () => {
    await expect(collect({ baseUrl: 'https://no-such-host.invalid/v1' })).rejects.toMatchObject({
      code: 'model/unreachable',
      args: { reason: 'dns' },
    });
    await expect(collect({ baseUrl: 'http://127.0.0.1:1/v1' })).rejects.toMatchObject({
      code: expect.stringMatching(/unreachable/) as string,
    });
  });

  it('tells a certificate that cannot be trusted', async () => {
    const failing = (): Promise<Response> =>
      Promise.reject(
        Object.assign(new TypeError('fetch failed'), {
          cause: Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
        }),
      );
    await expect(collect({ baseUrl: 'https://models.example.com/v1', fetch: failing })).rejects.toMatchObject({
      code: 'model/unreachable',
      args: { reason: 'tls' },
    });
  });

  it('uses the global fetch of the moment', async () => {
    const provider = createAiSdkProvider({
      id: 'p',
      label: 'P',
      kind: 'openai-compatible',
      baseUrl: 'https://models.example.com/v1',
      apiKey: 'k',
    });
    const { fetch, sent } = fakeFetch({ data: [{ id: 'a' }] });
    const own = globalThis.fetch;
    globalThis.fetch = fetch;
    try {
      expect(await provider.listModels(new AbortController().signal)).toHaveLength(1);
    } finally {
      globalThis.fetch = own;
    }
    expect(sent[0]?.url).toBe('https://models.example.com/v1/models');
  });
});
