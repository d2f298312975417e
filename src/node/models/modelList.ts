import { AppError } from '../../core/base/errors';
import type { ModelInfo } from '../../core/turn/modelProvider';
import type { ModelAddress } from './aiSdkModels';
import { toModelError, type ErrorContext } from './aiSdkErrors';
import { providerCatalog } from './providerCatalog';

type Entry = Readonly<Record<string, unknown>>;

/** Kinds whose models stand in the settings, because the service lists what could be set up and not what is. */
export function listsModels(address: ModelAddress): boolean {
  return address.kind !== 'azure' && address.kind !== 'amazon-bedrock';
}

/** Asks the provider for its models. Rejects with a `model/*` error, or with the platform's when aborted. */
export async function fetchModelList(
  address: ModelAddress,
  context: ErrorContext,
  signal: AbortSignal,
): Promise<readonly ModelInfo[]> {
  try {
    const response = await address.fetch(listUrl(address), { headers: requestHeaders(address), signal });
    const body = await response.text();
    if (!response.ok) {
      throw Object.assign(new Error(messageOf(body) ?? response.statusText), {
        statusCode: response.status,
        responseHeaders: Object.fromEntries(response.headers),
        responseBody: body,
      });
    }
    return entriesOf(JSON.parse(body)).flatMap(toInfo);
  } catch (error) {
    if (signal.aborted) {
      throw new AppError('cancelled');
    }
    throw toModelError(error, context);
  }
}

function listUrl({ kind, baseUrl }: ModelAddress): string {
  const base = baseUrl.replace(/\/+$/, '');
  const preset = providerCatalog.find((entry) => entry.modelsPath !== undefined && entry.baseUrl === base);
  if (preset?.modelsPath !== undefined) {
    return new URL(preset.modelsPath, base).href;
  }
  const query = kind === 'anthropic' ? '?limit=1000' : kind === 'google' ? '?pageSize=1000' : '';
  return `${base}/models${query}`;
}

function requestHeaders({ kind, apiKey, headers }: ModelAddress): Record<string, string> {
  const key: Record<string, string> =
    apiKey === ''
      ? {}
      : kind === 'anthropic'
        ? { 'x-api-key': apiKey }
        : kind === 'google'
          ? { 'x-goog-api-key': apiKey }
          : { authorization: `Bearer ${apiKey}` };
  return {
    accept: 'application/json',
    ...(kind === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}),
    ...key,
    ...headers,
  };
}

/** Every list is an array, bare or under one of two names. */
function entriesOf(body: unknown): readonly Entry[] {
  const list = Array.isArray(body) ? body : isEntry(body) ? (body['data'] ?? body['models']) : undefined;
  if (!Array.isArray(list)) {
    throw new AppError('model/malformed', { args: { detail: 'The list of models cannot be read.' } });
  }
  return (list as readonly unknown[]).filter(isEntry);
}

function toInfo(entry: Entry): readonly ModelInfo[] {
  const methods = entry['supportedGenerationMethods'];
  if (Array.isArray(methods) && !methods.includes('generateContent')) {
    return [];
  }
  const id = firstText(entry, 'id', 'name')?.replace(/^models\//, '');
  if (id === undefined) {
    return [];
  }
  const limits = isEntry(entry['limits']) ? entry['limits'] : {};
  const contextWindow = firstCount(
    { ...limits, ...entry },
    ...[
      'context_length',
      'context_window',
      'max_context_length',
      'max_model_len',
      'inputTokenLimit',
      'max_input_tokens',
    ],
  );
  const maxOutputTokens = firstCount(
    { ...limits, ...entry },
    'outputTokenLimit',
    'max_output_tokens',
    'max_completion_tokens',
  );
  return [
    {
      id,
      label: firstText(entry, 'display_name', 'displayName', 'name')?.replace(/^models\//, '') ?? id,
      ...(contextWindow === undefined ? {} : { contextWindow }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      supportsTools: true,
    },
  ];
}

function messageOf(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const error = isEntry(parsed) ? parsed['error'] : undefined;
    return isEntry(error) ? firstText(error, 'message') : typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

function firstText(entry: Entry, ...names: readonly string[]): string | undefined {
  return names.map((name) => entry[name]).find((value): value is string => typeof value === 'string' && value !== '');
}

function firstCount(entry: Entry, ...names: readonly string[]): number | undefined {
  return names.map((name) => entry[name]).find((value): value is number => typeof value === 'number' && value > 0);
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
