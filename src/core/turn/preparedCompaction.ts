import type { EventId } from '../session/session';
import type { NewEvent } from '../session/sessionEvent';
import type { CompactionPlan } from './compactionPlan';
import type { PromptEntry } from './promptBranch';
import type { PreparedPrompt } from './promptSource';
import type { Summary } from './summarizer';

/** A summary that is made and not stored yet. */
export interface PreparedCompaction {
  /** Of the event that will be stored, so that storing it again is a no-op. */
  readonly id: EventId;
  readonly plan: CompactionPlan;
  readonly summary: Summary;
  /** Stored as soon as that can be, however full the prompt is: a person asked for it. */
  readonly requested: boolean;
}

/** True while the prompt begins with what was summarised, all of it older than the newest turn. */
export function rangeHolds(plan: CompactionPlan, { layout }: PreparedPrompt): boolean {
  const entries: PromptEntry[] = [];
  for (const turn of layout.turns.slice(0, -1)) {
    entries.push(...turn.entries);
    if (entries.length >= plan.entries.length) {
      break;
    }
  }
  return (
    entries.length === plan.entries.length &&
    entries.every((entry, index) => nameOf(entry) === nameOf(plan.entries[index]))
  );
}

/** What the summary stands for and what it saves, as it is stored and told. */
export function numbersOf(
  { plan, summary }: PreparedCompaction,
  { layout }: PreparedPrompt,
): { readonly messages: number; readonly tokensBefore: number; readonly tokensAfter: number } {
  const folded = plan.entries.reduce((sum, entry) => sum + (entry.kind === 'summary' ? (entry.messages ?? 0) : 0), 0);
  return {
    messages: folded + plan.messages,
    tokensBefore: Math.round(plan.tokens * layout.factor),
    tokensAfter: Math.round(summary.tokens * layout.factor),
  };
}

/** The event that puts the summary in force. */
export function toEvent(prepared: PreparedCompaction, prompt: PreparedPrompt): NewEvent {
  const { id, plan, summary } = prepared;
  return {
    id,
    body: {
      type: 'compaction',
      summary: summary.text,
      fromSeq: plan.fromSeq,
      toSeq: plan.toSeq,
      ...numbersOf(prepared, prompt),
      method: summary.method,
      ...(summary.method === 'model' ? { model: prompt.model.ref.model } : {}),
    },
  };
}

function nameOf(entry: PromptEntry | undefined): string | undefined {
  switch (entry?.kind) {
    case 'event':
      return entry.event.id;
    case 'summary':
      return entry.id;
    default:
      return undefined;
  }
}
