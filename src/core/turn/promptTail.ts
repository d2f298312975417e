import type { EventId, SessionId } from '../session/session';
import type { StoredEvent } from '../session/sessionEvent';
import { lastUserMessage } from '../session/compactionsInForce';
import { activeCompactions } from './promptBranch';
import type { TurnLog } from './turnLog';

const firstPage = 100;
/** Pages grow, so that a long session without a summary costs few reads, and one with a summary little more than its tail. */
const largestPage = 5000;
/** Where the log of every session begins. A range from here on holds whatever stands above it in its branch. */
export const firstSeq = 1;

type PagedLog = Pick<TurnLog, 'loadPage' | 'loadBranch'>;

/**
 * The branch up to `end` (or the head), oldest first, without what no request needs: it begins at the root, or inside
 * the range of a compaction in force that holds everything above. Empty for a session without events.
 */
export async function loadTail(log: PagedLog, sessionId: SessionId, end?: EventId): Promise<readonly StoredEvent[]> {
  const pages: (readonly StoredEvent[])[] = [];
  let started = end === undefined;
  let before: EventId | undefined;
  for (let size = firstPage; ; size = Math.min(size * 2, largestPage)) {
    const page = await log.loadPage(sessionId, size, before);
    const events = started ? page.events : upTo(page.events, end);
    started ||= events.length > 0;
    pages.unshift(events);
    before = page.events[0]?.id;
    const tail = pages.flat();
    if ((started && holdsTheRest(tail)) || !page.hasOlder || before === undefined) {
      // What was asked for is not on the branch shown: another window has moved on to another one.
      return started || end === undefined ? tail : log.loadBranch(sessionId, end);
    }
  }
}

/** Who answered last, also when a summary hides it; undefined before the first answer. */
export async function findLastProvider(
  log: PagedLog,
  sessionId: SessionId,
  tail: readonly StoredEvent[],
): Promise<string | undefined> {
  let events = tail;
  for (;;) {
    const provider = events.findLast(isAnswer)?.provider;
    const [first] = events;
    if (provider !== undefined || first === undefined || first.parentId === null) {
      return provider;
    }
    ({ events } = await log.loadPage(sessionId, firstPage, first.id));
  }
}

function upTo(events: readonly StoredEvent[], end: EventId | undefined): readonly StoredEvent[] {
  return events.slice(0, events.findIndex(({ id }) => id === end) + 1);
}

function holdsTheRest(tail: readonly StoredEvent[]): boolean {
  const first = tail[0]?.seq ?? 0;
  return (
    lastUserMessage(tail) !== undefined &&
    activeCompactions(tail).some(({ body }) => body.fromSeq <= firstSeq && body.toSeq >= first)
  );
}

function isAnswer({ body, provider }: StoredEvent): boolean {
  return provider !== undefined && (body.type === 'text' || body.type === 'reasoning' || body.type === 'tool_call');
}
