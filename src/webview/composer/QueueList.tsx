import { useEffect, useRef } from 'preact/hooks';
import { asTyped } from '../../core/session/drafts';
import type { QueuedMessage } from '../../protocol/chatProtocol';
import { useChat } from '../chat';
import { IconButton } from '../components/IconButton';
import { Icon } from '../components/icons';
import { VisibleText } from '../markdown/VisibleText';

/** Characters of a message that its row has; what does not fit into the line is cut off there. */
const rowLength = 200;

/** Messages that go one by one when the reply before them is over. */
export function QueueList() {
  const { announce, store } = useChat();
  const strings = store.strings.value;
  const queued = store.queued.value;
  const sessionId = store.sessionId.value;
  const before = useRef({ sessionId, count: queued.length });
  useEffect(() => {
    const former = before.current;
    before.current = { sessionId, count: queued.length };
    if (former.sessionId === sessionId && queued.length > former.count) {
      announce(strings.queuedAnnounced);
    }
  }, [sessionId, queued.length]);
  const [first] = queued;
  return first === undefined ? null : (
    <section class="queue" aria-labelledby="queue-title">
      <h3 id="queue-title">{first.problem === undefined ? strings.queue : strings.queueStuck}</h3>
      <ul>
        {queued.map((message) => (
          <li key={message.clientMessageId}>
            <Queued message={message} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Queued({ message }: { readonly message: QueuedMessage }) {
  const { actions, composer, store } = useChat();
  const strings = store.strings.value;
  const { problem } = message;
  const line = asTyped(message).trim().split('\n', 1)[0]?.slice(0, rowLength) ?? '';
  const remove = (): void => {
    void actions.unqueue(message.clientMessageId);
    // The row is about to go, and the keyboard must not go with it.
    composer.focus();
  };
  return (
    <>
      <div class="queued">
        <Icon name="history" />
        <span class="queued-text" dir="auto">
          <VisibleText text={line} />
        </span>
        <IconButton label={strings.editQueued} icon="edit" onClick={() => void composer.takeBack(message)} />
        <IconButton label={strings.removeQueued} icon="close" onClick={remove} />
      </div>
      {problem !== undefined && (
        <div class="queued-problem">
          <Icon name="error" tone="error" />
          <span role="alert">{problem}</span>
          <button type="button" class="link-button" onClick={() => void actions.runInSession('queue/send')}>
            {strings.sendNow}
          </button>
        </div>
      )}
    </>
  );
}
