import { useEffect, useRef } from 'preact/hooks';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { countWords } from '../formats';

/** Tells screen readers when a reply begins and ends, instead of every piece of it. */
export function Announcer() {
  const { announce, announcement, store } = useChat();
  const turnId = store.turnId.value;
  const before = useRef<string | null>(null);

  useEffect(() => {
    const strings = store.strings.peek();
    const ended = before.current;
    before.current = turnId;
    if (turnId !== null && turnId !== ended) {
      announce(strings.replyStarted);
    } else if (turnId === null && ended !== null) {
      announce(formatString(strings.replyFinished, countReplyWords(ended)));
    }
  }, [turnId]);

  const countReplyWords = (turn: string): number =>
    store.events
      .peek()
      .filter((event) => event.turnId === turn)
      .reduce((sum, { body }) => sum + (body.type === 'text' ? countWords(body.content) : 0), 0);

  return (
    <div class="screen-reader-only" aria-live="polite" aria-atomic="true">
      {announcement.value}
    </div>
  );
}
