import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { defaultViewStrings, type ViewStrings } from '../../protocol/viewStrings';
import { chatReducer, type ChatInput } from './chatReducer';
import { initialChatState, type ChatData, type ChatState } from './chatState';

const emptyEvents: ChatData['events'] = [];
const noTools: NonNullable<ChatData['turn']>['pendingTools'] = [];

/** The state as signals, one per part, so that a component hears only of what it shows. */
export interface ChatStore {
  readonly state: ReadonlySignal<ChatState>;
  readonly data: ReadonlySignal<ChatData | null>;
  readonly strings: ReadonlySignal<ViewStrings>;
  readonly sessionId: ReadonlySignal<ChatData['sessionId'] | null>;
  readonly summary: ReadonlySignal<ChatData['summary']>;
  readonly events: ReadonlySignal<ChatData['events']>;
  readonly hasOlder: ReadonlySignal<boolean>;
  readonly turn: ReadonlySignal<ChatData['turn']>;
  readonly turnId: ReadonlySignal<string | null>;
  /** Event below which the running turn answers. */
  readonly turnParent: ReadonlySignal<string | null>;
  /** Ids of the calls that run at the moment. */
  readonly runningTools: ReadonlySignal<ReadonlySet<string>>;
  readonly turnStatus: ReadonlySignal<ChatData['turnStatus']>;
  readonly notice: ReadonlySignal<ChatData['notice']>;
  readonly model: ReadonlySignal<ChatData['model'] | null>;
  readonly workspace: ReadonlySignal<ChatData['workspace'] | null>;
  readonly store: ReadonlySignal<ChatData['store'] | null>;
  readonly recent: ReadonlySignal<ChatData['recent']>;
  readonly enterSends: ReadonlySignal<boolean>;
  readonly idleGapMs: ReadonlySignal<number>;
  apply(inputs: readonly ChatInput[]): void;
}

export function createChatStore(): ChatStore {
  const state = signal<ChatState>(initialChatState);
  const part = <T>(select: (data: ChatData) => T, fallback: T): ReadonlySignal<T> =>
    computed(() => (state.value.data === null ? fallback : select(state.value.data)));
  const pendingTools = part<NonNullable<ChatData['turn']>['pendingTools']>((data) => data.turn?.pendingTools ?? noTools, noTools);
  return {
    state,
    data: computed(() => state.value.data),
    strings: part<ViewStrings>((data) => data.strings, defaultViewStrings),
    sessionId: part<ChatData['sessionId'] | null>((data) => data.sessionId, null),
    summary: part<ChatData['summary']>((data) => data.summary, null),
    events: part<ChatData['events']>((data) => data.events, emptyEvents),
    hasOlder: part((data) => data.hasOlder, false),
    turn: part<ChatData['turn']>((data) => data.turn, null),
    turnId: part<string | null>((data) => data.turn?.turnId ?? null, null),
    turnParent: part<string | null>((data) => data.turn?.parentId ?? null, null),
    runningTools: computed(
      () => new Set(pendingTools.value.filter((tool) => tool.phase === 'running').map((tool) => tool.id)),
    ),
    turnStatus: part<ChatData['turnStatus']>((data) => data.turnStatus, 'idle'),
    notice: part<ChatData['notice']>((data) => data.notice, null),
    model: part<ChatData['model'] | null>((data) => data.model, null),
    workspace: part<ChatData['workspace'] | null>((data) => data.workspace, null),
    store: part<ChatData['store'] | null>((data) => data.store, null),
    recent: part<ChatData['recent']>((data) => data.recent, []),
    enterSends: part((data) => data.enterSends, true),
    idleGapMs: part((data) => data.idleGapMs, 0),
    apply: (inputs) => {
      state.value = inputs.reduce(chatReducer, state.value);
    },
  };
}
