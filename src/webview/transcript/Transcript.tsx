import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { TranscriptProjector } from '../../core/session/transcript';
import type { TranscriptItem } from '../../core/session/transcriptItem';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon } from '../components/icons';
import { memo } from '../components/memo';
import { dayOf } from '../formats';
import { AssistantMessage } from './AssistantMessage';
import { Compaction } from './Compaction';
import { Line, Note, SystemBlock, Unreadable } from './Lines';
import { moveBetweenMessages } from './messageKeys';
import { useFolds } from './useFolds';
import { FoldProvider, useFoldSwitch } from './useFoldSwitch';
import { firstCount, useOlder } from './useOlder';
import { useScroll } from './useScroll';
import { UserMessage } from './UserMessage';
import { chunksOf, countMessagesAfter, eventsToShow, withoutSetUp, withRunningTurn, type Chunk } from './visibleItems';

/** The conversation. Its newest items are drawn first; older ones come as they are scrolled to. */
export function Transcript() {
  const { composer, store } = useChat();
  const scrollerRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const topRef = useRef<HTMLDivElement>(null);
  const keeper = useScroll(scrollerRef, contentRef);
  const folds = useFolds(useTranscriptItems(), keeper);
  const { items, roof } = folds.folded.value;
  const limit = useSignal(firstCount);
  const strings = store.strings.value;
  const first = Math.max(0, items.length - limit.value);
  const shown = useMemo(() => items.slice(first), [items, first]);
  // Below a summary of everything from the very first entry on there is nothing to ask for.
  const hasMore = first > 0 || (store.hasOlder.value && (roof === null || roof.fromSeq > 1));

  const older = useOlder(topRef, { keeper, limit, hidden: first, roof, setOpen: folds.set });
  const following = keeper.value?.following.value ?? true;
  const lastSeen = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (following) {
      lastSeen.current = items.at(-1)?.key ?? null;
    }
  }, [following, items]);
  const runningKey = store.turnId.value === null ? null : (items.at(-1)?.key ?? null);
  const news = following ? 0 : countMessagesAfter(items, lastSeen.current);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      composer.focus();
    } else if (scrollerRef.current !== null) {
      moveBetweenMessages(scrollerRef.current, event);
    }
  };

  const foldSwitch = useFoldSwitch({ folds, older, keeper, limit, scrollerRef });

  return (
    <div class="transcript">
      {/* The log takes keys for the messages inside of it, which are what is focused. */}
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions */}
      <div
        ref={scrollerRef}
        class="scroller"
        role="log"
        aria-label={strings.conversation}
        aria-live="off"
        onKeyDown={onKeyDown}
      >
        <div ref={contentRef} class="messages">
          <div ref={topRef} />
          {hasMore && (
            <button type="button" class="load-older" disabled={older.loading.value} onClick={() => void older.load()}>
              {older.loading.value ? strings.loadingOlder : strings.loadOlder}
            </button>
          )}
          <FoldProvider value={foldSwitch}>
            <Chunks items={shown} runningKey={runningKey} />
          </FoldProvider>
        </div>
      </div>
      {!following && (
        <button
          type="button"
          class="jump"
          aria-label={strings.jumpToLatest}
          title={news > 0 ? formatString(strings.jumpToLatestCount, news) : strings.jumpToLatest}
          onClick={() => {
            limit.value = firstCount;
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
function useTranscriptItems(): ReadonlySignal<readonly TranscriptItem[]> {
  const { store } = useChat();
  const projector = useMemo(() => new TranscriptProjector(), []);
  return useComputed(() => {
    // Of the running turn only its beginning matters here: its text is drawn by the message that it grows in.
    void store.turnId.value;
    void store.turnParent.value;
    const turn = store.turn.peek();
    const events = store.hasOlder.value ? store.events.value : withoutSetUp(store.events.value);
    const projected = projector.project(eventsToShow(events, turn), {
      turnStatus: turn === null ? store.turnStatus.value : 'running',
      idleGapMs: store.idleGapMs.value,
      dayOf,
      today: dayOf(Date.now()),
    });
    return withRunningTurn(projected, turn, events.at(-1)?.seq ?? 0);
  });
}

interface ChunksProps {
  readonly items: readonly TranscriptItem[];
  readonly runningKey: string | null;
}

function Chunks({ items, runningKey }: ChunksProps) {
  const previous = useRef<readonly Chunk[]>([]);
  const chunks = chunksOf(items, previous.current);
  previous.current = chunks;
  const lastKey = items.at(-1)?.key ?? null;
  return (
    <>
      {chunks.map((chunk, index) => {
        const last = index === chunks.length - 1;
        return (
          <Items key={chunk.id} chunk={chunk} runningKey={last ? runningKey : null} lastKey={last ? lastKey : null} />
        );
      })}
    </>
  );
}

interface ItemsProps {
  readonly chunk: Chunk;
  readonly runningKey: string | null;
  readonly lastKey: string | null;
}

const Items = memo(function Items({ chunk, runningKey, lastKey }: ItemsProps) {
  return (
    <div class="chunk">
      {chunk.items.map((item) => (
        <Item key={item.key} item={item} running={item.key === runningKey} last={item.key === lastKey} />
      ))}
    </div>
  );
});

const Item = memo(function Item({
  item,
  running,
  last,
}: {
  readonly item: TranscriptItem;
  readonly running: boolean;
  readonly last: boolean;
}) {
  switch (item.kind) {
    case 'user':
      return <UserMessage item={item} />;
    case 'assistant':
      return <AssistantMessage item={item} running={running} last={last} />;
    case 'system':
      return <SystemBlock item={item} />;
    case 'unreadable':
      return <Unreadable part={item} />;
    case 'altered':
    case 'cut':
      return <Note part={item} />;
    case 'compaction':
      return <Compaction item={item} />;
    case 'day':
    case 'gap':
    case 'model-changed':
    case 'title-changed':
    case 'skill-changed':
    case 'unanswered':
      return <Line item={item} />;
  }
});
