import type { StoredEvent } from '../../core/session/sessionEvent';
import type { AssistantItem, TranscriptItem } from '../../core/session/transcriptItem';
import type { TurnView } from '../state/chatState';

/** Without what an answer that is being made again is going to replace. */
export function eventsToShow(events: readonly StoredEvent[], turn: TurnView | null): readonly StoredEvent[] {
  const parent = turn?.parentId == null ? -1 : events.findIndex((event) => event.id === turn.parentId);
  if (turn === null || parent < 0) {
    return events;
  }
  const kept = events.filter((event, index) => index <= parent || event.turnId === undefined || event.turnId === turn.turnId);
  return kept.length === events.length ? events : kept;
}

/** The item that the running turn grows in: its last group, or an empty one behind everything. */
export function withRunningTurn(items: readonly TranscriptItem[], turn: TurnView | null): readonly TranscriptItem[] {
  if (turn === null) {
    return items;
  }
  const last = items.at(-1);
  if (last?.kind === 'assistant' && last.turnId === turn.turnId) {
    return items;
  }
  const key = `turn:${turn.turnId}`;
  const running: AssistantItem = {
    kind: 'assistant',
    key: items.some((item) => item.key === key) ? `${key}:running` : key,
    turnId: turn.turnId,
    createdAt: turn.startedAt,
    eventIds: [],
    parts: [],
    model: turn.model,
    modelDiffers: false,
    usage: null,
    durationMs: null,
  };
  return [...items, running];
}

/** What a person would count as new: messages, not lines between them. */
export function countMessagesAfter(items: readonly TranscriptItem[], key: string | null): number {
  const index = key === null ? -1 : items.findIndex((item) => item.key === key);
  return index < 0 ? 0 : items.slice(index + 1).filter(({ kind }) => kind === 'user' || kind === 'assistant').length;
}
