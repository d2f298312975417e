import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeModelServer } from '../../support/fakeModelServer';
import { dropReply, hugeReply, stallReply, statusReply, stepsReply, streamReply } from '../../support/fakeModelReplies';

describe('FakeModelServer', () => {
  let server: FakeModelServer;
  beforeEach(async () => {
    server = await FakeModelServer.start();
  });
  afterEach(async () => {
    await server.dispose();
  });

  function complete(init: RequestInit = {}): Promise<Response> {
    return fetch(`${server.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-probe': 'yes' },
      body: JSON.stringify({ model: 'fake-model', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
      ...init,
    });
  }

  it('streams the scripted pieces and records the request', async () => {
    server.enqueue(streamReply('one ', 'two'));
    const text = await (await complete()).text();
    const contents = [...text.matchAll(/"content":"([^"]*)"/g)].map((match) => match[1]);
    expect(contents).toEqual(['one ', 'two']);
    expect(text).toContain('"prompt_tokens":10');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    const request = await server.waitForCompletion();
    expect(request.headers['x-probe']).toBe('yes');
    expect(request.body).toMatchObject({ messages: [{ role: 'user', content: 'hi' }] });
    expect(await request.finished).toBe('sent');
    expect(request.aborted).toBe(false);
  });

  it('takes one scripted reply per request and then the default', async () => {
    server.enqueue(statusReply(429, { 'retry-after': '7' }));
    const first = await complete();
    expect([first.status, first.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await complete()).status).toBe(200);
    expect(server.completions).toHaveLength(2);
  });

  it('answers a request without streaming in one piece', async () => {
    server.enqueue(streamReply('one ', 'two'));
    const response = await complete({ body: JSON.stringify({ messages: [] }) });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'one two' } }] });
  });

  it('drops the connection before or within a reply', async () => {
    server.enqueue(dropReply(), dropReply('partial'));
    await expect(complete()).rejects.toThrow();
    const response = await complete();
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toContain('partial');
    await expect(reader?.read()).rejects.toThrow();
  });

  it('notices a client that leaves a stalled reply', async () => {
    server.enqueue(stallReply('begun'));
    const controller = new AbortController();
    const response = await complete({ signal: controller.signal });
    expect(response.status).toBe(200);
    controller.abort();
    const request = await server.waitForCompletion();
    expect(await request.finished).toBe('closed');
    expect(request.aborted).toBe(true);
  });

  it('holds a stream until the gate opens', async () => {
    let open: (value?: unknown) => void = () => undefined;
    const gate = new Promise((resolve) => (open = resolve));
    server.enqueue(
      stepsReply([
        { kind: 'text', text: 'before' },
        { kind: 'gate', until: gate },
        { kind: 'text', text: 'after' },
      ]),
    );
    const reader = (await complete()).body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('before');
    const next = reader?.read();
    expect(await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 50, 'held'))])).toBe('held');
    open();
    expect(new TextDecoder().decode((await next)?.value)).toContain('after');
  });

  it('streams a huge reply without building it whole', async () => {
    server.enqueue(hugeReply(3_000_000));
    const text = await (await complete()).text();
    expect(text.length).toBeGreaterThan(3_000_000);
  });

  it('lists its models', async () => {
    const response = await fetch(`${server.baseUrl}/models`);
    expect(await response.json()).toMatchObject({ data: [{ id: 'fake-model' }] });
    expect(server.completions).toHaveLength(0);
  });
});
