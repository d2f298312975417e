import type { ServerResponse } from 'node:http';
import { afterEach } from 'vitest';
import type { ModelDelta, ModelRequest } from '../../../../src/core/turn/modelProvider';
import type { AiSdkProviderOptions } from '../../../../src/node/models/aiSdkProvider';
import { createAiSdkProvider } from '../../../../src/node/models/modelsBundle';
import { HttpServer, type SeenRequest } from './httpServer';

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.dispose()));
});

/** A server that is closed after the test. */
export async function serve(answer: (request: SeenRequest, response: ServerResponse) => void): Promise<HttpServer> {
  const server = await HttpServer.start(answer);
  servers.push(server);
  return server;
}

export const request: ModelRequest = {
  model: 'm-1',
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'Hi' }],
  tools: [],
};

/** Everything that a provider streams for the request. */
export async function collect(
  options: Partial<AiSdkProviderOptions>,
  sent: ModelRequest = request,
  signal = new AbortController().signal,
): Promise<ModelDelta[]> {
  const provider = createAiSdkProvider({
    id: 'p1',
    label: 'P',
    kind: 'openai-compatible',
    apiKey: 'secret-key-0123',
    ...options,
  });
  const deltas: ModelDelta[] = [];
  for await (const delta of provider.stream(sent, signal)) {
    deltas.push(delta);
  }
  return deltas;
}
export const textOf = (deltas: readonly ModelDelta[]): string =>
  deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('');

/** Address and headers of a request that a provider hands to its `fetch`. */
export interface SentRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A `fetch` without a network: keeps what it was asked and answers with JSON. */
export function fakeFetch(
  answer: unknown,
  status = 200,
): { readonly fetch: typeof fetch; readonly sent: SentRequest[] } {
  const sent: SentRequest[] = [];
  return {
    sent,
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : input.toString();
      sent.push({
        url,
        headers: new Headers(init?.headers),
        body: typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
      });
      return Promise.resolve(Response.json(answer, { status }));
    },
  };
}
