import {
  CodeActionKind,
  TextDocuments,
  TextDocumentSyncKind,
  type CancellationToken,
  type Connection,
  type InitializeParams,
  type ServerCapabilities,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { toDisposable } from '../core/base/disposable';
import { languageServerStringKeys, type LanguageServerOptions } from '../core/base/languageServerOptions';
import type { Timers } from '../core/base/ports';
import { DocumentStore } from './documentStore';
import type { FeatureContext, FeatureName, Features, FileAnswers } from './features';
import { FileReaders } from './fileReaders';
import type { DocumentText } from './servedFile';

const capabilities: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
  documentSymbolProvider: true,
  hoverProvider: true,
  completionProvider: { triggerCharacters: ['"'] },
  foldingRangeProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  codeLensProvider: {},
};

const timers: Timers = {
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return toDisposable(() => clearTimeout(timer));
  },
};

/** Serves checkpoints and skills over the connection until it closes. Reads no files: the editor sends what is open. */
export function startServer(connection: Connection): void {
  connection.onInitialize((params) => {
    serve(connection, contextOf(params));
    return { capabilities, serverInfo: { name: 'Rejoin' } };
  });
  connection.listen();
}

function serve(connection: Connection, context: FeatureContext): void {
  const readers = new FileReaders(context);
  const documents = new TextDocuments(TextDocument);

  /** Mostly a newer version took the place of the one that was asked about. */
  const logUnanswered = (error: unknown): null => {
    connection.console.debug(`A question about a file was not answered: ${String(error)}`);
    return null;
  };
  const publish = async ({ uri, version }: Pick<DocumentText, 'uri' | 'version'>, answers: FileAnswers) => {
    const diagnostics = await answers.ask('diagnostics', {});
    if (documents.get(uri)?.version === version) {
      await connection.sendDiagnostics({ uri, version, diagnostics });
    }
  };
  const store = new DocumentStore({
    read: (document, isBig) => readers.read(document, isBig),
    forget: (uri) => readers.forget(uri),
    onDidRead: (document, answers) => void publish(document, answers).catch(logUnanswered),
    onError: (error) => connection.console.error(`A file could not be read: ${String(error)}`),
    timers,
  });

  /** Answers for the version that is open, unless nobody waits for the answer any more. */
  const ask =
    <Name extends FeatureName>(name: Name) =>
    async (
      params: Features[Name]['params'] & { readonly textDocument: { readonly uri: string } },
      token: CancellationToken,
    ): Promise<Features[Name]['result'] | null> => {
      const answers = await store.current(params.textDocument.uri);
      return answers === undefined || token.isCancellationRequested
        ? null
        : answers.ask(name, params).catch(logUnanswered);
    };
  connection.onDocumentSymbol(ask('documentSymbols'));
  connection.onHover(ask('hover'));
  connection.onCompletion(ask('completion'));
  connection.onFoldingRanges(ask('foldingRanges'));
  connection.onCodeAction(ask('codeActions'));
  connection.onCodeLens(ask('codeLenses'));
  connection.onShutdown(() => store.dispose());

  documents.onDidChangeContent(({ document }) => store.changed(document));
  documents.onDidClose(({ document: { uri } }) => {
    store.closed(uri);
    // What is wrong with a file that nobody looks at is nobody's concern.
    void connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  documents.listen(connection);
}

/** A host that gives no words gets the names of the words. */
function contextOf({ initializationOptions, locale, capabilities: client }: InitializeParams): FeatureContext {
  const given = initializationOptions as Partial<LanguageServerOptions> | undefined;
  const names = Object.fromEntries(languageServerStringKeys.map((key) => [key, key]));
  return {
    options: {
      problemTexts: given?.problemTexts ?? {},
      strings: { ...names, ...given?.strings } as LanguageServerOptions['strings'],
      knowsJsonSchema: given?.knowsJsonSchema ?? false,
    },
    locale: locale ?? 'en',
    foldingLimit: client.textDocument?.foldingRange?.rangeLimit,
  };
}
