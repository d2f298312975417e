import { gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ModelDelta } from '../../../../src/core/turn/modelProvider';
import { createAiSdkProvider } from '../../../../src/node/models/modelsBundle';
import { request, textOf } from './providerFixture';
import { serveRaw, writeForever } from './rawServer';

const never = new AbortController().signal;
const megabyte = 1024 * 1024;
const sse = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const half = 'data: {"choices":[{"index":0,"delta":{"content":"Half"}}]}\n\n';
const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

function providerAt(baseUrl: string): ReturnType<typeof createAiSdkProvider> {
  return createAiSdkProvider({ id: 'p1', label: 'P', kind: 'openai-compatible', apiKey: 'secret-key-0123', baseUrl });
}

/** What came before the failure, and the failure. */
async function outcome(baseUrl: string): Promise<{ readonly text: string; readonly error: unknown }> {
  const deltas: ModelDelta[] = [];
  try {
    for await (const delta of providerAt(baseUrl).stream(request, never)) {
      deltas.push(delta);
    }
    return { text: textOf(deltas), error: undefined };
  } catch (error) {
    return { text: textOf(deltas), error };
  }
}

/** The most that memory grew while this ran, in bytes. */
async function growthDuring(run: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  await run().finally(() => clearInterval(timer));
  return Math.max(most, process.memoryUsage().rss) - before;
}

describe('a connection that breaks', () => {
  it.each<[string, (socket: Socket) => void, string, string]>([
    ['is closed before any byte', (socket) => socket.end(), '', 'model/connection-lost'],
    ['is reset before any byte', (socket) => socket.resetAndDestroy(), '', 'model/connection-lost'],
    [
      'is closed inside the headers',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-ty'),
      '',
      'model/connection-lost',
    ],
    [
      'is closed in a body whose end was to be marked',
      (socket) => socket.end(`${sse}transfer-encoding: chunked\r\n\r\n${chunked(half)}`),
      'Half',
      'model/connection-lost',
    ],
    [
      'is closed in a body of known length',
      (socket) => socket.end(`${sse}content-length: 5000\r\n\r\n${half}`),
      'Half',
      'model/connection-lost',
    ],
    ['is closed in a body that ends with it', (socket) => socket.end(`${sse}\r\n${half}`), 'Half', 'model/incomplete'],
    [
      'ends the body without an end of the answer',
      (socket) => socket.end(`${sse}content-length: ${half.length}\r\n\r\n${half}`),
      'Half',
      'model/incomplete',
    ],
  ])('%s', async (_, answer, text, code) => {
    const { origin } = await serveRaw(answer);
    const found = await outcome(origin);
    // How a connection ends that never said anything is told in several ways by the platform.
    const codes = text === '' ? [code, 'model/unreachable', 'model/incomplete'] : [code];
    expect(codes).toContain((found.error as { code: string }).code);
    expect(found.text).toBe(text);
  });

  it('is reset in the middle of the text', async () => {
    const { origin } = await serveRaw((socket) => {
      socket.write(`${sse}transfer-encoding: chunked\r\n\r\n${chunked(half)}`);
      // The text has to be on its way before the reset, which discards what was not sent.
      setTimeout(() => socket.resetAndDestroy(), 100);
    });
    const found = await outcome(origin);
    expect(found).toMatchObject({ text: 'Half', error: { code: 'model/connection-lost' } });
  });

  it('is no HTTP, or no TLS where TLS was to be', async () => {
    const { port, origin } = await serveRaw((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    expect(await outcome(origin)).toMatchObject({ text: '', error: { code: 'model/unreachable' } });
    expect(await outcome(`https://127.0.0.1:${port}`)).toMatchObject({
      text: '',
      error: { code: 'model/unreachable', args: { reason: 'tls' } },
    });
  });
});

describe('an answer that is not of the protocol', () => {
  const done = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

  it.each<[string, string | Uint8Array, string, string | undefined]>([
    [
      'no [DONE] at the end',
      `${half}data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`,
      'Half',
      undefined,
    ],
    ['line ends of old Macs', `${half}${done}`.replaceAll('\n', '\r'), 'Half', undefined],
    [
      'unknown events and fields',
      `event: thought\nid: 7\nretry: 1\ndata: {"choices":[]}\n\n${half}${done}`,
      'Half',
      undefined,
    ],
    [
      'several lines of data',
      `data: {"choices":[{"index":0,\ndata: "delta":{"content":"Half"}}]}\n\n${done}`,
      'Half',
      undefined,
    ],
    [
      'letters that are no UTF-8',
      Buffer.concat([Buffer.from(half.replace('Half', 'H')), Buffer.from([0xff, 0x0a, 0x0a]), Buffer.from(done)]),
      'H',
      undefined,
    ],
    ['data that breaks off', `${half}data: {"choices":[{"delta":{"con\n\n${done}`, 'Half', 'model/malformed'],
    ['data that is a number', `${half}data: 7\n\n${done}`, 'Half', 'model/malformed'],
    ['data that is null', `${half}data: null\n\n${done}`, 'Half', 'model/malformed'],
    ['choices that are no list', `${half}data: {"choices":{"length":1e9}}\n\n${done}`, 'Half', 'model/malformed'],
    [
      'text that is an object',
      `${half}data: {"choices":[{"index":0,"delta":{"content":{"toString":1}}}]}\n\n${done}`,
      'Half',
      'model/malformed',
    ],
    [
      'names of prototypes',
      `data: {"__proto__":{"polluted":1},"choices":[{"index":0,"delta":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"content":"Half"}}]}\n\n${done}`,
      '',
      'model/malformed',
    ],
    [
      'data nested 50,000 deep',
      `${half}data: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n\n${done}`,
      'Half',
      'model/malformed',
    ],
  ])('%s', async (_, body, text, code) => {
    const { origin } = await serveRaw((socket) => {
      socket.write(`${sse}\r\n`);
      socket.end(body);
    });
    const found = await outcome(origin);
    expect({ text: found.text, code: (found.error as { code?: string } | undefined)?.code }).toEqual({ text, code });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('an answer without end', () => {
  it.each<[string, string, string | Uint8Array, string]>([
    ['in headers', 'HTTP/1.1 200 OK\r\n', `x-a: ${'x'.repeat(8000)}\r\n`, 'model/unreachable'],
    ['in one header', 'HTTP/1.1 200 OK\r\nx-a: ', 'x'.repeat(8000), 'model/unreachable'],
    ['in one line', `${sse}\r\ndata: `, 'x'.repeat(megabyte), 'model/reply-too-large'],
    [
      'in the text of an error',
      'HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\n\r\n{"error":{"message":"',
      'x'.repeat(megabyte),
      'model/unauthorized',
    ],
    [
      'in the lines of an error',
      'HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\n\r\n',
      'no\n'.repeat(300_000),
      'model/bad-request',
    ],
    [
      'in JSON where a stream was expected',
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[',
      '1,\n'.repeat(300_000),
      'model/malformed',
    ],
  ])('%s', async (_, head, piece, code) => {
    const { origin } = await serveRaw((socket) => {
      socket.write(head);
      writeForever(socket, piece);
    });
    const growth = await growthDuring(async () => {
      expect((await outcome(origin)).error).toMatchObject({ code });
    });
    expect(growth).toBeLessThan(400 * megabyte);
  });

  it('in a list of models', async () => {
    const { origin } = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{"data":[');
      writeForever(socket, '{"id":"m"},\n'.repeat(90_000));
    });
    await expect(providerAt(origin).listModels(never)).rejects.toMatchObject({ code: 'model/reply-too-large' });
  });

  it.each<[string, string, string]>([
    ['as one line', 'x', 'model/reply-too-large'],
    ['as an error', 'x', 'model/unauthorized'],
  ])('packed into very little: %s', async (name, letter, code) => {
    const packed = gzipSync(Buffer.alloc(300 * megabyte, letter));
    expect(packed.length).toBeLessThan(megabyte);
    const status = name === 'as an error' ? 'HTTP/1.1 401 Unauthorized' : 'HTTP/1.1 200 OK';
    const { origin } = await serveRaw((socket) => {
      socket.write(
        `${status}\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`,
      );
      socket.end(packed);
    });
    const growth = await growthDuring(async () => {
      expect((await outcome(origin)).error).toMatchObject({ code });
    });
    expect(growth).toBeLessThan(250 * megabyte);
  });

  it('in the input of a tool call', async () => {
    const { origin } = await serveRaw((socket) => {
      socket.write(`${sse}\r\n`);
      writeForever(
        socket,
        `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"${'x'.repeat(500_000)}"}}]}}]}\n\n`,
      );
    });
    const growth = await growthDuring(async () => {
      expect((await outcome(origin)).error).toMatchObject({ code: 'model/reply-too-large' });
    });
    expect(growth).toBeLessThan(600 * megabyte);
  });
});
