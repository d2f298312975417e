import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { sendEvents, sendJson, sendOpenAi } from './httpServer';
import { collect, fakeFetch, request, serve, textOf } from './providerFixture';

describe('Anthropic', () => {
  const answer = (response: ServerResponse): void =>
    sendEvents(response, [
      [
        'message_start',
        {
          type: 'message_start',
          message: {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            model: 'claude',
            content: [],
            stop_reason: null,
            stop_sequence: null,
            usage: { input_tokens: 11, output_tokens: 1 },
          },
        },
      ],
      [
        'content_block_start',
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      ],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Two ' } },
      ],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'steps' } },
      ],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig-1' } },
      ],
      ['content_block_stop', { type: 'content_block_stop', index: 0 }],
      ['content_block_start', { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } }],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Looking' } },
      ],
      ['content_block_stop', { type: 'content_block_stop', index: 1 }],
      [
        'content_block_start',
        {
          type: 'content_block_start',
          index: 2,
          content_block: { type: 'tool_use', id: 'toolu_1', name: 'clock', input: {} },
        },
      ],
      [
        'content_block_delta',
        { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"zone":"UTC"}' } },
      ],
      ['content_block_stop', { type: 'content_block_stop', index: 2 }],
      [
        'message_delta',
        {
          type: 'message_delta',
          delta: { stop_reason: 'tool_use', stop_sequence: null },
          usage: { output_tokens: 21 },
        },
      ],
      ['message_stop', { type: 'message_stop' }],
    ]);

  it('streams thinking, text and calls, and gets the signature of its thinking back', async () => {
    const server = await serve((_seen, response) => answer(response));
    const tools = [
      { name: 'clock', description: 'Time', inputSchema: { type: 'object', properties: { zone: { type: 'string' } } } },
    ];
    const deltas = await collect({ kind: 'anthropic', baseUrl: `${server.origin}/v1` }, { ...request, tools });
    const thinking = deltas.find((delta) => delta.type === 'part_state' && delta.part === 'reasoning');
    expect(deltas.filter((delta) => delta.type === 'tool_call')).toEqual([
      expect.objectContaining({ id: 'toolu_1', name: 'clock', input: { zone: 'UTC' } }),
    ]);
    expect(deltas.at(-1)).toMatchObject({
      type: 'finish',
      reason: 'tool_calls',
      usage: { inputTokens: 11, outputTokens: 21 },
    });
    expect(server.requests[0]).toMatchObject({ path: '/v1/messages', headers: { 'x-api-key': 'secret-key-0123' } });

    await collect(
      { kind: 'anthropic', baseUrl: `${server.origin}/v1` },
      {
        ...request,
        tools,
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            parts: [
              {
                type: 'reasoning',
                text: 'Two steps',
                ...(thinking?.type === 'part_state' ? { providerState: thinking.providerState } : {}),
              },
              { type: 'text', text: 'Looking' },
              { type: 'tool_call', id: 'toolu_1', name: 'clock', input: { zone: 'UTC' } },
            ],
          },
          { role: 'tool', results: [{ toolUseId: 'toolu_1', name: 'clock', content: 'broken', isError: true }] },
        ],
      },
    );
    expect(server.requests[1]?.body).toMatchObject({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Two steps', signature: 'sig-1' },
            { type: 'text', text: 'Looking' },
            { type: 'tool_use', id: 'toolu_1', name: 'clock', input: { zone: 'UTC' } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', is_error: true }] },
      ],
    });
  });

  it('tells an overload that comes inside the stream, and an end that never came', async () => {
    const overloaded = await serve((_seen, response) =>
      sendEvents(response, [['error', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }]]),
    );
    await expect(collect({ kind: 'anthropic', baseUrl: overloaded.origin })).rejects.toMatchObject({
      code: 'model/overloaded',
    });
    const cut = await serve((_seen, response) =>
      sendEvents(response, [
        [
          'message_start',
          {
            type: 'message_start',
            message: {
              id: 'msg_1',
              type: 'message',
              role: 'assistant',
              model: 'claude',
              content: [],
              stop_reason: null,
              stop_sequence: null,
              usage: { input_tokens: 11, output_tokens: 1 },
            },
          },
        ],
        ['content_block_start', { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }],
        ['content_block_delta', { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Half' } }],
      ]),
    );
    const deltas = await collect({ kind: 'anthropic', baseUrl: cut.origin });
    expect(textOf(deltas)).toBe('Half');
    expect(deltas.some((delta) => delta.type === 'finish')).toBe(false);
  });
});

describe('Google', () => {
  it('streams text and calls and gets the signature of a call back', async () => {
    const server = await serve((_seen, response) =>
      sendEvents(response, [
        ['', { candidates: [{ content: { role: 'model', parts: [{ text: 'Looking' }] } }] }],
        [
          '',
          {
            candidates: [
              {
                content: {
                  role: 'model',
                  parts: [{ functionCall: { name: 'clock', args: { zone: 'UTC' } }, thoughtSignature: 'sig-g' }],
                },
                finishReason: 'STOP',
              },
            ],
            usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 4, totalTokenCount: 9 },
          },
        ],
      ]),
    );
    const tools = [{ name: 'clock', description: 'Time', inputSchema: { type: 'object', properties: {} } }];
    const options = { kind: 'google', baseUrl: `${server.origin}/v1beta` } as const;
    const deltas = await collect(options, { ...request, model: 'gemini-3-pro', tools });
    const call = deltas.find((delta) => delta.type === 'tool_call');
    expect(textOf(deltas)).toBe('Looking');
    expect(call).toMatchObject({ name: 'clock', input: { zone: 'UTC' } });
    expect(deltas.at(-1)).toMatchObject({
      type: 'finish',
      reason: 'tool_calls',
      usage: { inputTokens: 5, outputTokens: 4 },
    });
    expect(server.requests[0]?.headers['x-goog-api-key']).toBe('secret-key-0123');

    if (call?.type === 'tool_call') {
      const { id, name, input, providerState } = call;
      await collect(options, {
        ...request,
        model: 'gemini-3-pro',
        tools,
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            parts: [{ type: 'tool_call', id, name, input, ...(providerState === undefined ? {} : { providerState }) }],
          },
          { role: 'tool', results: [{ toolUseId: id, name, content: '12:00', isError: false }] },
        ],
      });
    }
    expect(JSON.stringify(server.requests[1]?.body)).toContain('sig-g');
  });

  it('says when the quota comes back', async () => {
    const server = await serve((_seen, response) =>
      sendJson(
        response,
        {
          error: {
            code: 429,
            message: 'Slow down',
            status: 'RESOURCE_EXHAUSTED',
            details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '31s' }],
          },
        },
        429,
      ),
    );
    await expect(collect({ kind: 'google', baseUrl: server.origin })).rejects.toMatchObject({
      code: 'model/rate-limited',
      args: { retryAfterMs: 31_000 },
    });
  });
});

describe('the other kinds', () => {
  it.each([
    ['openai', '/v1', '/v1/chat/completions', 'authorization', 'Bearer secret-key-0123'],
    ['azure', '/openai/v1', '/openai/v1/chat/completions', 'api-key', 'secret-key-0123'],
  ] as const)('%s speaks the chat protocol at an address of its own', async (kind, base, path, header, value) => {
    const server = await serve((_seen, response) => sendOpenAi(response, 'Hello'));
    expect(textOf(await collect({ kind, baseUrl: server.origin + base }))).toBe('Hello');
    expect(server.requests[0]?.path.split('?')[0]).toBe(path);
    expect(server.requests[0]?.headers[header]).toBe(value);
  });

  it.each([
    ['openai', 'https://api.openai.com/v1/responses'],
    ['xai', 'https://api.x.ai/v1/responses'],
  ] as const)('%s asks its maker not to keep the conversation', async (kind, address) => {
    const { fetch, sent } = fakeFetch({ error: { message: 'no' } }, 401);
    await expect(collect({ kind, fetch })).rejects.toMatchObject({ code: 'model/unauthorized' });
    expect(sent[0]).toMatchObject({ url: address, body: { store: false } });
  });

  it('Amazon Bedrock is asked at the address of its region with its key', async () => {
    const { fetch, sent } = fakeFetch({ message: 'no access' }, 403);
    const baseUrl = 'https://bedrock-runtime.eu-central-1.amazonaws.com';
    const sending = collect({ kind: 'amazon-bedrock', baseUrl, fetch }, { ...request, model: 'amazon.nova-pro-v1:0' });
    await expect(sending).rejects.toMatchObject({ code: 'model/forbidden' });
    expect(sent[0]?.url).toMatch(/^https:\/\/bedrock-runtime\.eu-central-1\.amazonaws\.com\/model\/amazon\.nova-pro/);
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer secret-key-0123');
  });
});
