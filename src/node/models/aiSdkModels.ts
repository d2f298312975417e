import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createAzure } from '@ai-sdk/azure';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createXai } from '@ai-sdk/xai';
import type { AiSdkMetadata, AiSdkModel } from './aiSdkTypes';
import { defaultBaseUrl, type ProviderKind } from './providerCatalog';

export interface ModelAddress {
  readonly id: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where a server on this machine takes requests without one. */
  readonly apiKey: string;
  readonly fetch: typeof fetch;
}

/** Options that go with every request of a kind: what is sent shall not be kept by the provider for later retrieval. */
export const providerOptions: Readonly<Partial<Record<ProviderKind, AiSdkMetadata>>> = {
  openai: { openai: { store: false } },
  xai: { xai: { store: false } },
};

/**
 * A model of a provider package. Address and key are always given explicitly: left out, the packages would take them
 * from environment variables, and a key could go to an address that nobody chose.
 */
export function createAiSdkModel(address: ModelAddress, modelId: string): AiSdkModel {
  const { id, kind, baseUrl: baseURL, fetch } = address;
  const headers = { ...address.headers };
  const apiKey = address.apiKey === '' ? 'none' : address.apiKey;
  switch (kind) {
    case 'openai': {
      const openai = createOpenAI({ baseURL, apiKey, headers, fetch });
      // Only OpenAI itself is sure to have the newer API.
      return isOwnAddress(address) ? openai.responses(modelId) : openai.chat(modelId);
    }
    case 'anthropic':
      return createAnthropic({ baseURL, apiKey, headers, fetch })(modelId);
    case 'google':
      return createGoogle({ baseURL, apiKey, headers, fetch })(modelId);
    case 'azure':
      return createAzure({ baseURL, apiKey, headers, fetch }).chat(modelId);
    case 'xai':
      return createXai({ baseURL, apiKey, headers, fetch })(modelId);
    case 'amazon-bedrock':
      return createAmazonBedrock({ baseURL, apiKey, headers, fetch })(modelId);
    case 'openai-compatible':
      return createOpenAICompatible({
        name: id,
        baseURL,
        headers,
        fetch,
        includeUsage: true,
        ...(address.apiKey === '' ? {} : { apiKey }),
      })(modelId);
  }
}

/** True for the address that the maker of the kind runs. */
export function isOwnAddress({ kind, baseUrl }: Pick<ModelAddress, 'kind' | 'baseUrl'>): boolean {
  const own = defaultBaseUrl(kind);
  return own !== undefined && new URL(own).origin === new URL(baseUrl).origin;
}
