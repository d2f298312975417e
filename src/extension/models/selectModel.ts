import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import type { ModelRef } from '../../core/session/session';
import { pickModel, type ModelPickerDeps } from './modelPicker';
import { parseModelRef, vendorOf } from './modelRefText';
import { labelOf, originOf } from './providerPresets';
import type { ProviderSecrets } from './providerSecrets';

export interface SelectModelDeps extends ModelPickerDeps {
  readonly secrets: ProviderSecrets;
  /** Makes the model answer in the session shown. */
  setModel(ref: ModelRef): Promise<void>;
  /** Runs the dialogue that sets up a provider. */
  addProvider(): Promise<unknown>;
}

/**
 * Chooses the model of the session shown, and of new sessions after it. Takes `provider/model` or `{provider, model}`
 * and then asks nothing. Returns the choice, or undefined when the person cancelled.
 * Rejects with `argument/invalid`, `model/not-found` or `model/provider-not-found`.
 */
export async function selectModel(deps: SelectModelDeps, argument?: unknown): Promise<ModelRef | undefined> {
  const ref = argument === undefined ? await askForModel(deps) : readModelRef(argument);
  if (ref === undefined) {
    return undefined;
  }
  // Rejects for a model that is not there, before anything is changed.
  await deps.registry.describe(ref);
  await deps.setModel(ref);
  await deps.registry.remember(ref);
  return ref;
}

async function askForModel(deps: SelectModelDeps): Promise<ModelRef | undefined> {
  for (;;) {
    const choice = await pickModel(deps);
    if (choice === undefined) {
      return undefined;
    }
    if (choice !== 'add-provider') {
      return (await ensureKey(deps, choice.provider)) ? choice : undefined;
    }
    if ((await deps.addProvider()) === undefined) {
      return undefined;
    }
  }
}

/** Asks for the key of a provider that has none. False when the person cancelled. */
export async function ensureKey(
  deps: Pick<SelectModelDeps, 'registry' | 'secrets'>,
  providerId: string,
): Promise<boolean> {
  if (vendorOf(providerId) !== undefined) {
    return true;
  }
  const definition = deps.registry.getDefinition(providerId);
  if (await deps.registry.isKeyPresent(definition)) {
    return true;
  }
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t('API Key for {0}', labelOf(definition)),
    prompt: vscode.l10n.t(
      'API key for {0}. It is kept in the secret storage of VS Code and sent to this address only.',
      originOf(definition),
    ),
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === '' ? vscode.l10n.t('Enter the key.') : undefined),
  });
  if (key === undefined) {
    return false;
  }
  await deps.secrets.set({ providerId, origin: originOf(definition) }, key.trim());
  deps.registry.notifyKeysChanged();
  return true;
}

function readModelRef(argument: unknown): ModelRef {
  const ref = typeof argument === 'string' ? parseModelRef(argument) : modelRefOf(argument);
  if (ref === undefined) {
    throw new AppError('argument/invalid', {
      args: { name: 'model', reason: '"provider/model" or { provider, model } is expected' },
    });
  }
  return ref;
}

function modelRefOf(value: unknown): ModelRef | undefined {
  if (typeof value !== 'object' || value === null || !('provider' in value) || !('model' in value)) {
    return undefined;
  }
  const { provider, model } = value;
  return typeof provider === 'string' && provider !== '' && typeof model === 'string' && model !== ''
    ? { provider, model }
    : undefined;
}
