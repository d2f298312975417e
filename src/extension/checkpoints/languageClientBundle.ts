import * as path from 'node:path';
import type * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
} from 'vscode-languageclient/node';
import type { LanguageServerOptions } from '../../core/base/languageServerOptions';
import type { Logger } from '../../core/base/ports';

export interface LanguageClientOptions {
  /** File of the server's bundle. */
  readonly serverFile: string;
  readonly documentSelector: readonly { readonly scheme: string; readonly pattern: string }[];
  readonly serverOptions: LanguageServerOptions;
  readonly logger: Logger;
  /** The server is gone without having been asked to go. */
  readonly onDidClose: () => void;
}

export interface RunningLanguageClient {
  /** Ends the server; one that does not answer is killed after two seconds. Never rejects. */
  stop(): Promise<void>;
}

/** The base class tells people by itself, in English, what it logs as an error. */
class QuietLanguageClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Starts the server in a process of its own; resolves when it answers and rejects when it does not start. */
export async function startLanguageClient(options: LanguageClientOptions): Promise<RunningLanguageClient> {
  const { serverFile, documentSelector, serverOptions, logger, onDidClose } = options;
  const outputChannel = channelOf(logger);
  const client = new QuietLanguageClient(
    'rejoin',
    'Rejoin',
    // The folder of the server and not that of the workspace: nothing in there is to be run or read.
    { module: serverFile, transport: TransportKind.ipc, options: { cwd: path.dirname(serverFile) } },
    {
      documentSelector: [...documentSelector],
      initializationOptions: serverOptions,
      outputChannel,
      traceOutputChannel: outputChannel,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        // Whether it is started again is decided by who started it, with a client of its own.
        closed: () => {
          onDidClose();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    },
  );
  await client.start();
  return {
    stop: () => client.dispose().catch((error: unknown) => logger.warn('The language server did not end', error)),
  };
}

/** The log as the client wants it; a channel of its own would only be one more to look into. */
function channelOf(logger: Logger): vscode.LogOutputChannel {
  const line = (text: string): void => logger.info(text);
  return {
    name: 'Rejoin',
    logLevel: 0,
    onDidChangeLogLevel: () => ({ dispose: () => undefined }),
    trace: (message, ...details: readonly unknown[]) => logger.trace(message, ...details),
    debug: (message, ...details: readonly unknown[]) => logger.debug(message, ...details),
    info: (message, ...details: readonly unknown[]) => logger.info(message, ...details),
    warn: (message, ...details: readonly unknown[]) => logger.warn(message, ...details),
    error: (message, ...details: readonly unknown[]) => logger.error(String(message), ...details),
    append: line,
    appendLine: line,
    replace: line,
    clear: () => undefined,
    show: () => undefined,
    hide: () => undefined,
    dispose: () => undefined,
  };
}
