import type { EventId } from '../../core/session/session';
import type { CompactionItem, TranscriptItem } from '../../core/session/transcriptItem';

export interface FoldedItems {
  /** Without the messages below compactions that are closed. */
  readonly items: readonly TranscriptItem[];
  /** A closed compaction that goes on above everything loaded, so that earlier pages have nothing to show; null without. */
  readonly roof: CompactionItem | null;
}

/** Leaves out what closed compactions cover; `firstSeq` is that of the first event loaded. */
export function foldItems(
  items: readonly TranscriptItem[],
  opened: ReadonlySet<EventId>,
  firstSeq: number,
): FoldedItems {
  if (!items.some(({ kind }) => kind === 'compaction')) {
    return { items, roof: null };
  }
  const shown: TranscriptItem[] = [];
  let roof: CompactionItem | null = null;
  let hiddenFrom = Infinity;
  // From the end: a compaction stands behind what it covers.
  for (const item of items.toReversed()) {
    if (item.seq >= hiddenFrom) {
      continue;
    }
    shown.push(item);
    if (item.kind === 'compaction' && !opened.has(item.eventId)) {
      hiddenFrom = item.fromSeq;
      roof = item.fromSeq < firstSeq ? item : null;
    }
  }
  return { items: shown.reverse(), roof };
}
