import * as vscode from 'vscode';
import { toAbortSignal } from './cancellation';

/** Work that is done by then needs no words. */
const delayMs = 700;

/** Runs a task, and shows it with a way to cancel it once it takes long. Resolves and rejects as the task does. */
export async function withLateProgress<T>(title: string, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const work = task(controller.signal);
  const timer = setTimeout(() => {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, async (_, token) => {
      const abort = toAbortSignal(token);
      abort.signal.addEventListener('abort', () => controller.abort(), { once: true });
      await work.catch(() => undefined).finally(() => abort.dispose());
    });
  }, delayMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
