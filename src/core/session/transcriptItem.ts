import type { EventId, ModelRef, TurnId, TurnStatus } from './session';
import type { Json, TextError, TextFinish, TokenUsage } from './sessionEvent';

/** A piece of what a model did in one turn, in the order in which it happened. */
export type AssistantPart =
  | {
      readonly kind: 'text';
      readonly key: string;
      readonly eventId: EventId;
      readonly text: string;
      readonly finish: TextFinish;
      readonly error: TextError | null;
    }
  | { readonly kind: 'reasoning'; readonly key: string; readonly eventId: EventId; readonly text: string }
  | ToolPart
  | UnreadablePart;

export interface ToolPart {
  readonly kind: 'tool';
  readonly key: string;
  readonly eventId: EventId;
  readonly callId: string;
  readonly name: string;
  readonly input: Json;
  /** Null while there is none: the tool still runs, or the turn ended first. */
  readonly result: { readonly content: string; readonly isError: boolean } | null;
}

/** An entry that this version cannot read: of an unknown type (`reason` null) or damaged. */
export interface UnreadablePart {
  readonly kind: 'unreadable';
  readonly key: string;
  readonly eventId: EventId;
  readonly eventType: string;
  readonly reason: string | null;
}

/** All that one turn answered without anything else in between. */
export interface AssistantItem {
  readonly kind: 'assistant';
  readonly key: string;
  readonly turnId: TurnId | null;
  /** Unix ms of the first part. */
  readonly createdAt: number;
  readonly eventIds: readonly EventId[];
  readonly parts: readonly AssistantPart[];
  readonly model: ModelRef | null;
  /** The model is not the one of the answer before. */
  readonly modelDiffers: boolean;
  readonly usage: TokenUsage | null;
  readonly durationMs: number | null;
}

export interface UserItem {
  readonly kind: 'user';
  readonly key: string;
  readonly eventId: EventId;
  readonly createdAt: number;
  readonly text: string;
}

export interface SystemItem {
  readonly kind: 'system';
  readonly key: string;
  readonly eventId: EventId;
  readonly createdAt: number;
  readonly name: string;
  readonly command: string | null;
  readonly content: string;
}

/** A thin line about the conversation itself. */
export type LineItem =
  | { readonly kind: 'model-changed'; readonly key: string; readonly to: ModelRef }
  | { readonly kind: 'title-changed'; readonly key: string; readonly to: string }
  | { readonly kind: 'skill'; readonly key: string; readonly name: string }
  /** The message after it is of another day than the one before. */
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** Nothing happened for so many milliseconds. */
  | { readonly kind: 'gap'; readonly key: string; readonly ms: number }
  /** The turn broke off before anything of its answer was kept. */
  | { readonly kind: 'unanswered'; readonly key: string; readonly status: TurnStatus };

export type TranscriptContent = UserItem | AssistantItem | SystemItem | LineItem | UnreadablePart;

/** `seq` is that of the event at which the item begins: it never changes, whatever comes before or after. */
export type TranscriptItem = TranscriptContent & { readonly seq: number };
