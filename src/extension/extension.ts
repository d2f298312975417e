import type * as vscode from 'vscode';
import type { RejoinApi } from './api';
import { createServices, type Services } from './services';

let services: Services | undefined;

/** Registers views and commands. Reads nothing from the disk and sends nothing: that starts with the first use. */
export function activate(context: vscode.ExtensionContext): RejoinApi {
  services = createServices(context);
  context.subscriptions.push(services);
  return services.api;
}

/** Best effort: what matters is on disk already when this runs, if it runs at all. */
export async function deactivate(): Promise<void> {
  await services?.close();
  services = undefined;
}
