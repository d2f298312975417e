import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type CodeLens,
  type Diagnostic,
  type DocumentSymbol,
  type Hover,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tempFolder } from '../../support/storeFixture';
import { atmosJson, atmosYaml, strings } from './served';

const root = path.resolve(import.meta.dirname, '../../..');
const small = 'file:///work/talk.rejoin.yaml';
const big = 'file:///work/long.rejoin.yaml';

let folder: string;
let server: ChildProcess;
let connection: ProtocolConnection;
/** What the server sent, oldest first. */
let published: PublishDiagnosticsParams[];
let onPublished: () => void;

beforeAll(async () => {
  folder = await tempFolder();
  await build({
    absWorkingDir: root,
    entryPoints: ['src/server/main.ts'],
    outfile: path.join(folder, 'server.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    mainFields: ['module', 'main'],
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  // Elsewhere than in the project, so that a package missing from the bundle is not found.
  server = fork(path.join(folder, 'server.js'), ['--node-ipc'], { cwd: folder, execArgv: [], silent: true });
  connection = createProtocolConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  published = [];
  onPublished = () => undefined;
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    published.push(params);
    onPublished();
  });
  connection.listen();
});
afterEach(() => {
  connection.dispose();
  server.kill('SIGKILL');
});

async function initialize(initializationOptions: unknown = { problemTexts: {}, strings }): Promise<InitializeResult> {
  const params = { processId: process.pid, rootUri: null, capabilities: {}, initializationOptions };
  const result = await connection.sendRequest<InitializeResult>('initialize', params);
  await connection.sendNotification('initialized', {});
  return result;
}

const open = (uri: string, version: number, text: string): Promise<void> =>
  connection.sendNotification('textDocument/didOpen', { textDocument: { uri, version, languageId: 'yaml', text } });

const change = (uri: string, version: number, text: string): Promise<void> =>
  connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });

const hoverVersion = (uri: string): Promise<Hover | null> =>
  connection.sendRequest('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 2 } });

/** The diagnostics of a version, waited for. */
async function diagnosticsOf(uri: string, version: number): Promise<readonly Diagnostic[]> {
  for (;;) {
    const found = published.find((params) => params.uri === uri && params.version === version);
    if (found !== undefined) {
      return found.diagnostics;
    }
    await new Promise<void>((resolve) => (onPublished = resolve));
  }
}

/** A conversation of about so many bytes in YAML that only the complete parser reads. */
function longYaml(bytes: number): string {
  const line = '      Why is the total of the cart stale? It was right before the last release.\n';
  const message = `  - role: user # asked again\n    content: |\n${line.repeat(6)}`;
  const messages = message.repeat(Math.ceil(bytes / message.length));
  return `version: "1.0"\nsession:\n  name: a\n  provider: b\n  model: c\nmessages:\n${messages}statistics:\n  message_count: 0\n`;
}

describe('the language server', () => {
  it('offers what it handles and nothing else', async () => {
    expect((await initialize()).capabilities).toEqual({
      textDocumentSync: { openClose: true, change: 2 },
      documentSymbolProvider: true,
      hoverProvider: true,
      completionProvider: { triggerCharacters: ['"'] },
      foldingRangeProvider: true,
      codeActionProvider: { codeActionKinds: ['quickfix'] },
      codeLensProvider: {},
    });
  });

  it('checks a file when it opens, again when it changes, and takes all back when it closes', async () => {
    await initialize({ problemTexts: { 'statistics-mismatch': '{found} are not {expected}' } });
    await open(small, 1, atmosYaml.replace('message_count: 2', 'message_count: 3'));
    expect(await diagnosticsOf(small, 1)).toEqual([
      {
        source: 'Rejoin',
        code: 'statistics-mismatch',
        severity: 1,
        message: '3 are not 2',
        range: { start: { line: 14, character: 17 }, end: { line: 14, character: 18 } },
      },
    ]);

    const range = { start: { line: 14, character: 17 }, end: { line: 14, character: 18 } };
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: small, version: 2 },
      contentChanges: [{ range, text: '2' }],
    });
    expect(await diagnosticsOf(small, 2)).toEqual([]);

    await open('file:///work/other.rejoin.json', 1, '{');
    expect(await diagnosticsOf('file:///work/other.rejoin.json', 1)).not.toEqual([]);
    await connection.sendNotification('textDocument/didClose', {
      textDocument: { uri: 'file:///work/other.rejoin.json' },
    });
    await hoverVersion(small);
    expect(published.at(-1)).toEqual({ uri: 'file:///work/other.rejoin.json', diagnostics: [] });
  });

  it('answers every kind of request', async () => {
    await initialize();
    const uri = 'file:///work/talk.rejoin.json';
    await open(uri, 1, atmosJson.replace('"message_count": 2', '"message_count": 3'));
    const [diagnostic] = await diagnosticsOf(uri, 1);
    const textDocument = { uri };
    const position = { line: 1, character: 4 };
    const context = { diagnostics: [diagnostic] };

    const symbols = await connection.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument });
    expect(symbols.map(({ name }) => name)).toContain('messages');
    expect(await connection.sendRequest('textDocument/hover', { textDocument, position })).toMatchObject({
      contents: { value: 'Version of the format.' },
    });
    expect(await connection.sendRequest('textDocument/foldingRange', { textDocument })).toHaveLength(1);
    expect(await connection.sendRequest('textDocument/completion', { textDocument, position })).toContainEqual(
      expect.objectContaining({ label: 'version' }),
    );
    expect(
      await connection.sendRequest('textDocument/codeAction', { textDocument, range: diagnostic?.range, context }),
    ).toMatchObject([{ title: 'Recount', diagnostics: [{ code: 'statistics-mismatch' }] }]);
    const lenses = await connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument });
    expect(lenses.map(({ command }) => command?.title)).toEqual(['Import', 'Preview']);
  });

  it('says nothing of files that are none of ours or not open', async () => {
    await initialize();
    await open('file:///work/package.json', 1, '{');
    await open(small, 1, atmosYaml);
    await diagnosticsOf(small, 1);
    expect(published.map(({ uri }) => uri)).toEqual([small]);
    expect(await hoverVersion('file:///work/package.json')).toBeNull();
    expect(await hoverVersion('file:///work/never.rejoin.json')).toBeNull();
  });

  it('uses codes and names for words when the host gives none', async () => {
    await initialize(null);
    await open(small, 1, atmosYaml.replace('role: user', 'role: tool'));
    expect(await diagnosticsOf(small, 1)).toMatchObject([{ code: 'role-invalid', message: 'role-invalid' }]);
  });

  it('ends with the editor', async () => {
    await initialize();
    const exited = once(server, 'exit');
    server.disconnect();
    await exited;
  });

  it('ends when it is asked to, also with a thread of its own', async () => {
    await initialize();
    await open(big, 1, longYaml(300_000));
    await diagnosticsOf(big, 1);
    const exited = once(server, 'exit');
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    expect((await exited)[0]).toBe(0);
  });
});

describe('a file of 5 MB', () => {
  const text = longYaml(5_000_000);

  it('keeps no other request waiting while it is read', async () => {
    await initialize();
    await open(small, 1, atmosYaml);
    await diagnosticsOf(small, 1);
    await open(big, 1, text);
    let answered = 0;
    const checked = diagnosticsOf(big, 1);
    let isChecked = false;
    void checked.then(() => (isChecked = true));
    const outline = connection.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: { uri: big },
    });
    // Reading it takes far longer than any of these.
    while (!isChecked) {
      expect(await hoverVersion(small)).not.toBeNull();
      answered++;
    }
    expect(answered).toBeGreaterThan(10);
    expect((await checked).map(({ code }) => code)).toEqual(['statistics-mismatch']);
    expect((await outline).map(({ name }) => name)).toContain('messages');
  }, 60_000);

  it('is read in its last version only, however fast the others came', async () => {
    await initialize();
    await open(big, 1, text);
    const answer = hoverVersion(big);
    for (let version = 2; version <= 5; version++) {
      await change(big, version, text);
    }
    await diagnosticsOf(big, 5);
    expect(await answer).toMatchObject({ contents: { value: expect.stringContaining('Version of the format') } });
    expect(published.map(({ uri, version }) => [uri, version])).toEqual([[big, 5]]);
  }, 60_000);

  it('that changes while it is read is read anew, and closed leaves nothing behind', async () => {
    await initialize();
    await open(big, 1, text);
    await open(small, 1, atmosYaml);
    // Longer than the pause after which the reading begins, and shorter than it takes.
    await diagnosticsOf(small, 1);
    for (let asked = Date.now(); Date.now() - asked < 300;) {
      await hoverVersion(small);
    }
    await change(big, 2, text.replace('message_count: 0', `message_count: ${text.split('- role').length - 1}`));
    expect(await diagnosticsOf(big, 2)).toEqual([]);
    expect(published.filter(({ uri }) => uri === big).map(({ version }) => version)).toEqual([2]);
    await connection.sendNotification('textDocument/didClose', { textDocument: { uri: big } });
    await hoverVersion(small);
    expect(published.at(-1)).toEqual({ uri: big, diagnostics: [] });
  }, 60_000);
});
