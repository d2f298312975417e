import { useComputed, useSignal } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { projectTranscript } from '../../core/session/transcript';
import type { TranscriptItem } from '../../core/session/transcriptItem';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon } from '../components/icons';
import { memo } from '../components/memo';
import { dayOf } from '../formats';
import { AssistantMessage } from './AssistantMessage';
import { Line, SystemBlock, Unreadable } from './Lines';
import { moveBetweenMessages } from './messageKeys';
import { pageSize, useOlder } from './useOlder';
import { useScroll } from './useScroll';
import { UserMessage } from './UserMessage';
import { countMessagesAfter, eventsToShow, withRunningTurn } from './visibleItems';

/** The conversation. Its newest items are drawn first; older ones come as they are scrolled to. */
export function Transcript() {
  const { composer, store } = useChat();
  const scrollerRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const topRef = useRef<HTMLDivElement>(null);
  const items = useTranscriptItems();
  const limit = useSignal(pageSize);
  const strings = store.strings.value;
  const first = Math.max(0, items.length - limit.value);
  const shown = useMemo(() => items.slice(first), [items, first]);
  const hasMore = first > 0 || store.hasOlder.value;

  const keeper = useScroll(scrollerRef, contentRef);
  const older = useOlder(topRef, { keeper, limit, hidden: first });
  const following = keeper.value?.following.value ?? true;
  const lastSeen = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (following) {
      lastSeen.current = items.at(-1)?.key ?? null;
    }
  }, [following, items]);
  const news = following ? 0 : countMessagesAfter(items, lastSeen.current);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      composer.focus();
    } else if (scrollerRef.current !== null) {
      moveBetweenMessages(scrollerRef.current, event);
    }
  };

  return (
    <div class="transcript">
      {/* The log takes keys for the messages inside of it, which are what is focused. */}
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions */}
      <div ref={scrollerRef} class="scroller" role="log" aria-label={strings.conversation} aria-live="off" onKeyDown={onKeyDown}>
        <div ref={contentRef} class="messages">
          <div ref={topRef} />
          {hasMore && (
            <button type="button" class="load-older" disabled={older.loading.value} onClick={older.load}>
              {older.loading.value ? strings.loadingOlder : strings.loadOlder}
            </button>
          )}
          <Items items={shown} runningKey={useRunningKey(items)} />
        </div>
      </div>
      {!following && (
        <button
          type="button"
          class="jump"
          aria-label={strings.jumpToLatest}
          title={news > 0 ? formatString(strings.jumpToLatestCount, news) : strings.jumpToLatest}
          onClick={() => {
            limit.value = pageSize;
            keeper.value?.follow();
          }}
        >
          <Icon name="arrow-down" />
          {news > 0 && <span class="jump-count">{news}</span>}
        </button>
      )}
    </div>
  );
}

/** Items in the order of the branch; those that did not change stay the same objects. */
function useTranscriptItems(): readonly TranscriptItem[] {
  const { store } = useChat();
  const previous = useRef<readonly TranscriptItem[]>([]);
  const items = useComputed(() => {
    // Of the running turn only its beginning matters here: its text is drawn by the message that it grows in.
    void store.turnId.value;
    void store.turnParent.value;
    const turn = store.turn.peek();
    const projected = projectTranscript(
      eventsToShow(store.events.value, turn),
      {
        turnStatus: turn === null ? store.turnStatus.value : 'running',
        idleGapMs: store.idleGapMs.value,
        dayOf,
        today: dayOf(Date.now()),
      },
      previous.current,
    );
    previous.current = projected;
    return withRunningTurn(projected, turn);
  });
  return items.value;
}

function useRunningKey(items: readonly TranscriptItem[]): string | null {
  const { store } = useChat();
  return store.turnId.value === null ? null : (items.at(-1)?.key ?? null);
}

interface ItemsProps {
  readonly items: readonly TranscriptItem[];
  readonly runningKey: string | null;
}

const Items = memo(function Items({ items, runningKey }: ItemsProps) {
  const lastKey = items.at(-1)?.key;
  return (
    <>
      {items.map((item) => (
        <Item key={item.key} item={item} running={item.key === runningKey} last={item.key === lastKey} />
      ))}
    </>
  );
});

const Item = memo(function Item({ item, running, last }: { readonly item: TranscriptItem; readonly running: boolean; readonly last: boolean }) {
  switch (item.kind) {
    case 'user':
      return <UserMessage item={item} />;
    case 'assistant':
      return <AssistantMessage item={item} running={running} last={last} />;
    case 'system':
      return <SystemBlock item={item} />;
    case 'unreadable':
      return <Unreadable part={item} />;
    case 'day':
    case 'gap':
    case 'model-changed':
    case 'title-changed':
    case 'skill':
    case 'unanswered':
      return <Line item={item} />;
  }
});
