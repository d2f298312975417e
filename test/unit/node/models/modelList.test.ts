import { describe, expect, it } from 'vitest';
import type { AiSdkProviderOptions } from '../../../../src/node/models/aiSdkProvider';
import { createAiSdkProvider } from '../../../../src/node/models/modelsBundle';
import { sendJson } from './httpServer';
import { fakeFetch, serve } from './providerFixture';

describe('listing models', () => {
  const list = async (options: Partial<AiSdkProviderOptions>): Promise<unknown> =>
    createAiSdkProvider({
      id: 'p',
      label: 'P',
      kind: 'openai-compatible',
      apiKey: 'secret-key-0123',
      ...options,
    }).listModels(new AbortController().signal);

  it.each<[AiSdkProviderOptions['kind'], string, unknown, string, unknown]>([
    [
      'openai-compatible',
      '/models',
      { data: [{ id: 'a', name: 'Model A', context_length: 8192 }, { id: 'b' }, { nonsense: true }] },
      'authorization',
      [
        { id: 'a', label: 'Model A', contextWindow: 8192, supportsTools: true },
        { id: 'b', label: 'b', supportsTools: true },
      ],
    ],
    [
      'openai',
      '/models',
      { data: [{ id: 'gpt-5' }] },
      'authorization',
      [{ id: 'gpt-5', label: 'gpt-5', supportsTools: true }],
    ],
    [
      'anthropic',
      '/models?limit=1000',
      { data: [{ id: 'claude-x', display_name: 'Claude X' }] },
      'x-api-key',
      [{ id: 'claude-x', label: 'Claude X', supportsTools: true }],
    ],
    [
      'google',
      '/models?pageSize=1000',
      {
        models: [
          {
            name: 'models/gemini-3',
            displayName: 'Gemini 3',
            inputTokenLimit: 1000,
            outputTokenLimit: 10,
            supportedGenerationMethods: ['generateContent'],
          },
          { name: 'models/embed', supportedGenerationMethods: ['embedContent'] },
        ],
      },
      'x-goog-api-key',
      [{ id: 'gemini-3', label: 'Gemini 3', contextWindow: 1000, maxOutputTokens: 10, supportsTools: true }],
    ],
  ])('%s', async (kind, path, body, header, expected) => {
    const server = await serve((_seen, response) => sendJson(response, body));
    expect(await list({ kind, baseUrl: server.origin })).toEqual(expected);
    expect(server.requests[0]?.path).toBe(path);
    expect(server.requests[0]?.headers[header]).toContain('secret-key-0123');
  });

  it('finds the list of GitHub Models where it is', async () => {
    const { fetch, sent } = fakeFetch([
      { id: 'openai/gpt-5', name: 'GPT-5', limits: { max_input_tokens: 100, max_output_tokens: 5 } },
    ]);
    expect(await list({ baseUrl: 'https://models.github.ai/inference', fetch })).toEqual([
      { id: 'openai/gpt-5', label: 'GPT-5', contextWindow: 100, maxOutputTokens: 5, supportsTools: true },
    ]);
    expect(sent[0]?.url).toBe('https://models.github.ai/catalog/models');
  });

  it('gives the configured ones where a service lists everything it could run', async () => {
    const models = [{ id: 'my-deployment', label: 'Mine', contextWindow: 100 }];
    expect(await list({ kind: 'azure', baseUrl: 'https://x.openai.azure.com/openai', models })).toEqual([
      { ...models[0], supportsTools: true },
    ]);
  });

  it.each([
    [401, 'model/unauthorized'],
    [404, 'model/not-found'],
    [500, 'model/server-error'],
  ])('tells what went wrong with status %i', async (status, code) => {
    const server = await serve((_seen, response) => sendJson(response, { error: { message: 'no' } }, status));
    await expect(list({ baseUrl: server.origin })).rejects.toMatchObject({ code, args: { detail: 'no' } });
  });

  it('refuses a web page and a list that cannot be read', async () => {
    const page = await serve((_seen, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
    );
    await expect(list({ baseUrl: page.origin })).rejects.toMatchObject({ code: 'model/malformed' });
    const other = await serve((_seen, response) => sendJson(response, { hello: 'world' }));
    await expect(list({ baseUrl: other.origin })).rejects.toMatchObject({ code: 'model/malformed' });
  });
});
