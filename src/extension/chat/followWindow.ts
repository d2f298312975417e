import * as vscode from 'vscode';
import type { DisposableStore } from '../../core/base/disposable';
import type { TurnRunner } from '../../core/turn/turnRunner';
import { setContextKey } from '../contributions/contextKeys';
import { textOfCode } from '../platform/errorTexts';
import type { StoreHost } from '../platform/storeHost';
import type { ChatController } from './chatController';

export interface FollowedParts {
  readonly store: StoreHost;
  readonly turns: TurnRunner;
  readonly controller: ChatController;
}

/** Keeps the chat in step with the window: settings, trust, folders, context keys, and turns that outlive their session. */
export function followWindow(disposables: DisposableStore, { store, turns, controller }: FollowedParts): void {
  const refresh = (): void => controller.publishStatus();
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(refresh));
  disposables.add(vscode.workspace.onDidChangeWorkspaceFolders(refresh));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('rejoin')) {
        refresh();
      }
    }),
  );
  disposables.add(
    controller.onDidChangeCurrent(() => {
      setContextKey('rejoin.hasSession', controller.currentSession !== null);
      setContextKey('rejoin.streaming', controller.isStreaming);
    }),
  );
  disposables.add(
    store.onDidChangeSessions(({ ids, kind, sessions }) => {
      // An answer to a session in the trash would only cost the person money.
      const gone =
        kind === 'deleted' ? ids : sessions.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id);
      for (const id of gone) {
        const turn = turns.viewOf(id);
        if (turn !== null) {
          void turns.stop(turn.turnId);
        }
      }
    }),
  );
  disposables.add(
    turns.onDidLoseTurn(({ error }) => {
      // There is nothing to save a reply in once its session was deleted for good.
      if (error.code === 'session/not-found') {
        return;
      }
      void vscode.window.showErrorMessage(
        vscode.l10n.t('The end of a reply could not be saved. {0}', textOfCode(error.code, error.args)),
      );
    }),
  );
}
