import * as path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import type { Clock, IdGenerator } from '../../core/base/ports';
import { checkpointToRecord } from '../../core/checkpoint/checkpointMapper';
import { checkpointMarkdown } from '../../core/checkpoint/checkpointMarkdown';
import { checkpoint1ToRecord } from '../../core/checkpoint/checkpointV1';
import { toInvocationId } from '../../core/session/session';
import type { SessionRecord } from '../../core/session/sessionRecord';
import { textOfError } from '../platform/errorTexts';
import { readCheckpoint, type ReadCheckpoint } from './checkpointReader';

const scheme = 'rejoin-checkpoint';

export interface CheckpointPreviewDeps {
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

/** Shows checkpoints as read-only Markdown that follows their files. */
export class CheckpointPreview implements Disposable, vscode.TextDocumentContentProvider {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.changed.event;

  constructor(private readonly deps: CheckpointPreviewDeps) {
    this.store.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.store.add(vscode.workspace.onDidSaveTextDocument(({ uri }) => this.changed.fire(previewOf(uri))));
  }

  /** Opens the preview and returns its address. Rejects as reading the file does. */
  async show(source: vscode.Uri): Promise<vscode.Uri> {
    await readCheckpoint(source);
    const uri = previewOf(source);
    // One that is open already keeps what it showed until it hears of a change.
    this.changed.fire(uri);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } catch {
      // Whoever has turned Markdown off gets it as text.
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
    }
    return uri;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    try {
      const checkpoint = await readCheckpoint(vscode.Uri.parse(uri.query, true));
      return checkpointMarkdown(this.toRecord(checkpoint), { exportedAt: this.deps.clock.now(), context: true });
    } catch (error) {
      return textOfError(error);
    }
  }

  dispose(): void {
    this.store.dispose();
  }

  private toRecord({ document }: ReadCheckpoint): SessionRecord {
    const { clock, ids } = this.deps;
    return document.version === '2.0'
      ? checkpointToRecord(document)
      : checkpoint1ToRecord(document, {
          ids,
          now: clock.now(),
          key: { directory: null, gitRoot: null },
          invocationId: toInvocationId(ids.next()),
        });
  }
}

function previewOf(source: vscode.Uri): vscode.Uri {
  const name = path.posix.basename(source.path).replace(/(?:\.rejoin)?\.[^.]*$/, '');
  return vscode.Uri.from({ scheme, path: `/${name}.md`, query: source.toString() });
}
