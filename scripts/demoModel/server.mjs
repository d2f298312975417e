import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerTo } from './answers.mjs';

export const demoModelId = 'demo';

const pieceDelayMs = 18;
const largestRequestBytes = 64 * 1024 * 1024;

/**
 * Starts the demo model: an HTTP server on loopback that speaks OpenAI chat completions and streams canned answers.
 *
 * @param {number} port 0 for any free port
 * @returns {Promise<{ port: number, baseUrl: string, stop: () => Promise<void> }>}
 */
export async function startDemoModel(port) {
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      if (!response.headersSent) sendError(response, 400, error.message);
      else response.destroy();
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const actualPort = server.address().port;
  return {
    port: actualPort,
    baseUrl: `http://127.0.0.1:${actualPort}/v1`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(request, response) {
  const { pathname } = new URL(request.url, 'http://127.0.0.1');
  if (request.method === 'GET' && pathname === '/v1/models') {
    sendJson(response, 200, {
      object: 'list',
      data: [{ id: demoModelId, object: 'model', created: 0, owned_by: 'rejoin' }],
    });
  } else if (request.method === 'POST' && pathname === '/v1/chat/completions') {
    await complete(await readJson(request), response);
  } else {
    sendError(response, 404, `The demo model has no ${request.method} ${pathname}.`);
  }
}

async function complete(body, response) {
  const conversation = readConversation(body);
  const text = answerTo(conversation);
  const usage = usageOf(conversation, text);
  if (body.stream === true) {
    await stream(response, text, usage);
    return;
  }
  sendJson(response, 200, {
    ...envelope('chat.completion'),
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage,
  });
}

async function stream(response, text, usage) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const head = envelope('chat.completion.chunk');
  const send = (data) => response.write(`data: ${JSON.stringify({ ...head, ...data })}\n\n`);
  const sendDelta = (delta, reason = null) => send({ choices: [{ index: 0, delta, finish_reason: reason }] });
  sendDelta({ role: 'assistant', content: '' });
  for (const piece of piecesOf(text)) {
    await sleep(pieceDelayMs);
    if (response.destroyed) return;
    sendDelta({ content: piece });
  }
  sendDelta({}, 'stop');
  send({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}

/** Words with the space after them, as a model's tokens come. */
function piecesOf(text) {
  return text.match(/\S*\s+|\S+$/g) ?? [];
}

function readConversation(body) {
  if (!Array.isArray(body?.messages) || body.messages.length === 0) throw new Error('The request has no messages.');
  return body.messages.map(({ role, content }) => ({ role, text: textOf(content) }));
}

/** Content is a string, or a list of parts of which the text counts here. */
function textOf(content) {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function usageOf(conversation, answer) {
  const estimate = (text) => Math.ceil(text.length / 4);
  const promptTokens = conversation.reduce((sum, message) => sum + estimate(message.text), 0);
  const completionTokens = estimate(answer);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function envelope(object) {
  return { id: `demo-${Date.now()}`, object, created: Math.floor(Date.now() / 1000), model: demoModelId };
}

async function readJson(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > largestRequestBytes) throw new Error('The request is too large.');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function sendJson(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function sendError(response, status, message) {
  sendJson(response, status, { error: { message, type: 'invalid_request_error' } });
}
