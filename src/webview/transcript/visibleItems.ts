import type { StoredEvent } from '../../core/session/sessionEvent';
import type { TranscriptItem } from '../../core/session/transcriptItem';
import type { TurnView } from '../state/chatState';

/** True while a session holds no more than what it was set up with: there is nothing to read yet. */
export function isBlank(events: readonly StoredEvent[]): boolean {
  return events.every(isChoice);
}

/** Without the choices before the first message, which stand in the heading and at the composer. */
export function withoutSetUp(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const first = events.findIndex((event) => !isChoice(event));
  return first === 0 ? events : events.slice(first < 0 ? events.length : first);
}

function isChoice({ body }: StoredEvent): boolean {
  return body.type === 'title_changed' || body.type === 'model_changed' || body.type === 'skill_changed';
}

/** Without what an answer that is being made again is going to replace. */
export function eventsToShow(events: readonly StoredEvent[], turn: TurnView | null): readonly StoredEvent[] {
  const parent = turn?.parentId == null ? -1 : events.findIndex((event) => event.id === turn.parentId);
  if (turn === null || parent < 0) {
    return events;
  }
  const kept = events.filter(
    (event, index) => index <= parent || event.turnId === undefined || event.turnId === turn.turnId,
  );
  return kept.length === events.length ? events : kept;
}

/** The item that the running turn grows in: its last group, or an empty one behind everything. */
export function withRunningTurn(
  items: readonly TranscriptItem[],
  turn: TurnView | null,
  lastSeq: number,
): readonly TranscriptItem[] {
  if (turn === null) {
    return items;
  }
  const last = items.at(-1);
  if (last?.kind === 'assistant' && last.turnId === turn.turnId) {
    return items;
  }
  const key = `turn:${turn.turnId}`;
  const running: TranscriptItem = {
    kind: 'assistant',
    key: items.some((item) => item.key === key) ? `${key}:running` : key,
    seq: lastSeq + 1,
    turnId: turn.turnId,
    createdAt: turn.startedAt,
    eventIds: [],
    parts: [],
    model: turn.model,
    modelDiffers: false,
    skill: null,
    usage: null,
    durationMs: null,
  };
  return [...items, running];
}

/** What a person would count as new: messages, not lines between them. */
export function countMessagesAfter(items: readonly TranscriptItem[], key: string | null): number {
  const index = key === null ? -1 : items.findLastIndex((item) => item.key === key);
  return index < 0 ? 0 : items.slice(index + 1).filter(({ kind }) => kind === 'user' || kind === 'assistant').length;
}

/** Items that are drawn and laid out together. */
export interface Chunk {
  readonly id: number;
  readonly items: readonly TranscriptItem[];
}

/** Events per chunk. Cut by their position in the log, so that nothing moves to another chunk when something is added. */
const chunkSize = 32;

/** Cuts items, which are in the order of the log, into chunks; those equal to former ones are those very objects. */
export function chunksOf(items: readonly TranscriptItem[], previous: readonly Chunk[]): readonly Chunk[] {
  const known = new Map(previous.map((chunk) => [chunk.id, chunk]));
  const chunks: Chunk[] = [];
  let start = 0;
  items.forEach((item, index) => {
    const id = chunkOf(item);
    const next = items[index + 1];
    if (next !== undefined && chunkOf(next) === id) {
      return;
    }
    const [first, length] = [start, index + 1 - start];
    const old = known.get(id);
    const unchanged = old?.items.length === length && old.items.every((each, at) => each === items[first + at]);
    chunks.push(old !== undefined && unchanged ? old : { id, items: items.slice(first, index + 1) });
    start = index + 1;
  });
  return chunks;
}

function chunkOf(item: TranscriptItem): number {
  return Math.floor(item.seq / chunkSize);
}
