import {
  compactionsInForce,
  concernsCompaction,
  firstIndex,
  foldedCompactions,
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
  const standIns = standInsFor(branch);
  const placed = new Set<EventId>();
  const entries: PromptEntry[] = [];
  for (const event of branch) {
    const compaction = standIns.get(event.seq);
    if (compaction === undefined) {
      entries.push({ kind: 'event', event });
    } else if (!placed.has(compaction.id)) {
      placed.add(compaction.id);
      entries.push(toSummary(compaction));
    }
  }
  return entries;
}

/** By the `seq` of each event that is summarised the oldest compaction with it in its range that no later one folded in. */
function standInsFor(branch: readonly StoredEvent[]): ReadonlyMap<number, ActiveCompaction> {
  const active = activeCompactions(branch);
  const folded = foldedCompactions(active);
  const seqs = branch.map(({ seq }) => seq).sort((a, b) => a - b);
  const standIns = new Map<number, ActiveCompaction>();
  // For each place the next one that nothing stands for yet: ranges may overlap countless times.
  const next = seqs.map((_, index) => index);
  const nextOpen = (index: number): number => {
    let open = index;
    while (open < seqs.length && next[open] !== open) {
      next[open] = next[next[open] ?? open] ?? seqs.length;
      open = next[open] ?? seqs.length;
    }
    return open;
  };
  for (const compaction of active) {
    const { fromSeq, toSeq } = compaction.body;
    const start = folded.has(compaction.id) ? seqs.length : firstIndex(seqs, (seq) => seq >= fromSeq);
    for (
      let index = nextOpen(start);
      index < seqs.length && (seqs[index] ?? Infinity) <= toSeq;
      index = nextOpen(index)
    ) {
      standIns.set(seqs[index] ?? 0, compaction);
      next[index] = index + 1;
    }
  }
  return standIns;
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
