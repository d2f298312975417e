import type { Json, TokenUsage } from '../session/sessionEvent';
import type { ModelRef, SessionId } from '../session/session';
import type { UsageSnapshot } from '../session/sessionService';

export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the input. */
  readonly inputSchema: Json;
}

export type AssistantPart =
  | { readonly type: 'text'; readonly text: string; readonly providerState?: Json }
  | { readonly type: 'reasoning'; readonly text: string; readonly providerState?: Json }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly input: Json;
      readonly providerState?: Json;
    };

export interface ToolResultPart {
  readonly toolUseId: string;
  readonly name: string;
  readonly content: string;
  readonly isError: boolean;
}

/** Roles alternate as providers demand: the builder has merged neighbours of the same role. */
export type PromptMessage =
  | { readonly role: 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly parts: readonly AssistantPart[] }
  | { readonly role: 'tool'; readonly results: readonly ToolResultPart[] };

export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly PromptMessage[];
  readonly tools: readonly ToolDefinition[];
  /** Id that the provider or gateway gave this conversation earlier. */
  readonly serverSessionId?: string;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other';

export type ModelDelta =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  /** Opaque state that belongs to the text or reasoning streamed so far. */
  | { readonly type: 'part_state'; readonly part: 'text' | 'reasoning'; readonly providerState: Json }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly input: Json;
      readonly providerState?: Json;
    }
  | { readonly type: 'server_session'; readonly id: string }
  | { readonly type: 'usage_limits'; readonly snapshot: UsageSnapshot }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage: TokenUsage };

export interface ModelInfo {
  readonly id: string;
  readonly label: string;
  /** Tokens the model takes in; absent where nobody said. */
  readonly contextWindow?: number;
  readonly maxOutputTokens?: number;
  readonly supportsTools: boolean;
}

/** Port: one place that answers requests. */
export interface ModelProvider {
  readonly id: string;
  readonly label: string;
  /**
   * Streams one answer. Ends after a `finish` delta; ending without one means the connection broke off.
   * Rejects with a `model/*` AppError (`args.retryAfterMs` where the provider said when to come back, `args.status` for HTTP).
   * Aborting ends it promptly; nothing that arrives later is yielded.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelDelta>;
  /** Asks the provider for its models. Only ever called because a person asked for the list. */
  listModels(signal: AbortSignal): Promise<readonly ModelInfo[]>;
  /** Tokens of a text by the provider's own count. Absent where it cannot count. */
  countTokens?(model: string, text: string, signal: AbortSignal): Promise<number>;
}

export interface ResolvedModel {
  readonly ref: ModelRef;
  readonly provider: ModelProvider;
  readonly info: ModelInfo;
  /** Names the account in the usage cache; holds no key. */
  readonly accountKey: string;
}

/** Port: finds the model of a session. Rejects with `model/none`, `model/not-found`, `model/provider-not-found` or `model/key-missing`. */
export interface ModelResolver {
  /** The model of the session, or the default one for a session that has none yet. */
  resolve(ref: ModelRef | null, signal: AbortSignal, sessionId: SessionId): Promise<ResolvedModel>;
}
