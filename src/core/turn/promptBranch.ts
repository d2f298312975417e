import {
  compactionsInForce,
  concernsCompaction,
  covers,
  isFoldedIn,
  lastUserMessage,
  type ActiveCompaction,
} from '../session/compactionsInForce';
import type { EventId } from '../session/session';
import type { StoredEvent } from '../session/sessionEvent';

/** An event that a model may see, the summary that stands for a range of them, or a remark of ours. */
export type PromptEntry =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  | PromptSummary
  | { readonly kind: 'remark'; readonly text: string };

export interface PromptSummary {
  readonly kind: 'summary';
  /** The compaction that it comes from. */
  readonly id: EventId;
  readonly text: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Messages that it stands for; null where that was not stored. */
  readonly messages: number | null;
}

/** The branch with every compaction in force applied: its summary stands where its range stood. */
export function applyCompactions(branch: readonly StoredEvent[]): readonly PromptEntry[] {
  const active = activeCompactions(branch);
  const compactions = active.filter((_, index) => !isFoldedIn(active, index));
  const placed = new Set<string>();
  const entries: PromptEntry[] = [];
  for (const event of branch) {
    const compaction = compactions.find(({ body }) => covers(body, event.seq));
    if (compaction === undefined) {
      entries.push({ kind: 'event', event });
    } else if (!placed.has(compaction.id)) {
      placed.add(compaction.id);
      entries.push(toSummary(compaction));
    }
  }
  return entries;
}

/** Compactions in force, oldest first; also those whose range lies in that of a later one. */
export function activeCompactions(branch: readonly StoredEvent[]): readonly ActiveCompaction[] {
  return compactionsInForce(branch, lastUserMessage(branch));
}

/** The last thing that was done about summaries is that one was undone: the person wants the originals sent. */
export function wantsOriginals(branch: readonly StoredEvent[]): boolean {
  const last = branch.findLast(concernsCompaction);
  return last?.body.type === 'compaction_undone';
}

function toSummary({ id, body }: ActiveCompaction): PromptSummary {
  const { summary, fromSeq, toSeq, messages = null } = body;
  return { kind: 'summary', id, text: summary, fromSeq, toSeq, messages };
}
