import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** A plain HTTP server on loopback whose answers a test writes by hand. */
export class HttpServer {
  readonly requests: SeenRequest[] = [];

  private constructor(private readonly server: Server) {}

  static async start(answer: (request: SeenRequest, response: ServerResponse) => void): Promise<HttpServer> {
    const server = createServer();
    const own = new HttpServer(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const seen = {
          method: request.method ?? '',
          path: request.url ?? '',
          headers: request.headers,
          body: text === '' ? undefined : (JSON.parse(text) as unknown),
        };
        own.requests.push(seen);
        answer(seen, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async dispose(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Server-sent events; an entry with a name gets an `event` line. */
export function sendEvents(
  response: ServerResponse,
  events: readonly (readonly [string, unknown])[],
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  for (const [name, data] of events) {
    response.write(`${name === '' ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`);
  }
  response.end();
}

/** An answer of the OpenAI protocol. */
export function sendOpenAi(response: ServerResponse, content: string, headers: Record<string, string> = {}): void {
  sendEvents(response, [['', { choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] }]], headers);
}
