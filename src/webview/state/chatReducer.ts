import type { SessionId } from '../../core/session/session';
import type { StoredEvent } from '../../core/session/sessionEvent';
import { startsTurn } from '../../core/session/startsTurn';
import {
  protocolVersion,
  type ChatNotification,
  type ChatNotifications,
  type EventsPage,
  type SessionSnapshot,
  type Stamped,
} from '../../protocol/chatProtocol';
import type { ChatData, ChatState, TurnView } from './chatState';

/** Characters up to which a growing text is kept whole, and of what is kept of one that is longer. */
const longestGrown = 1_000_000;
const keptGrown = 500_000;

type StampedNotification = Exclude<ChatNotification, 'session/snapshot'>;

export type ChatInput =
  | { readonly type: 'snapshot'; readonly snapshot: SessionSnapshot }
  | { readonly type: 'older'; readonly sessionId: SessionId; readonly epoch: number; readonly page: EventsPage }
  | { readonly type: 'notice-dismissed' }
  | { readonly type: 'compaction-dismissed' }
  | {
      [M in StampedNotification]: {
        readonly type: 'notification';
        readonly method: M;
        readonly params: ChatNotifications[M];
      };
    }[StampedNotification];

/** Applies one input. Pure: the same inputs give the same state, and an input that changes nothing gives the same object. */
export function chatReducer(state: ChatState, input: ChatInput): ChatState {
  switch (input.type) {
    case 'snapshot':
      return applySnapshot(state, input.snapshot);
    case 'older':
      return applyOlder(state, input.sessionId, input.epoch, input.page);
    case 'notice-dismissed':
      return state.data === null || state.data.notice === null
        ? state
        : { ...state, data: { ...state.data, notice: null } };
    case 'compaction-dismissed':
      return state.data === null ? state : { ...state, data: { ...state.data, compaction: null } };
    case 'notification':
      return applyStamped(state, input);
  }
}

function applySnapshot(state: ChatState, snapshot: SessionSnapshot): ChatState {
  if (snapshot.protocolVersion !== protocolVersion) {
    const texts: Partial<SessionSnapshot['strings']> = (snapshot as Partial<SessionSnapshot>).strings ?? {};
    return { ...state, phase: 'outdated', needsSnapshot: false, reloadText: texts.reloadView ?? state.reloadText };
  }
  if (state.data !== null && isOlder(snapshot, state.data)) {
    return state;
  }
  const { protocolVersion: _version, ...data } = snapshot;
  return { ...state, phase: 'ready', needsSnapshot: false, data };
}

function isOlder(a: Stamped<object>, b: Stamped<object>): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);
}

function applyOlder(state: ChatState, sessionId: SessionId, epoch: number, page: EventsPage): ChatState {
  const { data } = state;
  if (data === null || data.sessionId !== sessionId || data.epoch !== epoch) {
    return state;
  }
  const first = data.events[0];
  const older = first === undefined ? page.events : page.events.filter((event) => event.seq < first.seq);
  return { ...state, data: { ...data, events: [...older, ...data.events], hasOlder: page.hasOlder } };
}

function applyStamped(state: ChatState, input: Extract<ChatInput, { type: 'notification' }>): ChatState {
  const { data } = state;
  const { epoch, seq } = input.params;
  if (data === null || state.needsSnapshot || state.phase === 'outdated') {
    return state;
  }
  if (epoch < data.epoch || (epoch === data.epoch && seq <= data.seq)) {
    return state;
  }
  const next = epoch === data.epoch && seq === data.seq + 1 ? applyNotification(data, input) : undefined;
  return next === undefined ? { ...state, needsSnapshot: true } : { ...state, data: { ...next, seq } };
}

/** Undefined when the notification does not fit what is known: then only a snapshot helps. */
function applyNotification(data: ChatData, input: Extract<ChatInput, { type: 'notification' }>): ChatData | undefined {
  switch (input.method) {
    case 'session/eventsAppended':
      return appendEvents(data, input.params.events);
    case 'session/updated':
      return { ...data, summary: input.params.summary, turnStatus: input.params.turnStatus };
    case 'turn/delta':
      return addDelta(data, input.params);
    case 'turn/state':
      return { ...data, turn: input.params.turn };
    case 'status/updated': {
      const { model, workspace, store, skill, showSummaries, enterSends } = input.params;
      return { ...data, model, workspace, store, skill, showSummaries, enterSends };
    }
    case 'context/updated':
      return { ...data, context: input.params.context };
    case 'compaction/updated':
      return { ...data, compaction: input.params.compaction };
    case 'measure/updated':
      return { ...data, measure: input.params.measure };
    case 'queue/updated':
      return { ...data, queued: input.params.queued };
    case 'recent/updated':
      return { ...data, recent: input.params.recent };
    default:
      // Moving the keyboard changes no data, and one that this version does not know must still count as received.
      return data;
  }
}

function addDelta(
  data: ChatData,
  delta: { readonly turnId: string; readonly text: string; readonly reasoning: string },
): ChatData {
  const { turn } = data;
  if (turn === null || turn.turnId !== delta.turnId) {
    return data;
  }
  return {
    ...data,
    turn: { ...turn, text: grown(turn.text, delta.text), reasoning: grown(turn.reasoning, delta.reasoning) },
  };
}

/** Of a growing text as long as that only the end is shown, so that no more has to be kept. */
function grown(text: string, more: string): string {
  const whole = text + more;
  return whole.length <= longestGrown ? whole : whole.slice(-keptGrown);
}

function appendEvents(data: ChatData, added: readonly StoredEvent[]): ChatData | undefined {
  let { events, turn, notice } = data;
  for (const event of added) {
    if (events.some((known) => known.id === event.id)) {
      continue;
    }
    const branch = branchBelow(events, event);
    if (branch === undefined) {
      return undefined;
    }
    events = [...branch, event];
    turn = dropStoredPart(turn, event);
    notice = goesOn(event) ? null : notice;
  }
  return { ...data, events, turn, notice };
}

/** Someone has written, so that the conversation is no longer merely the one that came back. */
function goesOn(event: StoredEvent): boolean {
  return startsTurn(event.body) || event.body.type === 'text';
}

/** The events that stay when another one is added: a new answer to an earlier message leaves the former one behind. */
function branchBelow(events: readonly StoredEvent[], event: StoredEvent): readonly StoredEvent[] | undefined {
  const last = events.at(-1);
  if (last === undefined || last.id === event.parentId) {
    return events;
  }
  const index = events.findLastIndex((known) => known.id === event.parentId);
  return index < 0 ? undefined : events.slice(0, index + 1);
}

/** The stored event shows what the running turn showed until now. */
function dropStoredPart(turn: TurnView | null, event: StoredEvent): TurnView | null {
  if (turn === null || turn.turnId !== event.turnId) {
    return turn;
  }
  if (event.body.type === 'text') {
    return { ...turn, text: '', reasoning: '' };
  }
  return event.body.type === 'reasoning' ? { ...turn, reasoning: '' } : turn;
}
