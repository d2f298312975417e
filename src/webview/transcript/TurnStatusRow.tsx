import { useEffect, useState } from 'preact/hooks';
import { formatString, type ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon } from '../components/icons';
import type { TurnView } from '../state/chatState';

/** Characters above which a growing text is shown plain, from its end. */
const longLength = 400_000;

/** Says what a running turn waits for. */
export function TurnStatusRow({ turn }: { readonly turn: TurnView }) {
  const { store } = useChat();
  const strings = store.strings.value;
  const { retry } = turn;
  if (retry !== null) {
    return <RetryRow at={retry.at} message={retry.error.message ?? strings.failed} />;
  }
  const label = store.model.value?.label ?? '';
  const text = {
    preparing: strings.preparing,
    connecting: formatString(strings.connecting, label === '' ? (turn.model?.model ?? '') : label),
    streaming: streamingText(turn, strings),
    tools: strings.toolsRunning,
    waiting: strings.streaming,
    stopping: store.store.value?.kind === 'trouble' ? strings.savingWaits : strings.stopping,
  }[turn.phase];
  const watched = turn.elsewhere === true && turn.phase !== 'stopping';
  return (
    <div class="turn-status">
      <Icon name="loading" spin />
      <span>{watched ? strings.streamingElsewhere : text}</span>
    </div>
  );
}

function streamingText({ text }: TurnView, strings: ViewStrings): string {
  return text.length > longLength ? strings.streamingLong : strings.streaming;
}

function RetryRow({ at, message }: { readonly at: number; readonly message: string }) {
  const { store } = useChat();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((at - now) / 1_000));
  return (
    <div class="turn-status">
      <Icon name="warning" />
      <span>{formatString(store.strings.value.retryIn, message, seconds)}</span>
    </div>
  );
}
