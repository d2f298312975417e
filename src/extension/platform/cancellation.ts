import * as vscode from 'vscode';
import { toDisposable, type Disposable } from '../../core/base/disposable';

/** An AbortSignal that follows a cancellation token. Dispose it when the work is done. */
export function toAbortSignal(token: vscode.CancellationToken): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  if (token.isCancellationRequested) {
    controller.abort();
  }
  const subscription = token.onCancellationRequested(() => controller.abort());
  return {
    signal: controller.signal,
    dispose: () => {
      subscription.dispose();
    },
  };
}

/** A cancellation token source that follows an AbortSignal. Dispose it when the work is done. */
export function toCancellationSource(signal: AbortSignal): { readonly token: vscode.CancellationToken } & Disposable {
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
  if (signal.aborted) {
    cancel();
  }
  signal.addEventListener('abort', cancel, { once: true });
  const cleanUp = toDisposable(() => {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  });
  return { token: source.token, dispose: () => cleanUp.dispose() };
}
