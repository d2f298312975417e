/** What the next request would hold, in tokens as they are estimated for its model. */
export interface PromptMeasure {
  /** All that is sent. */
  readonly tokens: number;
  /** What may be sent at most; null where neither the model nor a setting says. */
  readonly maxTokens: number | null;
  readonly messages: number;
  /** `history.maxMessages`; null without. */
  readonly maxMessages: number | null;
  readonly parts: {
    /** Instructions and skill. */
    readonly system: number;
    readonly tools: number;
    readonly summaries: number;
    readonly attachments: number;
    readonly messages: number;
  };
  /** Tokens from which on older messages are summarised; null where nothing is by itself. */
  readonly compactsAt: number | null;
}
