import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../core/base/disposable';
import type { Clock, Logger } from '../../core/base/ports';
import { systemClock } from '../platform/systemPorts';
import { languageServerStrings } from './checkpointLanguageClientTexts';
import type { RunningLanguageClient, startLanguageClient } from './languageClientBundle';

export interface LanguageClientBundle {
  readonly startLanguageClient: typeof startLanguageClient;
}

export interface CheckpointLanguageClientDeps {
  readonly extensionPath: string;
  readonly logger: Logger;
  /** Templates of the words of problems by code, in the language of the window. */
  readonly problemTexts: () => Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Loads the bundle of the client from a file. */
  readonly load?: (file: string) => LanguageClientBundle;
}

export interface CheckpointLanguageClient extends vscode.Disposable {
  /** Ends the server and starts it anew, also one that was given up. Rejects when it does not start. */
  restart(): Promise<void>;
}

/** A server that ends more often than this within the window is not started again by itself. */
const maxCrashes = 3;
const crashWindowMs = 3 * 60_000;

/** By the names of files and not by language, so that the servers of JSON, YAML and Markdown keep theirs. */
const documentSelector = ['file', 'untitled', 'vscode-vfs'].flatMap((scheme) =>
  ['**/*.rejoin.{json,yaml,yml}', '**/.rejoin/skills/*/SKILL.md'].map((pattern) => ({ scheme, pattern })),
);

/** Watches for the first checkpoint or skill that is opened and starts the language server with it. Reads nothing before. */
export function createCheckpointLanguageClient(deps: CheckpointLanguageClientDeps): CheckpointLanguageClient {
  return new LanguageServerKeeper(deps);
}

class LanguageServerKeeper implements CheckpointLanguageClient {
  private readonly disposables = new DisposableStore();
  /** The server that runs or is starting; undefined while none does. */
  private current: Promise<RunningLanguageClient> | undefined;
  private crashes: readonly number[] = [];
  private gaveUp = false;

  constructor(private readonly deps: CheckpointLanguageClientDeps) {
    this.disposables.add(vscode.workspace.onDidOpenTextDocument((document) => this.startFor(document)));
    vscode.workspace.textDocuments.forEach((document) => this.startFor(document));
  }

  async restart(): Promise<void> {
    const stopped = this.stop();
    this.crashes = [];
    this.gaveUp = false;
    await stopped;
    await this.start();
  }

  dispose(): void {
    this.disposables.dispose();
    void this.stop();
  }

  private startFor(document: vscode.TextDocument): void {
    if (this.current === undefined && !this.gaveUp && vscode.languages.match(documentSelector, document) > 0) {
      this.startQuietly();
    }
  }

  /** A start that nobody waits for; one that fails counts as a crash and is logged there. */
  private startQuietly(): void {
    this.start().catch(() => undefined);
  }

  private start(): Promise<RunningLanguageClient> {
    if (this.current !== undefined) {
      return this.current;
    }
    const starting: Promise<RunningLanguageClient> = this.launch(() => this.onCrash(starting));
    this.current = starting;
    starting.catch((error: unknown) => {
      this.deps.logger.error('The language server did not start', error);
      this.onCrash(starting);
    });
    return starting;
  }

  /** Never calls back before it has returned. */
  private async launch(onDidClose: () => void): Promise<RunningLanguageClient> {
    await Promise.resolve();
    const { extensionPath, logger, problemTexts, load = loadBundle } = this.deps;
    return load(path.join(extensionPath, 'dist', 'languageClient.js')).startLanguageClient({
      serverFile: path.join(extensionPath, 'dist', 'server.js'),
      documentSelector,
      // The schema is one of our contributions, and VS Code brings a server for JSON along.
      serverOptions: { problemTexts: problemTexts(), strings: languageServerStrings(), knowsJsonSchema: true },
      logger,
      onDidClose,
    });
  }

  private async stop(): Promise<void> {
    const stopping = this.current;
    this.current = undefined;
    // One that never started has nothing to stop.
    await stopping?.then(
      (client) => client.stop(),
      () => undefined,
    );
  }

  /** `of` is the server that ended: one that was stopped or replaced meanwhile does not count. */
  private onCrash(of: Promise<RunningLanguageClient>): void {
    if (this.current !== of || this.disposables.isDisposed) {
      return;
    }
    this.current = undefined;
    const now = (this.deps.clock ?? systemClock).now();
    this.crashes = [...this.crashes.filter((time) => now - time < crashWindowMs), now];
    if (this.crashes.length <= maxCrashes) {
      this.deps.logger.warn(`The language server ended by itself (${this.crashes.length} of ${maxCrashes + 1})`);
      this.startQuietly();
      return;
    }
    this.gaveUp = true;
    void this.offerRestart();
  }

  private async offerRestart(): Promise<void> {
    const restart = vscode.l10n.t('Restart');
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        'Checkpoint files are no longer checked, because the language server of Rejoin ended several times. Restart it, or close the file that makes it end.',
      ),
      restart,
    );
    if (chosen === restart) {
      await this.restart().catch(() => undefined);
    }
  }
}

function loadBundle(file: string): LanguageClientBundle {
  // Not import(): it takes no Windows path.
  return createRequire(file)(file) as LanguageClientBundle;
}
