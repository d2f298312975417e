import { effect, useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { EventId, SessionId } from '../../core/session/session';
import type { CompactionItem, TranscriptItem } from '../../core/session/transcriptItem';
import { useChat } from '../chat';
import { foldItems, type FoldedItems } from './foldedItems';
import { framesToSize, nextFrames } from './nextFrames';
import type { ScrollKeeper } from './scrollKeeper';

export interface Folds {
  readonly folded: ReadonlySignal<FoldedItems>;
  /** Compactions whose messages are shown. */
  readonly opened: ReadonlySignal<ReadonlySet<EventId>>;
  readonly set: (id: EventId, open: boolean) => void;
}

interface Known {
  readonly sessionId: SessionId | null;
  /** Of the newest event. */
  readonly lastSeq: number;
  readonly compactions: readonly CompactionItem[];
}

const nothingOpened: ReadonlySet<EventId> = new Set();

/**
 * Which compactions show their messages. All are closed at first, except one that comes while the person reads further
 * up: that must not take away what is read.
 */
export function useFolds(
  items: ReadonlySignal<readonly TranscriptItem[]>,
  keeper: ReadonlySignal<ScrollKeeper | null>,
): Folds {
  const { store } = useChat();
  const opened = useSignal(nothingOpened);
  const known = useRef<Known>({ sessionId: store.sessionId.peek(), lastSeq: Infinity, compactions: [] });
  const set = (id: EventId, open: boolean): void => {
    const next = new Set(opened.peek());
    next[open ? 'add' : 'delete'](id);
    opened.value = next;
  };
  const onItems = (): void => {
    const compactions = items.value.filter((item) => item.kind === 'compaction');
    const sessionId = store.sessionId.value;
    const before = known.current;
    known.current = { sessionId, lastSeq: store.events.value.at(-1)?.seq ?? 0, compactions };
    const scroll = keeper.peek();
    if (before.sessionId !== sessionId) {
      opened.value = nothingOpened;
    } else if (scroll?.following.peek() === false) {
      compactions.filter(({ loggedSeq }) => loggedSeq > before.lastSeq).forEach(({ eventId }) => set(eventId, true));
      if (before.compactions.some((item) => !compactions.some(({ eventId }) => eventId === item.eventId))) {
        // One was undone: what it hid comes in above.
        scroll.hold();
        void nextFrames(framesToSize).then(() => scroll.release());
      }
    }
  };
  // At once, and not after the next paint as `useSignalEffect` would: it is about what that paint shows.
  useLayoutEffect(() => effect(onItems), []);
  const folded = useComputed(() => foldItems(items.value, opened.value, store.events.value[0]?.seq ?? 0));
  return { folded, opened, set };
}
