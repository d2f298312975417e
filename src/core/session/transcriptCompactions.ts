import { compactionsInForce, foldedCompactions, lastUserMessage, type ActiveCompaction } from './compactionsInForce';
import type { StoredEvent } from './sessionEvent';
import type { CompactionItem, TranscriptItem } from './transcriptItem';

type CompactionEntry = CompactionItem & { readonly seq: number };

/** The compactions of a branch in force, by where their ranges end; `concerned` are its events that have a say in it. */
export function compactionItems(
  concerned: readonly StoredEvent[],
  events: readonly StoredEvent[],
): readonly CompactionEntry[] {
  if (concerned.length === 0) {
    return [];
  }
  const first = events[0]?.seq ?? Infinity;
  const active = compactionsInForce(concerned, lastUserMessage(events));
  const folded = foldedCompactions(active);
  return (
    active
      .map((compaction) => toItem(compaction, folded.has(compaction.id)))
      // Where the page begins above the end of the range it is not known yet what stands between the two.
      .filter(({ toSeq }) => first <= toSeq + 1)
      .sort((a, b) => a.seq - b.seq)
  );
}

/** The items with each compaction behind the last one of its range. Both are in the order of `seq`. */
export function withCompactions(
  items: readonly TranscriptItem[],
  compactions: readonly TranscriptItem[],
): readonly TranscriptItem[] {
  return compactions.length === 0 ? items : [...items, ...compactions].sort((a, b) => a.seq - b.seq);
}

function toItem({ id, seq: loggedSeq, body }: ActiveCompaction, folded: boolean): CompactionEntry {
  const { fromSeq, toSeq, summary, messages, tokensBefore, tokensAfter, method } = body;
  return {
    kind: 'compaction',
    key: id,
    eventId: id,
    seq: toSeq,
    fromSeq,
    toSeq,
    loggedSeq,
    summary,
    messages: messages ?? null,
    tokensBefore,
    tokensAfter,
    method: method ?? 'model',
    folded,
  };
}
