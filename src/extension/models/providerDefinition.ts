import { isLoopbackAddress } from '../../node/models/providerAddress';
import { providerCatalog, type ProviderKind } from '../../node/models/providerCatalog';

export interface ConfiguredModel {
  readonly id: string;
  readonly label?: string;
  /** Tokens that the model takes in. */
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
}

/** An entry of `rejoin.providers` that holds what it must. Never a key. */
export interface ProviderDefinition {
  readonly id: string;
  readonly kind: ProviderKind;
  readonly label?: string;
  readonly baseUrl?: string;
  readonly models?: readonly (string | ConfiguredModel)[];
  readonly headers?: Readonly<Record<string, string>>;
}

export type ProviderProblemCode =
  | 'not-an-object'
  | 'id'
  | 'duplicate-id'
  | 'kind'
  | 'label'
  | 'address-missing'
  | 'address'
  | 'insecure-address'
  | 'models'
  | 'headers'
  | 'key-in-headers';

export interface ProviderProblem {
  /** Place in the list, from 0. */
  readonly index: number;
  /** The entry's id as far as it has one. */
  readonly id: string;
  readonly code: ProviderProblemCode;
  /** The value at fault, for the text. */
  readonly value: string;
}

export interface ParsedProviders {
  readonly providers: readonly ProviderDefinition[];
  readonly problems: readonly ProviderProblem[];
}

// Ids stand before the slash of "provider/model" and before the @ of a stored key.
const idPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const kindsWithOwnAddress: readonly ProviderKind[] = ['openai-compatible', 'azure'];
const keyHeaders = ['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'];

/** Reads the setting `rejoin.providers`. An entry with a fault is left out and reported; the others hold. */
export function parseProviders(raw: readonly unknown[]): ParsedProviders {
  const providers: ProviderDefinition[] = [];
  const problems: ProviderProblem[] = [];
  raw.forEach((entry, index) => {
    const fault = findFault(entry);
    const id = isRecord(entry) && typeof entry['id'] === 'string' ? entry['id'] : '';
    if (fault !== undefined) {
      problems.push({ index, id, ...fault });
    } else if (providers.some((provider) => provider.id === id)) {
      problems.push({ index, id, code: 'duplicate-id', value: id });
    } else {
      providers.push(toDefinition(entry as ProviderDefinition));
    }
  });
  return { providers, problems };
}

/** The models of an entry, each with its id. */
export function configuredModels(definition: ProviderDefinition): readonly ConfiguredModel[] {
  return (definition.models ?? []).map((model) => (typeof model === 'string' ? { id: model } : model));
}

/** True for kinds that every account or machine has its own address of. */
export function needsAddress(kind: ProviderKind): boolean {
  return kindsWithOwnAddress.includes(kind);
}

/** What is wrong with the address of a provider; undefined when it can be used. */
export function findAddressFault(address: string): 'address' | 'insecure-address' | undefined {
  const url = parseUrl(address);
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.hostname === '') {
    return 'address';
  }
  // A password in the address would be shown and stored in the open.
  if (url.username !== '' || url.password !== '') {
    return 'address';
  }
  return url.protocol === 'https:' || isLoopback(address) ? undefined : 'insecure-address';
}

/** True for an address of this machine, where nothing travels over a network. */
export function isLoopback(address: string): boolean {
  const url = parseUrl(address);
  return url !== undefined && isLoopbackAddress(url);
}

function findFault(entry: unknown): { readonly code: ProviderProblemCode; readonly value: string } | undefined {
  if (!isRecord(entry)) {
    return { code: 'not-an-object', value: shown(entry) };
  }
  const { id, kind, label, baseUrl, models, headers } = entry;
  if (typeof id !== 'string' || !idPattern.test(id)) {
    return { code: 'id', value: shown(id) };
  }
  if (!isKind(kind)) {
    return { code: 'kind', value: shown(kind) };
  }
  if (label !== undefined && typeof label !== 'string') {
    return { code: 'label', value: shown(label) };
  }
  const addressFault = findBaseUrlFault(kind, baseUrl);
  if (addressFault !== undefined) {
    return { code: addressFault, value: shown(baseUrl) };
  }
  if (models !== undefined && !(Array.isArray(models) && models.every(isModel))) {
    return { code: 'models', value: '' };
  }
  const headerFault = headers === undefined ? undefined : findHeaderFault(headers);
  return headerFault === undefined ? undefined : { code: headerFault, value: '' };
}

function findBaseUrlFault(kind: ProviderKind, baseUrl: unknown): ProviderProblemCode | undefined {
  if (baseUrl === undefined || baseUrl === '') {
    return needsAddress(kind) ? 'address-missing' : undefined;
  }
  return typeof baseUrl === 'string' ? findAddressFault(baseUrl) : 'address';
}

function findHeaderFault(headers: unknown): 'headers' | 'key-in-headers' | undefined {
  if (!isRecord(headers)) {
    return 'headers';
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || typeof value !== 'string' || /[\r\n\0]/.test(value)) {
      return 'headers';
    }
    if (keyHeaders.includes(name.toLowerCase())) {
      return 'key-in-headers';
    }
  }
  return undefined;
}

function isModel(model: unknown): boolean {
  if (typeof model === 'string') {
    return model.trim() !== '';
  }
  if (!isRecord(model) || typeof model['id'] !== 'string' || model['id'].trim() === '') {
    return false;
  }
  const { label, contextWindow, maxOutputTokens } = model;
  return (label === undefined || typeof label === 'string') && [contextWindow, maxOutputTokens].every(isTokenCount);
}

function isTokenCount(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isInteger(value) && value > 0);
}

function toDefinition(entry: ProviderDefinition): ProviderDefinition {
  const { id, kind, label, baseUrl, models, headers } = entry;
  return {
    id,
    kind,
    ...(label === undefined || label === '' ? {} : { label }),
    ...(baseUrl === undefined || baseUrl === '' ? {} : { baseUrl }),
    ...(models === undefined ? {} : { models }),
    ...(headers === undefined ? {} : { headers }),
  };
}

function isKind(value: unknown): value is ProviderKind {
  return providerCatalog.some((preset) => preset.kind === value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  return typeof value === 'string'
    ? value.slice(0, 100)
    : value === undefined
      ? ''
      : (JSON.stringify(value) ?? '').slice(0, 100);
}
