import { useEffect, useRef } from 'preact/hooks';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { countWords } from '../formats';

/** Tells screen readers when a reply begins and ends, instead of every piece of it. */
export function Announcer() {
  const { announce, announcement, store } = useChat();
  const turnId = store.turnId.value;
  const sessionId = store.sessionId.value;
  const before = useRef<{ readonly turnId: string | null; readonly sessionId: string | null }>({
    turnId: null,
    sessionId,
  });

  useEffect(() => {
    const strings = store.strings.peek();
    const former = before.current;
    before.current = { turnId, sessionId };
    if (turnId !== null && turnId !== former.turnId) {
      announce(store.turn.peek()?.elsewhere === true ? strings.replyStartedElsewhere : strings.replyStarted);
    } else if (turnId === null && former.turnId !== null && former.sessionId === sessionId) {
      announce(formatString(strings.replyFinished, countReplyWords(former.turnId)));
    }
  }, [turnId, sessionId]);

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
