import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

/** Answers every request byte by byte as a test writes it; nothing of HTTP is done for it. */
class RawServer {
  readonly requests: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(answer: (socket: Socket) => void): Promise<RawServer> {
    const server = createServer();
    const own = new RawServer(server);
    server.on('connection', (socket) => {
      own.sockets.add(socket);
      socket.on('error', () => undefined);
      let seen = '';
      socket.on('data', (data) => {
        const isFirst = seen === '';
        seen += data.toString('latin1');
        if (isFirst) {
          answer(socket);
        }
        own.requests[[...own.sockets].indexOf(socket)] = seen;
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return own;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async dispose(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

const servers: RawServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.dispose()));
});

/** A server that is closed after the test. */
export async function serveRaw(answer: (socket: Socket) => void): Promise<RawServer> {
  const server = await RawServer.start(answer);
  servers.push(server);
  return server;
}

/** Writes for as long as the other side takes it. */
export function writeForever(socket: Socket, piece: string | Uint8Array): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(piece));
    if (!socket.destroyed) {
      socket.once('drain', write);
    }
  };
  write();
}
