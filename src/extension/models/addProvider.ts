import { AppError } from '../../core/base/errors';
import { AddProviderDialogue, type AddProviderDialogueDeps } from './addProviderDialogue';
import type { ProviderDefinition } from './providerDefinition';
import { readDraft } from './providerDraft';
import { originOf } from './providerPresets';
import { assertValid } from './providerSettings';

export type AddProviderDeps = AddProviderDialogueDeps;

/**
 * Sets up a provider: an entry in the person's settings and its key in the secret storage. Takes a whole entry and a
 * key and then asks nothing; else it asks for what is missing. An entry of the same id is replaced.
 * Returns the stored entry, or undefined when the person cancelled.
 * Rejects with `argument/invalid`, `provider/invalid` or `provider/insecure-address`.
 */
export async function addProvider(
  deps: AddProviderDeps,
  definition?: unknown,
  apiKey?: unknown,
): Promise<ProviderDefinition | undefined> {
  if (apiKey !== undefined && apiKey !== null && typeof apiKey !== 'string') {
    throw new AppError('argument/invalid', { args: { name: 'apiKey', reason: 'a text is expected' } });
  }
  const result = await new AddProviderDialogue(deps, readDraft(definition), apiKey ?? undefined).run();
  if (result === undefined) {
    return undefined;
  }
  assertValid(result.definition);
  if (result.apiKey !== undefined && result.apiKey !== '') {
    await deps.secrets.set({ providerId: result.definition.id, origin: originOf(result.definition) }, result.apiKey);
  }
  await deps.settings.save(result.definition);
  deps.registry.notifyKeysChanged();
  return result.definition;
}
