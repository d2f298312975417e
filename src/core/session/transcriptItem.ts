import type { SentContext } from './contextItem';
import type { EventId, ModelRef, TurnId, TurnStatus } from './session';
import type { CompactionMethod, Json, TextError, TextFinish, TokenUsage } from './sessionEvent';

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
  | UnreadablePart
  | NotePart;

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

/** Said behind an entry that is not all, or not what, was written. */
export type NotePart =
  | { readonly kind: 'altered'; readonly key: string; readonly eventId: EventId }
  /** So many characters of it are not here. */
  | { readonly kind: 'cut'; readonly key: string; readonly eventId: EventId; readonly characters: number };

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
  /** Skill under which it was made. */
  readonly skill: string | null;
  readonly usage: TokenUsage | null;
  readonly durationMs: number | null;
}

/** What a person sent: a message, or a skill with what was typed behind its name. */
export interface UserItem {
  readonly kind: 'user';
  readonly key: string;
  readonly eventId: EventId;
  readonly createdAt: number;
  readonly text: string;
  /** The skill that was called, with the text that it came to; null for a message. */
  readonly skill: { readonly name: string; readonly content: string } | null;
  /** What went to the model with it. */
  readonly attachments: readonly SentContext[];
}

/**
 * Stands behind the messages that a summary replaces in what is sent. They are items like all others: whether they
 * are shown is the view's to decide. One that was undone, or that would hide the newest message, leaves no item.
 */
export interface CompactionItem {
  readonly kind: 'compaction';
  readonly key: string;
  readonly eventId: EventId;
  /** First and last `seq` of the range. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Where the compaction itself stands in the log: behind the range. */
  readonly loggedSeq: number;
  readonly summary: string;
  /** Messages in the range; null where that was not stored. */
  readonly messages: number | null;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly method: CompactionMethod;
  /** A later summary has taken this one in. */
  readonly folded: boolean;
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
  | { readonly kind: 'skill-changed'; readonly key: string; readonly to: string | null }
  /** The message after it is of another day than the one before. */
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** Nothing happened for so many milliseconds. */
  | { readonly kind: 'gap'; readonly key: string; readonly ms: number }
  /** The turn broke off before anything of its answer was kept. */
  | { readonly kind: 'unanswered'; readonly key: string; readonly status: TurnStatus };

export type TranscriptContent =
  UserItem | AssistantItem | SystemItem | LineItem | UnreadablePart | NotePart | CompactionItem;

/**
 * `seq` is that of the event at which the item begins, for a compaction the one at which its range ends: it never
 * changes, whatever comes before or after.
 */
export type TranscriptItem = TranscriptContent & { readonly seq: number };
