import * as vscode from 'vscode';
import type { DisposableStore } from '../../core/base/disposable';
import type { Session, SessionId } from '../../core/session/session';
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
  disposables.add(store.onDidAskToStop(({ turnId }) => void turns.stop(turnId)));
  disposables.add(
    store.onDidChangeSessions(({ ids, kind, sessions }) => {
      if (kind === 'reset') {
        // A store that cannot be read has told so itself, and the next change asks again.
        stopWhereGone(store, turns).catch(() => undefined);
      } else {
        stopTurnsOf(turns, kind === 'deleted' ? ids : sessions.filter(isInTrash).map(({ id }) => id));
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

const isInTrash = ({ deletedAt }: Session): boolean => deletedAt !== null;

/** An answer in a session that is in the trash or gone would only cost the person money. */
function stopTurnsOf(turns: TurnRunner, ids: readonly SessionId[]): void {
  for (const id of ids) {
    const turn = turns.viewOf(id);
    if (turn !== null) {
      void turns.stop(turn.turnId);
    }
  }
}

/** Another window may have deleted what this one answers, shown or not. */
async function stopWhereGone(store: StoreHost, turns: TurnRunner): Promise<void> {
  const manager = await store.openManager();
  for (const id of turns.running) {
    const session = await manager?.getSession(id);
    // A session without a row may be about to get it with its first message.
    const isGone = session === undefined ? turns.viewOf(id)?.phase !== 'preparing' : isInTrash(session);
    if (isGone) {
      stopTurnsOf(turns, [id]);
    }
  }
}
