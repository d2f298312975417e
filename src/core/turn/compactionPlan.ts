import type { EventId } from '../session/session';
import type { CompactionSettings } from './compactionSettings';
import type { ModelInfo } from './modelProvider';
import type { PromptEntry } from './promptBranch';
import type { PromptBudget, PromptTurn } from './promptLimits';
import type { HistoryLimits } from './requestContext';
import { firstSeq } from './promptTail';

/** After an undo nothing is summarised again by itself below this part of the limit. */
const thresholdAfterUndo = 0.95;

interface CompactionCircumstances {
  readonly info: Pick<ModelInfo, 'contextWindow'>;
  readonly limits: HistoryLimits;
  /** Tokens of system text and tools. */
  readonly fixed: number;
  readonly budget: Pick<PromptBudget, 'tokens'>;
  readonly wantsOriginals: boolean;
}

/** How full a prompt is; null where nothing limits it. Tokens corrected for the model. */
export interface PromptFill {
  readonly tokens: number;
  readonly messages: number;
  readonly compactsAt: number | null;
  readonly maxMessages: number | null;
  readonly wantsOriginals: boolean;
}

/** A range of the oldest messages to be summarised. */
export interface CompactionPlan {
  /** What the summary will stand for: earlier summaries and whole turns. */
  readonly entries: readonly PromptEntry[];
  /** Messages that were not part of a summary yet. */
  readonly messages: number;
  readonly keptMessages: number;
  /** Estimated tokens of the entries, not corrected for the model. */
  readonly tokens: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly toEventId: EventId;
}

/** How much a plan takes. */
export interface PlanRequest {
  /** Messages to take, as far as whole turns allow. */
  readonly target: number;
  /** Newest messages that stay. */
  readonly preserve: number;
  /** Takes more turns until this holds for what stays; tokens not corrected. */
  readonly isEnough?: (keptTokens: number, keptMessages: number) => boolean;
}

/** Tokens from which on older messages are summarised by themselves; null where no limit is known, or it is off. */
export function compactionPoint(
  { info, limits, fixed, budget, wantsOriginals }: CompactionCircumstances,
  settings: CompactionSettings,
): number | null {
  const threshold = thresholdOf(settings, wantsOriginals);
  const window = (info.contextWindow ?? Number.POSITIVE_INFINITY) * threshold;
  const setting = limits.maxTokens > 0 ? fixed + limits.maxTokens * threshold : Number.POSITIVE_INFINITY;
  // Beyond the budget messages would be left out, and nothing would tell the model of them.
  const point = Math.floor(Math.min(window, setting, budget.tokens));
  return settings.enabled && Number.isFinite(point) ? point : null;
}

/** True when the prompt has come to `share` of where messages are summarised by themselves. */
export function isDue(fill: PromptFill, settings: CompactionSettings, share = 1): boolean {
  const { tokens, messages, compactsAt, maxMessages, wantsOriginals } = fill;
  if (!settings.enabled) {
    return false;
  }
  const messagesAt =
    maxMessages === null ? Number.POSITIVE_INFINITY : Math.floor(maxMessages * thresholdOf(settings, wantsOriginals));
  return (compactsAt !== null && tokens >= share * compactsAt) || messages >= share * Math.max(1, messagesAt);
}

/** How many of so many messages go into a summary: the oldest part, so that the newest stay. */
export function targetOf(messages: number, { compactRatio, preserveRecent }: CompactionSettings): number {
  return Math.max(0, Math.min(Math.floor(messages * compactRatio), messages - preserveRecent));
}

/**
 * The oldest turns that a summary may take, at least one; undefined where none may go. Only whole turns go, so that no
 * question loses its answer and no call its result, and never the newest one. Earlier summaries are folded in.
 */
export function planCompaction(turns: readonly PromptTurn[], request: PlanRequest): CompactionPlan | undefined {
  const total = sum(turns, ({ messages }) => messages);
  let taken = 0;
  let messages = 0;
  let kept = sum(turns, ({ tokens }) => tokens);
  for (const turn of turns.slice(0, -1)) {
    const next = messages + turn.messages;
    const wanted = next <= request.target || messages === 0 || request.isEnough?.(kept, total - messages) === false;
    if (!wanted || total - next < request.preserve) {
      break;
    }
    taken++;
    messages = next;
    kept -= turn.tokens;
  }
  return messages === 0 ? undefined : toPlan(turns.slice(0, taken), messages, total);
}

function toPlan(turns: readonly PromptTurn[], messages: number, total: number): CompactionPlan | undefined {
  const entries = turns.flatMap((turn) => turn.entries);
  const [first] = entries;
  const last = entries.findLast((entry) => entry.kind === 'event');
  return last?.kind !== 'event'
    ? undefined
    : {
        entries,
        messages,
        keptMessages: total - messages,
        tokens: sum(turns, ({ tokens }) => tokens),
        fromSeq: first?.kind === 'summary' ? Math.min(first.fromSeq, last.event.seq) : firstSeq,
        toSeq: last.event.seq,
        toEventId: last.event.id,
      };
}

function thresholdOf({ triggerThreshold }: CompactionSettings, wantsOriginals: boolean): number {
  return wantsOriginals ? Math.max(triggerThreshold, thresholdAfterUndo) : triggerThreshold;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
