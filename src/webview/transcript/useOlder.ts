import { useSignal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { EventId } from '../../core/session/session';
import type { CompactionItem } from '../../core/session/transcriptItem';
import { useChat } from '../chat';
import { framesToSize, nextFrames } from './nextFrames';
import type { ScrollKeeper } from './scrollKeeper';

/** Items drawn at first: a few screens, so that they are there at once. */
export const firstCount = 40;
/** Items drawn with every step further up. */
const stepCount = 100;
/** Older items are fetched this far (px) before the upper end comes into sight. */
const headStart = 800;
/** Pages looked through for the place at which a session was left. */
const maxPagesToPlace = 30;
/** Frames in which sizes may still change after a place was returned to. */
const framesToSettle = 4;

interface OlderOptions {
  readonly keeper: ReadonlySignal<ScrollKeeper | null>;
  /** Items drawn, counted from the newest. */
  readonly limit: Signal<number>;
  /** Items that are here but not drawn. */
  readonly hidden: number;
  /** While there is one, what comes before would show nothing. */
  readonly roof: CompactionItem | null;
  readonly setOpen: (id: EventId, open: boolean) => void;
}

export interface Older {
  readonly loading: ReadonlySignal<boolean>;
  /** Draws or fetches what comes before. True when there is more on the page than before. */
  readonly load: () => Promise<boolean>;
}

/** Brings older items in as they are scrolled to, and once as far as the place at which the session was left. */
export function useOlder(topRef: RefObject<HTMLElement | null>, options: OlderOptions): Older {
  const { actions, memory, store } = useChat();
  const loading = useSignal(false);
  /** Times that more came in. After each of them the upper end is looked for anew: it may still be in sight. */
  const rounds = useSignal(0);
  const underWay = useRef<Promise<boolean> | null>(null);
  const latest = useRef(options);
  latest.current = options;

  const fetchOlder = async (): Promise<boolean> => {
    const data = store.data.peek();
    const first = data?.events[0];
    if (data === null || !data.hasOlder || first === undefined) {
      return false;
    }
    loading.value = true;
    try {
      const page = await actions.loadOlder(data.sessionId, first.id);
      const { keeper, limit } = latest.current;
      keeper.peek()?.hold();
      store.apply([{ type: 'older', sessionId: data.sessionId, epoch: data.epoch, page }]);
      limit.value += page.events.length;
      return page.events.length > 0;
    } catch {
      // The button stays, and pressing it or scrolling tries again.
      return false;
    } finally {
      loading.value = false;
    }
  };

  const drawOrFetch = async (): Promise<boolean> => {
    const { keeper, limit, hidden, roof } = latest.current;
    let more = true;
    if (hidden > 0) {
      keeper.peek()?.hold();
      limit.value += stepCount;
      await nextFrames(framesToSize);
    } else {
      do {
        more = await fetchOlder();
        await nextFrames(framesToSize);
        // Asked for all the same: then it goes on as far as there is something to show.
      } while (more && roof !== null && latest.current.roof?.eventId === roof.eventId);
    }
    keeper.peek()?.release();
    if (more) {
      rounds.value += 1;
    }
    return more;
  };

  /** True when there is more on the page than before. Whoever asks meanwhile waits for the same. */
  const showMore = (): Promise<boolean> => {
    underWay.current ??= drawOrFetch().finally(() => {
      underWay.current = null;
    });
    return underWay.current;
  };

  const sessionId = store.sessionId.value;
  useEffect(() => {
    let current = true;
    latest.current.limit.value = firstCount;
    const goToPlace = async (): Promise<void> => {
      const keeper = latest.current.keeper.peek();
      const place = memory.current.scroll;
      if (keeper === null || place === null) {
        keeper?.follow();
        return;
      }
      keeper.remembering = false;
      const opened: EventId[] = [];
      for (let page = 0; current && !keeper.restore(place) && page < maxPagesToPlace; page += 1) {
        keeper.follow();
        const { hidden, roof, setOpen } = latest.current;
        if (hidden === 0 && roof !== null) {
          // What was read last has been summarised since, or stood open.
          setOpen(roof.eventId, true);
          opened.push(roof.eventId);
          await nextFrames(framesToSize);
        } else if (!(await showMore())) {
          break;
        }
      }
      if (current && !keeper.restore(place)) {
        opened.forEach((id) => latest.current.setOpen(id, false));
      }
      // Messages around the place get their real sizes only once they are in sight.
      const { touches } = keeper;
      for (let frame = 0; current && frame < framesToSettle && keeper.touches === touches; frame += 1) {
        await nextFrames(1);
        keeper.restore(place);
      }
      keeper.remembering = true;
    };
    void goToPlace();
    return () => {
      current = false;
    };
  }, [sessionId]);

  const { hidden, roof } = options;
  const covered = hidden === 0 && roof !== null;
  const events = store.events.value;
  const firstEvent = events[0]?.id;
  useEffect(() => {
    const top = topRef.current;
    if (top === null || covered) {
      return undefined;
    }
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) {
          void showMore();
        }
      },
      { root: top.closest('[role="log"]'), rootMargin: `${String(headStart)}px 0px 0px 0px` },
    );
    watcher.observe(top);
    return () => watcher.disconnect();
  }, [hidden, covered, firstEvent, sessionId, rounds.value]);

  return { loading, load: showMore };
}
