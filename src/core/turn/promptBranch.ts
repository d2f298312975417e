import type { EventBodyOf, StoredBody, StoredEvent } from '../session/sessionEvent';

/** An event that a model may see, or the summary that stands for a range of them. */
export type PromptEntry =
  { readonly kind: 'event'; readonly event: StoredEvent } | { readonly kind: 'summary'; readonly text: string };

interface ActiveCompaction {
  readonly id: string;
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
      entries.push({ kind: 'summary', text: compaction.body.summary });
    }
  }
  return entries;
}

/** A message of the person: where a turn starts. */
export function startsTurn(body: StoredBody): boolean {
  return body.type === 'user_message' || body.type === 'skill_invocation';
}

/** Those that were not undone and leave the newest message of the person alone. */
function activeCompactions(branch: readonly StoredEvent[]): readonly ActiveCompaction[] {
  const undone = new Set(branch.flatMap(({ body }) => (body.type === 'compaction_undone' ? [body.compactionId] : [])));
  const newest = branch.findLast(({ body }) => startsTurn(body));
  return branch.flatMap(({ id, body }) =>
    body.type === 'compaction' && !undone.has(id) && !(newest !== undefined && covers(body, newest.seq))
      ? [{ id, body }]
      : [],
  );
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
