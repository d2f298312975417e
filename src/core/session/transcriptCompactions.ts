import type { StoredEvent } from './sessionEvent';
import { startsTurn } from './startsTurn';
import type { CompactionItem, TranscriptItem } from './transcriptItem';

type CompactionEntry = CompactionItem & { readonly seq: number };

/** Whether an event has a say in which compactions are in force. */
export function concernsCompaction({ body }: StoredEvent): boolean {
  return body.type === 'compaction' || body.type === 'compaction_undone';
}

/** The compactions of a branch in force, by where their ranges end; `concerned` are its events that have a say in it. */
export function compactionItems(
  concerned: readonly StoredEvent[],
  events: readonly StoredEvent[],
): readonly CompactionEntry[] {
  if (concerned.length === 0) {
    return [];
  }
  const undone = new Set(
    concerned.flatMap(({ body }) => (body.type === 'compaction_undone' ? [body.compactionId] : [])),
  );
  const newestMessage = events.findLast(({ body }) => startsTurn(body))?.seq ?? Infinity;
  const first = events[0]?.seq ?? Infinity;
  const items = concerned
    .filter(({ id }) => !undone.has(id))
    .flatMap((event) => toItem(event) ?? [])
    .filter((item) => newestMessage < item.fromSeq || newestMessage > item.toSeq);
  return (
    items
      .map((item, index) => ({ ...item, folded: items.slice(index + 1).some((later) => isWithin(item, later)) }))
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

function toItem({ id, seq: loggedSeq, body }: StoredEvent): CompactionEntry | undefined {
  if (body.type !== 'compaction') {
    return undefined;
  }
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
    folded: false,
  };
}

function isWithin(inner: CompactionItem, outer: CompactionItem): boolean {
  return outer.fromSeq <= inner.fromSeq && outer.toSeq >= inner.toSeq;
}
