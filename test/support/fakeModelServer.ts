import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  renderStep,
  statusReply,
  streamReply,
  type FakeReply,
  type RecordedRequest,
  type ReplyStep,
} from './fakeModelReplies';

interface LiveRequest extends RecordedRequest {
  aborted: boolean;
}

/**
 * A real HTTP server on loopback that speaks OpenAI chat completions, for tests.
 *
 * Replies are scripted: each `POST …/chat/completions` takes the next reply from the queue
 * (`enqueue`) and falls back to `defaultReply`. `GET …/models` answers with `models` and is
 * recorded, but takes nothing from the queue.
 */
export class FakeModelServer {
  /** Reply to a completion request when the queue is empty. */
  defaultReply: FakeReply = streamReply('Hello ', 'from ', 'the fake model.');
  /** Model ids that `GET …/models` lists. */
  models: readonly string[] = ['fake-model'];

  private readonly queue: FakeReply[] = [];
  private readonly recorded: LiveRequest[] = [];
  private readonly sockets = new Set<Socket>();
  private waiters: (() => void)[] = [];

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
    server.on('request', (request, response) => void this.handle(request, response));
  }

  /** Starts a server on a free loopback port, or on `port` when given. */
  static async start(port = 0): Promise<FakeModelServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return new FakeModelServer(server);
  }

  /** Address to use as `baseUrl` of an `openai-compatible` provider, for example `http://127.0.0.1:4711/v1`. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Every request so far, oldest first. */
  get requests(): readonly RecordedRequest[] {
    return this.recorded;
  }

  /** The completion requests so far, oldest first. */
  get completions(): readonly RecordedRequest[] {
    return this.recorded.filter((request) => request.path.endsWith('/chat/completions'));
  }

  /** Appends replies for the next completion requests, one each. */
  enqueue(...replies: readonly FakeReply[]): void {
    this.queue.push(...replies);
  }

  /**
   * Waits until `count` completion requests have arrived and gives the last of them.
   * Rejects after `timeoutMs` milliseconds.
   */
  async waitForCompletion(count = 1, timeoutMs = 10_000): Promise<RecordedRequest> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.completions[count - 1];
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) {
        throw new Error(
          `Expected ${count} completion request(s), saw ${this.completions.length} after ${timeoutMs} ms.`,
        );
      }
      await this.nextArrival(left);
    }
  }

  /** Forgets recorded requests and scripted replies. */
  reset(): void {
    this.queue.length = 0;
    this.recorded.length = 0;
  }

  /** Stops listening and cuts every open connection. */
  async dispose(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async nextArrival(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.waiters.push(resolve);
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bodyText = await readBody(request);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const { record, settle } = this.record(request, path, bodyText);
    response.on('error', () => undefined);
    response.on('close', () => {
      if (!response.writableFinished) record.aborted = true;
      settle(response.writableFinished ? 'sent' : 'closed');
    });
    if (path.endsWith('/chat/completions')) {
      await this.play(this.queue.shift() ?? this.defaultReply, record, response);
    } else if (path.endsWith('/models') && request.method === 'GET') {
      const data = this.models.map((id) => ({ id, object: 'model', owned_by: 'fake' }));
      sendBody(response, 200, { 'content-type': 'application/json' }, JSON.stringify({ object: 'list', data }));
    } else {
      await this.play(statusReply(404), record, response);
    }
  }

  private record(
    request: IncomingMessage,
    path: string,
    bodyText: string,
  ): { record: LiveRequest; settle: (end: 'sent' | 'closed') => void } {
    let settle: (end: 'sent' | 'closed') => void = () => undefined;
    const finished = new Promise<'sent' | 'closed'>((resolve) => (settle = resolve));
    const record: LiveRequest = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      bodyText,
      body: parseJson(bodyText),
      aborted: false,
      finished,
    };
    this.recorded.push(record);
    const waiters = this.waiters;
    this.waiters = [];
    for (const wake of waiters) wake();
    return { record, settle };
  }

  private async play(reply: FakeReply, request: RecordedRequest, response: ServerResponse): Promise<void> {
    if (reply.kind === 'dynamic') {
      await this.play(await reply.reply(request), request, response);
    } else if (reply.kind === 'status') {
      sendBody(response, reply.status, reply.headers, reply.body);
    } else if (reply.kind === 'drop') {
      response.socket?.resetAndDestroy();
    } else if (reply.kind === 'silent') {
      return;
    } else if (wantsStream(request)) {
      await playSteps(reply.steps, reply.headers, response);
    } else {
      sendBody(response, 200, { 'content-type': 'application/json', ...reply.headers }, wholeCompletion(reply.steps));
    }
  }
}

async function playSteps(
  steps: Iterable<ReplyStep>,
  headers: Readonly<Record<string, string>>,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...headers });
  response.flushHeaders();
  for (const step of steps) {
    if (response.destroyed) return;
    if (step.kind === 'delay') {
      await sleep(step.ms);
    } else if (step.kind === 'gate') {
      await step.until;
    } else if (step.kind === 'stall') {
      return;
    } else if (step.kind === 'drop') {
      response.socket?.resetAndDestroy();
      return;
    } else if (!response.write(renderStep(step))) {
      await drained(response);
    }
  }
  response.end();
}

async function drained(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  // A closed connection never drains, and either wait would outlive the other without the signal.
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  settled.abort();
}

function wantsStream(request: RecordedRequest): boolean {
  return (
    typeof request.body === 'object' &&
    request.body !== null &&
    'stream' in request.body &&
    request.body.stream === true
  );
}

function wholeCompletion(steps: Iterable<ReplyStep>): string {
  let content = '';
  for (const step of steps) if (step.kind === 'text') content += step.text;
  return JSON.stringify({
    id: 'fake-completion',
    object: 'chat.completion',
    created: 0,
    model: 'fake-model',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });
}

function sendBody(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  response.writeHead(status, headers);
  response.end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The client went away while sending; what arrived is still worth recording.
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
