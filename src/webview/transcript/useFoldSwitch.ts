import type { ReadonlySignal, Signal } from '@preact/signals';
import { createContext, type RefObject } from 'preact';
import { useContext, useMemo, useRef } from 'preact/hooks';
import type { EventId } from '../../core/session/session';
import type { CompactionItem } from '../../core/session/transcriptItem';
import { useChat } from '../chat';
import { nextFrames } from './nextFrames';
import type { ScrollKeeper } from './scrollKeeper';
import type { Folds } from './useFolds';
import { firstCount, type Older } from './useOlder';

interface FoldSwitchOptions {
  readonly folds: Folds;
  readonly older: Older;
  readonly keeper: ReadonlySignal<ScrollKeeper | null>;
  /** Items drawn, counted from the newest. */
  readonly limit: Signal<number>;
  readonly scrollerRef: RefObject<HTMLElement | null>;
}

interface FoldSwitch {
  readonly opened: ReadonlySignal<ReadonlySet<EventId>>;
  readonly toggle: (item: CompactionItem) => void;
}

const FoldContext = createContext<FoldSwitch | null>(null);
export const FoldProvider = FoldContext.Provider;

/** Shows and hides the messages above a compaction, fetching them when none is loaded. The same object for ever. */
export function useFoldSwitch(options: FoldSwitchOptions): FoldSwitch {
  const { announce, store } = useChat();
  const latest = useRef(options);
  latest.current = options;

  const toggle = async ({ eventId, toSeq }: CompactionItem): Promise<void> => {
    const { folds, older, limit, scrollerRef } = latest.current;
    const keeper = latest.current.keeper.peek();
    const open = !folds.opened.peek().has(eventId);
    keeper?.hold();
    folds.set(eventId, open);
    if (open) {
      limit.value += firstCount;
      announce(store.strings.peek().messagesShown);
    }
    await nextFrames(1);
    keeper?.release();
    if (open) {
      if ((store.events.peek()[0]?.seq ?? 0) > toSeq) {
        await older.load();
      }
      const divider = scrollerRef.current?.querySelector(`[data-event-id="${CSS.escape(eventId)}"]`);
      if (divider != null) {
        keeper?.makeRoomAbove(divider);
      }
    }
  };
  return useMemo(() => ({ opened: options.folds.opened, toggle: (item) => void toggle(item) }), []);
}

/** Whether the messages of a compaction are shown, and how to change that. */
export function useFold(item: CompactionItem): { readonly open: boolean; readonly toggle: () => void } {
  const folds = useContext(FoldContext);
  return { open: folds?.opened.value.has(item.eventId) ?? false, toggle: () => folds?.toggle(item) };
}
