import * as vscode from 'vscode';
import type { Logger } from '../../core/base/ports';
import type { StoreHost } from './storeHost';

/** Looks for what other windows wrote whenever this window gets the focus. Opens nothing. */
export function refreshOnFocus(store: StoreHost, logger: Logger): vscode.Disposable {
  return vscode.window.onDidChangeWindowState(({ focused }) => {
    if (focused) {
      void store
        .openManager()
        .then((manager) => manager?.refresh())
        .catch((error: unknown) => logger.warn('Changes of other windows could not be read', error));
    }
  });
}
