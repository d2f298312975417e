import * as vscode from 'vscode';
import { findAddressFault, isLoopback, type ProviderDefinition } from './providerDefinition';

export const demoProviderId = 'demo';

/**
 * The local demo model that a development window was started with, named by `REJOIN_DEMO_MODEL`.
 * An installed extension ignores the variable, and nobody can point it at another machine.
 */
export function demoProvider(
  environment: NodeJS.ProcessEnv,
  mode: vscode.ExtensionMode,
): ProviderDefinition | undefined {
  const baseUrl = environment['REJOIN_DEMO_MODEL'];
  const isUsable =
    mode !== vscode.ExtensionMode.Production &&
    baseUrl !== undefined &&
    findAddressFault(baseUrl) === undefined &&
    isLoopback(baseUrl);
  return isUsable
    ? {
        id: demoProviderId,
        kind: 'openai-compatible',
        label: vscode.l10n.t('Demo (local, no AI)'),
        baseUrl,
        models: ['demo'],
      }
    : undefined;
}
