import { startsTurn } from '../session/startsTurn';
import type { EventId } from '../session/session';
import type { EventBodyOf, StoredEvent } from '../session/sessionEvent';

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

/** A compaction that was not undone and leaves the newest message of the person alone. */
export interface ActiveCompaction {
  readonly id: EventId;
  readonly body: EventBodyOf<'compaction'>;
}

/** The branch with every compaction in force applied: its summary stands where its range stood. */
export function applyCompactions(branch: readonly StoredEvent[]): readonly PromptEntry[] {
  const compactions = outermost(activeCompactions(branch));
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

/** The newest message of the person at the end of the branch or above it. */
export function lastUserMessage(branch: readonly StoredEvent[]): StoredEvent | undefined {
  return branch.findLast(({ body }) => startsTurn(body));
}

/** Compactions in force, oldest first; also those whose range lies in that of a later one. */
export function activeCompactions(branch: readonly StoredEvent[]): readonly ActiveCompaction[] {
  const undone = new Set(branch.flatMap(({ body }) => (body.type === 'compaction_undone' ? [body.compactionId] : [])));
  const newest = lastUserMessage(branch);
  return branch.flatMap(({ id, body }) =>
    body.type === 'compaction' && !undone.has(id) && !(newest !== undefined && covers(body, newest.seq))
      ? [{ id, body }]
      : [],
  );
}

/** The last thing that was done about summaries is that one was undone: the person wants the originals sent. */
export function wantsOriginals(branch: readonly StoredEvent[]): boolean {
  const last = branch.findLast(({ body }) => body.type === 'compaction' || body.type === 'compaction_undone');
  return last?.body.type === 'compaction_undone';
}

function toSummary({ id, body }: ActiveCompaction): PromptSummary {
  const { summary, fromSeq, toSeq, messages = null } = body;
  return { kind: 'summary', id, text: summary, fromSeq, toSeq, messages };
}

/** A later compaction has folded in those whose range lies within its own. */
function outermost(compactions: readonly ActiveCompaction[]): readonly ActiveCompaction[] {
  return compactions.filter(
    ({ body }, index) =>
      !compactions.some(
        (other, otherIndex) =>
          otherIndex > index && other.body.fromSeq <= body.fromSeq && other.body.toSeq >= body.toSeq,
      ),
  );
}

function covers(compaction: EventBodyOf<'compaction'>, seq: number): boolean {
  return seq >= compaction.fromSeq && seq <= compaction.toSeq;
}
