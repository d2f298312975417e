import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { ModelRegistry } from './modelRegistry';
import type { ProviderDefinition } from './providerDefinition';
import { labelOf } from './providerPresets';
import type { ProviderSecrets } from './providerSecrets';
import type { ProviderSettings } from './providerSettings';
import { withoutIcons, withoutLinks } from '../sessions/sessionText';

export interface RemoveProviderDeps {
  readonly settings: ProviderSettings;
  readonly secrets: ProviderSecrets;
  readonly registry: ModelRegistry;
}

/**
 * Removes a provider from the settings and its keys from the secret storage, and offers to undo it.
 * Returns the entry that was removed, or undefined when the person cancelled. Sessions keep their model's name.
 * Rejects with `argument/invalid` or `model/provider-not-found`.
 */
export async function removeProvider(deps: RemoveProviderDeps, id?: unknown): Promise<ProviderDefinition | undefined> {
  if (id !== undefined && typeof id !== 'string') {
    throw new AppError('argument/invalid', { args: { name: 'id', reason: 'the id of a provider is expected' } });
  }
  const definition = id === undefined ? await pickProvider(deps.settings) : deps.registry.getDefinition(id);
  if (definition === undefined) {
    return undefined;
  }
  await deps.settings.remove(definition.id);
  const keys = await deps.secrets.deleteAll(definition.id);
  deps.registry.notifyKeysChanged();
  void offerUndo(deps, definition, keys);
  return definition;
}

async function pickProvider(settings: ProviderSettings): Promise<ProviderDefinition | undefined> {
  const items = settings.providers.map((definition) => ({
    label: withoutIcons(labelOf(definition)),
    description: definition.id,
    definition,
  }));
  const title = vscode.l10n.t('Remove Provider');
  const placeHolder =
    items.length === 0
      ? vscode.l10n.t('No provider is set up')
      : vscode.l10n.t('Which provider do you want to remove?');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.definition;
}

async function offerUndo(
  deps: RemoveProviderDeps,
  definition: ProviderDefinition,
  keys: ReadonlyMap<string, string>,
): Promise<void> {
  const undo = vscode.l10n.t('Undo');
  const text = vscode.l10n.t('Removed the provider “{0}” and its key.', withoutLinks(labelOf(definition)));
  if ((await vscode.window.showInformationMessage(text, undo)) !== undo) {
    return;
  }
  for (const [origin, key] of keys) {
    await deps.secrets.set({ providerId: definition.id, origin }, key);
  }
  await deps.settings.save(definition);
  deps.registry.notifyKeysChanged();
}
