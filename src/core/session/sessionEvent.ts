import type { EventId, InvocationId, ModelRef, SessionId, TurnId } from './session';

/** How a piece of assistant text ended. Anything but `completed` is shown with what can be done about it. */
export type TextFinish = 'completed' | 'cancelled' | 'failed' | 'interrupted' | 'length';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type CompactionMethod = 'model' | 'simple';

/**
 * The log entries of a session, the only durable truth.
 * `providerState` is opaque to us: a provider's signatures and ids that it wants back with later requests.
 */
export type EventBody =
  | { readonly type: 'user_message'; readonly content: string; readonly context?: Json }
  | {
      readonly type: 'text';
      readonly content: string;
      readonly finish: TextFinish;
      readonly error?: TextError;
      readonly providerState?: Json;
    }
  | { readonly type: 'reasoning'; readonly content: string; readonly providerState?: Json }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly input: Json;
      readonly providerState?: Json;
    }
  | { readonly type: 'tool_result'; readonly toolUseId: string; readonly content: string; readonly isError: boolean }
  | {
      readonly type: 'out_of_band_output';
      readonly name: string;
      readonly command: string | null;
      readonly content: string;
    }
  | { readonly type: 'system_context'; readonly content: string }
  | {
      readonly type: 'skill_invocation';
      readonly name: string;
      readonly arguments: string | null;
      readonly content: string;
      readonly context?: Json;
    }
  | {
      readonly type: 'compaction';
      readonly summary: string;
      readonly fromSeq: number;
      readonly toSeq: number;
      readonly tokensBefore: number;
      readonly tokensAfter: number;
      readonly model?: string;
      /** Messages that the summary stands for. */
      readonly messages?: number;
      /** `simple`: cut from the messages themselves, because the model's summary failed or was of no use. */
      readonly method?: CompactionMethod;
    }
  | { readonly type: 'compaction_undone'; readonly compactionId: string }
  | { readonly type: 'model_changed'; readonly from: ModelRef | null; readonly to: ModelRef }
  | { readonly type: 'skill_changed'; readonly from: string | null; readonly to: string | null }
  | { readonly type: 'title_changed'; readonly from: string; readonly to: string };

export type EventType = EventBody['type'];
export type EventBodyOf<T extends EventType> = Extract<EventBody, { readonly type: T }>;

/** Why an answer failed: an error code with its arguments, kept so that a reload shows the same words. */
export interface TextError {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  /** The words for a person, added on the way to a view. Never stored. */
  readonly message?: string;
}

/** An event whose type this version does not know. Its data is kept byte for byte. */
export interface OpaqueBody {
  readonly type: 'opaque';
  readonly eventType: string;
  readonly data: string;
}

/** An event of a known type whose data cannot be read. Its data is kept byte for byte. */
export interface DamagedBody {
  readonly type: 'damaged';
  readonly eventType: string;
  readonly data: string;
  readonly reason: string;
}

export type StoredBody = EventBody | OpaqueBody | DamagedBody;

/** Token counts as the provider reported them. */
export interface TokenUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
  readonly cachedInputTokens?: number;
}

/** Where an event came from, stored in columns beside its body. */
export interface EventOrigin {
  readonly turnId?: TurnId;
  readonly provider?: string;
  readonly model?: string;
  /** Skill under which the answer was made. */
  readonly skill?: string;
  readonly usage?: TokenUsage;
  /** Milliseconds from the request to the end of the answer. */
  readonly durationMs?: number;
}

export interface NewEvent extends EventOrigin {
  /** Made by the caller, so that appending the same event again is a no-op. */
  readonly id: EventId;
  readonly body: EventBody;
}

export interface StoredEvent extends EventOrigin {
  readonly id: EventId;
  readonly sessionId: SessionId;
  /** Position in the session's log: unique, growing, the only order. */
  readonly seq: number;
  readonly parentId: EventId | null;
  readonly invocationId: InvocationId;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly body: StoredBody;
  /** What is stored of this event is not what was written: its bytes were changed on disk. */
  readonly altered?: true;
  /** Characters at the end of its text that were left out on the way to a view. Never stored. */
  readonly cut?: number;
}
