import * as path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import { textOfError } from '../platform/errorTexts';
import { readMarkdown, type ReadingDeps } from './checkpointReader';

const scheme = 'rejoin-checkpoint';

/** Shows checkpoints as read-only Markdown that follows their files. */
export class CheckpointPreview implements Disposable, vscode.TextDocumentContentProvider {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.changed.event;

  constructor(private readonly deps: ReadingDeps) {
    this.store.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.store.add(vscode.workspace.onDidSaveTextDocument(({ uri }) => this.changed.fire(previewOf(uri))));
  }

  /** Opens the preview and returns its address. Rejects as reading the file does. */
  async show(source: vscode.Uri): Promise<vscode.Uri> {
    await readMarkdown(this.deps, source);
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
      return await readMarkdown(this.deps, vscode.Uri.parse(uri.query, true));
    } catch (error) {
      return textOfError(error);
    }
  }

  dispose(): void {
    this.store.dispose();
  }
}

function previewOf(source: vscode.Uri): vscode.Uri {
  const name = path.posix.basename(source.path).replace(/(?:\.rejoin)?\.[^.]*$/, '');
  return vscode.Uri.from({ scheme, path: `/${name}.md`, query: source.toString() });
}
