import { isFields } from '../session/eventFields';
import type { StoredBody, TokenUsage } from '../session/sessionEvent';
import { decodeEventBody } from '../session/sessionEventCodec';
import type { RecordedEvent, SessionRecord } from '../session/sessionRecord';
import { parseExactly } from './eventData';

export interface BranchEntry {
  readonly event: RecordedEvent;
  readonly body: StoredBody;
}

/** The branch that is shown, oldest first. */
export function branchOf({ session, events }: SessionRecord): readonly BranchEntry[] {
  const byId = new Map(events.map((event) => [event.id, event]));
  const branch: BranchEntry[] = [];
  let event = session.headId === null ? undefined : byId.get(session.headId);
  while (event !== undefined) {
    branch.push({ event, body: decodeEventBody(event.type, event.data) });
    const parent: RecordedEvent | undefined = event.parentId === null ? undefined : byId.get(event.parentId);
    // A parent is always older; anything else would go round in circles.
    event = parent !== undefined && parent.seq < event.seq ? parent : undefined;
  }
  return branch.reverse();
}

/** Ids of the summaries on the branch that were taken back. */
export function undoneCompactions(branch: readonly BranchEntry[]): ReadonlySet<string> {
  return new Set(branch.flatMap(({ body }) => (body.type === 'compaction_undone' ? [body.compactionId] : [])));
}

/** `seq` of each event on the branch that a summary stands for which was not taken back. */
export function compactedEvents(branch: readonly BranchEntry[]): ReadonlySet<number> {
  const undone = undoneCompactions(branch);
  const ranges = branch
    .flatMap(({ event, body }) => (body.type === 'compaction' && !undone.has(event.id) ? [body] : []))
    .sort((a, b) => a.fromSeq - b.fromSeq);
  const compacted = new Set<number>();
  let next = 0;
  let reach = 0;
  for (const { event } of branch) {
    for (let range = ranges[next]; range !== undefined && range.fromSeq <= event.seq; range = ranges[++next]) {
      reach = Math.max(reach, range.toSeq);
    }
    if (event.seq <= reach) {
      compacted.add(event.seq);
    }
  }
  return compacted;
}

/** Tokens of an answer and of the request before it; 0 where the provider told none. */
export function tokensOf({ usage }: Pick<RecordedEvent, 'usage'>): number {
  const counts = usage === null ? undefined : parseExactly(usage);
  const count = (name: keyof TokenUsage): number => {
    const value = isFields(counts) ? counts[name] : undefined;
    return typeof value === 'number' ? value : 0;
  };
  return count('inputTokens') + count('outputTokens');
}
