/** Dialects that can be spoken. */
export type ProviderKind = 'openai' | 'anthropic' | 'google' | 'azure' | 'xai' | 'amazon-bedrock' | 'openai-compatible';

/** A provider that people can choose when they add one. Plain data, so that choosing loads no provider package. */
export interface ProviderPreset {
  readonly id: string;
  readonly label: string;
  readonly kind: ProviderKind;
  /** Address to start with; absent where everybody has an own one. */
  readonly baseUrl?: string;
  /** Shape of an own address, to show in an empty field. */
  readonly addressExample?: string;
  readonly needsKey: boolean;
  /** Where its key comes from or what has to run, in a few words. */
  readonly hint: string;
  /** Page that explains it. */
  readonly docsUrl?: string;
  /** Where the models are listed, when that is not `/models` below the address. */
  readonly modelsPath?: string;
}

export const providerCatalog: readonly ProviderPreset[] = [
  {
    id: 'ollama',
    label: 'Ollama',
    kind: 'openai-compatible',
    baseUrl: 'http://localhost:11434/v1',
    needsKey: false,
    hint: 'Models on this computer; Ollama must be running',
    docsUrl: 'https://docs.ollama.com/openai',
  },
  {
    id: 'lmstudio',
    label: 'LM Studio',
    kind: 'openai-compatible',
    baseUrl: 'http://localhost:1234/v1',
    needsKey: false,
    hint: 'Models on this computer; start the server in LM Studio',
    docsUrl: 'https://lmstudio.ai/docs/app/api',
  },
  {
    id: 'openai',
    label: 'OpenAI',
    kind: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    needsKey: true,
    hint: 'Key from platform.openai.com',
    docsUrl: 'https://platform.openai.com/api-keys',
  },
  {
    id: 'anthropic',
    label: 'Anthropic',
    kind: 'anthropic',
    baseUrl: 'https://api.anthropic.com/v1',
    needsKey: true,
    hint: 'Key from console.anthropic.com',
    docsUrl: 'https://console.anthropic.com/settings/keys',
  },
  {
    id: 'google',
    label: 'Google Gemini',
    kind: 'google',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    needsKey: true,
    hint: 'Key from Google AI Studio',
    docsUrl: 'https://aistudio.google.com/apikey',
  },
  {
    id: 'openrouter',
    label: 'OpenRouter',
    kind: 'openai-compatible',
    baseUrl: 'https://openrouter.ai/api/v1',
    needsKey: true,
    hint: 'Key from openrouter.ai',
    docsUrl: 'https://openrouter.ai/keys',
  },
  {
    id: 'github-models',
    label: 'GitHub Models',
    kind: 'openai-compatible',
    baseUrl: 'https://models.github.ai/inference',
    needsKey: true,
    hint: 'GitHub token that may read models',
    docsUrl: 'https://docs.github.com/github-models',
    modelsPath: '/catalog/models',
  },
  {
    id: 'azure',
    label: 'Azure OpenAI',
    kind: 'azure',
    addressExample: 'https://my-resource.openai.azure.com/openai',
    needsKey: true,
    hint: 'Key of your resource; models are its deployments',
    docsUrl: 'https://learn.microsoft.com/azure/ai-services/openai/',
  },
  {
    id: 'xai',
    label: 'xAI',
    kind: 'xai',
    baseUrl: 'https://api.x.ai/v1',
    needsKey: true,
    hint: 'Key from console.x.ai',
    docsUrl: 'https://console.x.ai',
  },
  {
    id: 'amazon-bedrock',
    label: 'Amazon Bedrock',
    kind: 'amazon-bedrock',
    baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
    addressExample: 'https://bedrock-runtime.eu-central-1.amazonaws.com',
    needsKey: true,
    hint: 'Bedrock API key; the address names the region',
    docsUrl: 'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
  },
  {
    id: 'custom',
    label: 'OpenAI-compatible endpoint',
    kind: 'openai-compatible',
    addressExample: 'https://llm.example.com/v1',
    needsKey: true,
    hint: 'Any server that speaks the OpenAI protocol: vLLM, llama.cpp, LiteLLM …',
  },
];

/** The address of a kind that has one of its own; undefined for kinds where everybody has another. */
export function defaultBaseUrl(kind: ProviderKind): string | undefined {
  return kind === 'openai-compatible' ? undefined : providerCatalog.find((preset) => preset.kind === kind)?.baseUrl;
}
