import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import { DisposableStore, type Disposable } from '../../core/base/disposable';
import type { SessionId, SessionSummary } from '../../core/session/session';
import { idsOf } from '../sessions/sessionArguments';
import { sessionIdOf } from '../sessions/sessionNode';
import type { PickOptions, SessionChoice } from '../sessions/sessionPicker';
import type { CheckpointPreview } from './checkpointPreview';
import type { ExportAllDeps, ExportAllResult } from './exportAllSessions';
import type { ImportDeps } from './importSession';
import { isFromMenu, uriArgument } from './uriArguments';
import type { ValidationProblem } from './validateCheckpoint';

export type CheckpointCommandDeps = ExportAllDeps &
  ImportDeps & {
    currentSessionId(): SessionId | null;
    /** Asks for a session; undefined when the person cancels. */
    pickSession(options: PickOptions): Promise<SessionChoice | undefined>;
  };

/** Commands that write sessions to files and read them back. What they are made of is loaded with the first use. */
export class CheckpointCommands implements Disposable {
  private readonly store = new DisposableStore();
  private preview: CheckpointPreview | undefined;

  constructor(private readonly deps: CheckpointCommandDeps) {}

  handlers() {
    return {
      'rejoin.exportSession': (...args: readonly unknown[]) => this.exportSession(args),
      'rejoin.exportAllSessions': (...args: readonly unknown[]) => this.exportAll(args),
      'rejoin.importSession': (...args: readonly unknown[]) => this.import(args),
      'rejoin.validateCheckpoint': (...args: readonly unknown[]) => this.validate(args),
      'rejoin.previewCheckpoint': (...args: readonly unknown[]) => this.showPreview(args),
    };
  }

  dispose(): void {
    this.store.dispose();
  }

  private async exportSession([target, place, options]: readonly unknown[]): Promise<
    vscode.Uri | ExportAllResult | undefined
  > {
    // The tree passes behind the element that was clicked all that is selected with it.
    const selected = Array.isArray(place) ? idsOf(place.filter((node) => sessionIdOf(node) !== undefined)) : [];
    if (selected.length > 1) {
      const { exportAllSessions } = await import('./exportAllSessions');
      return exportAllSessions(this.deps, undefined, undefined, selected);
    }
    const id = await this.sessionOf(target);
    const { exportSession } = await import('./exportSession');
    return id === undefined
      ? undefined
      : exportSession(this.deps, id, Array.isArray(place) ? undefined : place, options);
  }

  private async exportAll([folder, options]: readonly unknown[]): Promise<ExportAllResult | undefined> {
    const { exportAllSessions } = await import('./exportAllSessions');
    return exportAllSessions(this.deps, folder, options);
  }

  private async import([first, second]: readonly unknown[]): Promise<
    SessionSummary | readonly SessionSummary[] | undefined
  > {
    const { runImport } = await import('./importCommand');
    return runImport(this.deps, first, second);
  }

  private async validate([first, second]: readonly unknown[]): Promise<readonly ValidationProblem[]> {
    const { tellProblems, validateFile } = await import('./validateCheckpoint');
    const uri = fileOf(first);
    const problems = await validateFile(this.deps, uri);
    if (first === undefined || isFromMenu(second)) {
      tellProblems(uri, problems).catch((error: unknown) =>
        this.deps.logger.error('The file could not be shown', error),
      );
    }
    return problems;
  }

  private async showPreview([first]: readonly unknown[]): Promise<vscode.Uri> {
    const uri = fileOf(first);
    const { CheckpointPreview } = await import('./checkpointPreview');
    this.preview ??= this.store.add(new CheckpointPreview(this.deps));
    return this.preview.show(uri);
  }

  /** The session named, else the one shown, else the one that the person picks. */
  private async sessionOf(target: unknown): Promise<SessionId | undefined> {
    if (target !== undefined && target !== null) {
      const id = sessionIdOf(target);
      if (id === undefined) {
        throw new AppError('argument/invalid', {
          args: {
            name: 'session',
            reason: vscode.l10n.t('a session id or an element of the sessions tree is expected'),
          },
        });
      }
      return id;
    }
    const current = this.deps.currentSessionId();
    // A session gets its row with its first message.
    if (current !== null && (await (await this.deps.sessions()).getSession(current)) !== undefined) {
      return current;
    }
    const choice = await this.deps.pickSession({
      title: vscode.l10n.t('Export Session'),
      states: ['active', 'archived'],
    });
    return choice === 'new' ? undefined : choice;
  }
}

/** The file named, else the one in the active editor. */
function fileOf(argument: unknown): vscode.Uri {
  const uri = uriArgument(argument) ?? vscode.window.activeTextEditor?.document.uri;
  if (uri === undefined) {
    throw new AppError('argument/invalid', {
      args: { name: 'uri', reason: vscode.l10n.t('there is no file in the active editor') },
    });
  }
  return uri;
}
