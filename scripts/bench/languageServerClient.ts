import { fork, type ChildProcess } from 'node:child_process';
import {
  createProtocolConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';

/** The language server as a process of its own, spoken to as an editor does. */
export class LanguageServerClient {
  private readonly connection: ProtocolConnection;
  private readonly published: PublishDiagnosticsParams[] = [];
  private onPublished = (): void => undefined;

  private constructor(private readonly server: ChildProcess) {
    this.connection = createProtocolConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
    this.connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.published.push(params);
      this.onPublished();
    });
    this.connection.listen();
  }

  /** Resolves when the server has said what it can do. */
  static async start(bundle: string): Promise<LanguageServerClient> {
    const client = new LanguageServerClient(fork(bundle, ['--node-ipc'], { execArgv: [], stdio: 'ignore' }));
    await client.connection.sendRequest('initialize', { processId: process.pid, rootUri: null, capabilities: {} });
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  open(uri: string, text: string): Promise<void> {
    const textDocument = { uri, version: 1, languageId: 'yaml', text };
    return this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  /** Adds an empty line at the beginning. */
  edit(uri: string, version: number): Promise<void> {
    const start = { line: 0, character: 0 };
    const contentChanges = [{ range: { start, end: start }, text: '\n' }];
    return this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges,
    });
  }

  /** Resolves with the number of problems in a version when they are there. */
  async diagnosed(uri: string, version: number): Promise<number> {
    for (;;) {
      const found = this.published.find((params) => params.uri === uri && params.version === version);
      if (found !== undefined) return found.diagnostics.length;
      await new Promise<void>((resolve) => (this.onPublished = resolve));
    }
  }

  outline(uri: string): Promise<unknown> {
    return this.connection.sendRequest('textDocument/documentSymbol', { textDocument: { uri } });
  }

  hover(uri: string): Promise<unknown> {
    const position = { line: 0, character: 2 };
    return this.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
  }

  stop(): void {
    this.connection.dispose();
    this.server.kill('SIGKILL');
  }
}
