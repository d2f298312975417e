import { AppError } from '../../core/base/errors';
import type { ModelDelta, ModelInfo, ModelProvider, ModelRequest } from '../../core/turn/modelProvider';
import { AiSdkDeltas } from './aiSdkDeltas';
import { fromErrorObject, toModelError, type ErrorContext } from './aiSdkErrors';
import { createAiSdkModel, isOwnAddress, providerOptions, type ModelAddress } from './aiSdkModels';
import { toAiSdkPrompt, toAiSdkTools } from './aiSdkPrompt';
import type { AiSdkStream } from './aiSdkTypes';
import { createGuardedFetch } from './guardedFetch';
import { fetchModelList, listsModels } from './modelList';
import { isLoopbackAddress, secureAddress } from './providerAddress';
import { defaultBaseUrl, type ProviderKind } from './providerCatalog';
import { serverSessionOf, sessionHeader, usageLimitsOf } from './responseHeaders';

interface ConfiguredModelOptions {
  readonly id: string;
  readonly label?: string;
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
}

export interface AiSdkProviderOptions {
  readonly id: string;
  readonly label: string;
  readonly kind: ProviderKind;
  /** The address of the kind's maker unless given. */
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly apiKey?: string;
  readonly models?: readonly ConfiguredModelOptions[];
  /** The platform's own, looked up with each request, unless given. */
  readonly fetch?: typeof fetch;
}

/** A provider that is reached over HTTP, through the AI SDK's package of its kind. */
export class AiSdkProvider implements ModelProvider {
  readonly id: string;
  readonly label: string;

  constructor(private readonly options: AiSdkProviderOptions) {
    this.id = options.id;
    this.label = options.label;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelDelta> {
    const context = this.errorContext();
    try {
      yield* this.streamUnguarded(request, signal);
    } catch (error) {
      throw signal.aborted ? new AppError('cancelled') : toModelError(error, context);
    }
  }

  async listModels(signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const address = this.address(createGuardedFetch({ provider: this.id, ...this.ownFetch() }));
    return listsModels(address)
      ? fetchModelList(address, this.errorContext(), signal)
      : (this.options.models ?? []).map(toInfo);
  }

  private async *streamUnguarded(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelDelta> {
    let onHeaders: (headers: Headers) => void = () => undefined;
    const headers = new Promise<Headers>((resolve) => (onHeaders = resolve));
    const address = this.address(
      createGuardedFetch({
        provider: this.id,
        ...this.ownFetch(),
        onResponse: (response) => onHeaders(response.headers),
        readErrorBody: (body) => fromErrorObject(body, this.errorContext()),
      }),
    );
    const started = this.open(address, request, signal);
    // Whoever stops reading at the headers never comes to hear of a failure that follows.
    started.catch(() => undefined);
    // Some packages hand the stream over with its first part only; the headers must not wait for that.
    const first = await Promise.race([headers, started.then(() => undefined)]);
    if (first !== undefined) {
      yield* headerDeltas(first, this.errorContext().secrets);
    }
    yield* this.readParts(await started, signal);
  }

  private async open(address: ModelAddress, request: ModelRequest, signal: AbortSignal): Promise<AiSdkStream> {
    const maxOutputTokens = this.options.models?.find((model) => model.id === request.model)?.maxOutputTokens;
    const options = providerOptions[address.kind];
    const { stream } = await createAiSdkModel(address, request.model).doStream({
      prompt: toAiSdkPrompt(request),
      abortSignal: signal,
      headers: this.sessionHeaders(address, request),
      ...(request.tools.length === 0 ? {} : { tools: toAiSdkTools(request.tools) }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(options === undefined || !isOwnAddress(address) ? {} : { providerOptions: options }),
    });
    return stream;
  }

  private async *readParts(stream: AiSdkStream, signal: AbortSignal): AsyncGenerator<ModelDelta> {
    const deltas = new AiSdkDeltas(this.id);
    const reader = stream.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) {
          return;
        }
        if (value.type === 'error') {
          throw this.streamError(value.error);
        }
        for (const delta of deltas.read(value)) {
          yield delta;
          if (delta.type === 'finish') {
            return;
          }
        }
      }
    } finally {
      // Closes the connection where the reader left early.
      reader.cancel().catch(() => undefined);
    }
  }

  /** Errors of the packages are real ones; an object is what the provider sent inside the stream. */
  private streamError(error: unknown): AppError {
    return error instanceof Error
      ? toModelError(error, this.errorContext())
      : fromErrorObject(error, this.errorContext());
  }

  private sessionHeaders(address: ModelAddress, { serverSessionId }: ModelRequest): Record<string, string> {
    return serverSessionId === undefined || isOwnAddress(address) ? {} : { [sessionHeader]: serverSessionId };
  }

  private address(guardedFetch: typeof fetch): ModelAddress {
    const { id, kind, headers = {}, apiKey = '' } = this.options;
    const baseUrl = this.baseUrl();
    const url = secureAddress(baseUrl, id);
    if (apiKey === '' && kind !== 'openai-compatible' && !isLoopbackAddress(url)) {
      throw new AppError('model/key-missing', { args: { provider: id, label: this.label } });
    }
    return { id, kind, baseUrl, headers, apiKey, fetch: guardedFetch };
  }

  private baseUrl(): string {
    const baseUrl = this.options.baseUrl ?? defaultBaseUrl(this.options.kind);
    if (baseUrl === undefined) {
      throw new AppError('provider/invalid', { args: { provider: this.id, detail: 'The address is missing.' } });
    }
    return baseUrl.replace(/\/+$/, '');
  }

  private errorContext(): ErrorContext {
    return {
      provider: this.id,
      host: hostOf(this.options.baseUrl ?? defaultBaseUrl(this.options.kind) ?? ''),
      secrets: [this.options.apiKey ?? '', ...Object.values(this.options.headers ?? {})],
      now: Date.now(),
    };
  }

  private ownFetch(): { fetch?: typeof fetch } {
    return this.options.fetch === undefined ? {} : { fetch: this.options.fetch };
  }
}

function* headerDeltas(headers: Headers, secrets: readonly string[]): Generator<ModelDelta> {
  const id = serverSessionOf(headers);
  // It is stored, and a key is not to be.
  if (id !== undefined && !secrets.some((secret) => secret !== '' && id.includes(secret))) {
    yield { type: 'server_session', id };
  }
  const snapshot = usageLimitsOf(headers, Date.now());
  if (snapshot !== undefined) {
    yield { type: 'usage_limits', snapshot };
  }
}

function toInfo(model: ConfiguredModelOptions): ModelInfo {
  return { label: model.id, ...model, supportsTools: true };
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return '';
  }
}
