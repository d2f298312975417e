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

/** Whether one of the later compactions has folded in that at `index`: its range lies within theirs. */
export function isFoldedIn(compactions: readonly ActiveCompaction[], index: number): boolean {
  const inner = compactions[index]?.body;
  return (
    inner !== undefined &&
    compactions.slice(index + 1).some(({ body }) => body.fromSeq <= inner.fromSeq && body.toSeq >= inner.toSeq)
  );
}

export function covers({ fromSeq, toSeq }: Range, seq: number): boolean {
  return seq >= fromSeq && seq <= toSeq;
}
