// Lets a test outside VS Code run commands and code in this window's extension host, over loopback HTTP with a token.
// The test names a file for each window in REJOIN_TEST_BRIDGE; the address is written there. Without it nothing happens.
const { randomBytes, timingSafeEqual } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const vscode = require('vscode');

const AsyncFunction = (async () => undefined).constructor;

const actions = {
  executeCommand: ({ id, args }) => vscode.commands.executeCommand(id, ...args),
  evaluate: ({ body, argument }) =>
    new AsyncFunction('vscode', 'argument', `return (${body})(vscode, argument);`)(vscode, argument),
  killExtensionHost: () => process.kill(process.pid, 'SIGKILL'),
};

function activate(context) {
  const file = process.env.REJOIN_TEST_BRIDGE;
  if (file === undefined) return;
  const token = randomBytes(24).toString('hex');
  const server = http.createServer((request, response) => void answer(request, response, token));
  context.subscriptions.push({ dispose: () => server.close() });
  server.listen(0, '127.0.0.1', () => writeAddress(file, server.address().port, token));
}

function writeAddress(file, port, token) {
  fs.writeFileSync(`${file}.new`, JSON.stringify({ port, token, pid: process.pid }), { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

async function answer(request, response, token) {
  try {
    if (!isAuthorised(request, token)) {
      response.writeHead(403).end();
      return;
    }
    const { action, ...parameters } = JSON.parse(await readBody(request));
    const value = await actions[action](parameters);
    send(response, 200, { value: plain(value) });
  } catch (error) {
    send(response, 500, {
      error: { name: error?.name, message: error?.message ?? String(error), stack: error?.stack },
    });
  }
}

function isAuthorised(request, token) {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** JSON cannot carry everything a command may return; what it cannot carry becomes undefined. */
function plain(value) {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : JSON.parse(text);
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

module.exports = { activate };
