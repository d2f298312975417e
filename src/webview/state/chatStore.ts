import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ViewStrings } from '../../protocol/viewStrings';
import { chatReducer, type ChatInput } from './chatReducer';
import { initialChatState, type ChatData, type ChatState } from './chatState';

const emptyEvents: ChatData['events'] = [];
const noRecent: ChatData['recent'] = [];
const noneQueued: ChatData['queued'] = [];
const noContext: ChatData['context'] = [];
const noSkills: ChatData['skill'] = { current: null, missing: false, available: [] };
/** Nothing is said before the first snapshot, which brings the words. */
const noStrings = {} as ViewStrings;
const noTools: NonNullable<ChatData['turn']>['pendingTools'] = [];

/**
 * The state as signals, one per part, so that a component hears only of what it shows. They are set one by one instead
 * of computed: a computed signal alerts all who read it whenever the state changes, which are thousands of messages.
 */
export interface ChatStore {
  readonly state: ReadonlySignal<ChatState>;
  readonly phase: ReadonlySignal<ChatState['phase']>;
  readonly needsSnapshot: ReadonlySignal<boolean>;
  readonly data: ReadonlySignal<ChatData | null>;
  readonly reloadText: ReadonlySignal<string>;
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
  readonly queued: ReadonlySignal<ChatData['queued']>;
  readonly model: ReadonlySignal<ChatData['model'] | null>;
  readonly workspace: ReadonlySignal<ChatData['workspace'] | null>;
  readonly store: ReadonlySignal<ChatData['store'] | null>;
  readonly recent: ReadonlySignal<ChatData['recent']>;
  readonly skill: ReadonlySignal<ChatData['skill']>;
  readonly context: ReadonlySignal<ChatData['context']>;
  readonly compaction: ReadonlySignal<ChatData['compaction']>;
  readonly measure: ReadonlySignal<ChatData['measure']>;
  readonly showSummaries: ReadonlySignal<boolean>;
  readonly enterSends: ReadonlySignal<boolean>;
  readonly idleGapMs: ReadonlySignal<number>;
  apply(inputs: readonly ChatInput[]): void;
}

export function createChatStore(): ChatStore {
  const state = signal<ChatState>(initialChatState);
  const updates: (() => void)[] = [];
  const fromState = <T>(select: (state: ChatState) => T): ReadonlySignal<T> => {
    const own = signal(select(state.peek()));
    updates.push(() => {
      own.value = select(state.peek());
    });
    return own;
  };
  const part = <T>(select: (data: ChatData) => T, fallback: T): ReadonlySignal<T> =>
    fromState(({ data }) => (data === null ? fallback : select(data)));
  const pendingTools = part<NonNullable<ChatData['turn']>['pendingTools']>(
    (data) => data.turn?.pendingTools ?? noTools,
    noTools,
  );
  return {
    state,
    phase: fromState(({ phase }) => phase),
    needsSnapshot: fromState(({ needsSnapshot }) => needsSnapshot),
    data: fromState(({ data }) => data),
    reloadText: fromState(({ reloadText }) => reloadText),
    strings: part((data) => data.strings, noStrings),
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
    queued: part((data) => data.queued, noneQueued),
    model: part<ChatData['model'] | null>((data) => data.model, null),
    workspace: part<ChatData['workspace'] | null>((data) => data.workspace, null),
    store: part<ChatData['store'] | null>((data) => data.store, null),
    recent: part<ChatData['recent']>((data) => data.recent, noRecent),
    skill: part((data) => data.skill, noSkills),
    context: part((data) => data.context, noContext),
    compaction: part<ChatData['compaction']>((data) => data.compaction, null),
    measure: part<ChatData['measure']>((data) => data.measure, null),
    showSummaries: part((data) => data.showSummaries, false),
    enterSends: part((data) => data.enterSends, true),
    idleGapMs: part((data) => data.idleGapMs, 0),
    apply: (inputs) => {
      batch(() => {
        state.value = inputs.reduce(chatReducer, state.peek());
        updates.forEach((update) => update());
      });
    },
  };
}
