import type { EventId } from '../session/session';
import type { TextError } from '../session/sessionEvent';

export type CompactionStage = 'starting' | 'summarizing' | 'completed' | 'failed';

/** How far a compaction has come, for views; never stored. */
export interface CompactionProgress {
  readonly stage: CompactionStage;
  /** Messages that are being summarised. */
  readonly messages: number;
  /** Tokens of these messages, and (once completed) of the summary that stands for them. */
  readonly tokensBefore: number;
  readonly tokensAfter: number | null;
  /** A message waits for it, because it would not fit otherwise. */
  readonly waiting: boolean;
  /** Why the model's summary could not be used; also with `completed`, when the simple one was. */
  readonly error: TextError | null;
}

/** What a compaction would do now. */
export interface CompactionPreview {
  readonly messages: number;
  readonly keptMessages: number;
  /** Tokens of the messages that would be summarised. */
  readonly tokens: number;
  /** Last event of the range. */
  readonly toEventId: EventId;
}
