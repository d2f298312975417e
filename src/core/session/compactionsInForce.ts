import type { EventId } from './session';
import type { EventBodyOf, StoredEvent } from './sessionEvent';
import { startsTurn } from './startsTurn';

/** A compaction that was not undone and leaves the newest message of the person alone. */
export interface ActiveCompaction {
  readonly id: EventId;
  /** Place of the compaction itself in the log. */
  readonly seq: number;
  readonly body: EventBodyOf<'compaction'>;
}

type Range = Pick<EventBodyOf<'compaction'>, 'fromSeq' | 'toSeq'>;

/** Whether an event has a say in which compactions are in force. */
export function concernsCompaction({ body }: StoredEvent): boolean {
  return body.type === 'compaction' || body.type === 'compaction_undone';
}

/** The newest message of the person at the end of the branch or above it. */
export function lastUserMessage(branch: readonly StoredEvent[]): StoredEvent | undefined {
  return branch.findLast(({ body }) => startsTurn(body));
}

/**
 * Compactions in force, oldest first; also those that a later one has folded in. `concerned` are the events of the branch
 * that have a say in it, among whatever others.
 */
export function compactionsInForce(
  concerned: readonly StoredEvent[],
  newestMessage: StoredEvent | undefined,
): readonly ActiveCompaction[] {
  const undone = new Set(
    concerned.flatMap(({ body }) => (body.type === 'compaction_undone' ? [body.compactionId] : [])),
  );
  return concerned.flatMap(({ id, seq, body }) =>
    body.type === 'compaction' && !undone.has(id) && !(newestMessage !== undefined && covers(body, newestMessage.seq))
      ? [{ id, seq, body }]
      : [],
  );
}

/** Ids of the compactions whose range lies within that of a later one, which has folded them in. */
export function foldedCompactions(compactions: readonly ActiveCompaction[]): ReadonlySet<EventId> {
  const reach = new ReachByStart(compactions.map(({ body }) => body.fromSeq));
  const folded = new Set<EventId>();
  for (const { id, body } of compactions.toReversed()) {
    if (reach.upTo(body.fromSeq) >= body.toSeq) {
      folded.add(id);
    }
    reach.add(body);
  }
  return folded;
}

/** How far the ranges reach that begin at or before a place: a tree, since a file of somebody else may bring countless ones. */
class ReachByStart {
  private readonly starts: readonly number[];
  private readonly reaches: number[];

  constructor(starts: readonly number[]) {
    this.starts = [...new Set(starts)].sort((a, b) => a - b);
    this.reaches = this.starts.map(() => -Infinity);
  }

  add({ fromSeq, toSeq }: Range): void {
    for (let node = this.placeOf(fromSeq); node <= this.starts.length; node += node & -node) {
      this.reaches[node - 1] = Math.max(this.reaches[node - 1] ?? -Infinity, toSeq);
    }
  }

  upTo(start: number): number {
    let reach = -Infinity;
    for (let node = this.placeOf(start); node > 0; node -= node & -node) {
      reach = Math.max(reach, this.reaches[node - 1] ?? -Infinity);
    }
    return reach;
  }

  /** From 1. */
  private placeOf(start: number): number {
    return firstIndex(this.starts, (each) => each > start);
  }
}

/** The first index of a list, in which what follows a hit are hits too, at which there is one; its length for none. */
export function firstIndex<T>(list: readonly T[], isHit: (item: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = list[middle];
    if (item !== undefined && isHit(item)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

function covers({ fromSeq, toSeq }: Range, seq: number): boolean {
  return seq >= fromSeq && seq <= toSeq;
}
