import { defaultBaseUrl, providerCatalog } from '../../node/models/providerCatalog';
import { isLoopback, type ProviderDefinition } from './providerDefinition';

/** Name of a provider for people. */
export function labelOf(definition: ProviderDefinition): string {
  // Several presets share the open dialect, so that one gives no name.
  const preset =
    definition.kind === 'openai-compatible' ? undefined : providerCatalog.find(({ kind }) => kind === definition.kind);
  return definition.label ?? preset?.label ?? definition.id;
}

/** Where requests go, as scheme, host and port. A key is bound to it. */
export function originOf(definition: ProviderDefinition): string {
  const address = definition.baseUrl ?? defaultBaseUrl(definition.kind);
  return address === undefined ? `${definition.kind}:` : new URL(address).origin;
}

/** Names the account whose limits a provider reports; holds no key. */
export function accountKeyOf(definition: ProviderDefinition): string {
  return `${definition.id}@${originOf(definition)}`;
}

/** Servers on this machine take requests without a key. */
export function needsKey(definition: ProviderDefinition): boolean {
  return definition.baseUrl === undefined || !isLoopback(definition.baseUrl);
}
