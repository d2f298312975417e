import type { AssistantPart } from '../../core/session/transcriptItem';
import type { ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon, type IconName } from '../components/icons';

type TextPart = Extract<AssistantPart, { readonly kind: 'text' }>;

/** Says how an answer ended when it did not simply end, and what can be done: only below the last one. */
export function FinishNote({ part, last }: { readonly part: TextPart; readonly last: boolean }) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  if (part.finish === 'completed') {
    return null;
  }
  const canContinue = part.text !== '';
  const idle = store.turnId.value === null;
  return (
    <div class={`finish-note ${part.finish}`}>
      <span class="finish-text" role={part.finish === 'failed' && last ? 'alert' : undefined}>
        <Icon name={iconOf(part.finish)} {...(part.finish === 'failed' ? { tone: 'error' } : {})} />
        <span>{textOf(part, strings)}</span>
      </span>
      {last && idle && (
        <span class="button-row">
          {part.finish !== 'length' && (
            <button type="button" class="button" onClick={() => void actions.runInSession('turn/retry')}>
              {strings.retry}
            </button>
          )}
          {canContinue && (
            <button type="button" class="button" onClick={() => void actions.runInSession('turn/continue')}>
              {strings.continueReply}
            </button>
          )}
        </span>
      )}
    </div>
  );
}

function iconOf(finish: TextPart['finish']): IconName {
  if (finish === 'failed') {
    return 'error';
  }
  return finish === 'cancelled' ? 'debug-stop' : 'warning';
}

function textOf(part: TextPart, strings: ViewStrings): string {
  switch (part.finish) {
    case 'failed':
      return part.error?.message ?? strings.failed;
    case 'cancelled':
      return strings.stopped;
    case 'interrupted':
      return part.text === '' ? strings.interruptedBeforeReply : strings.interrupted;
    case 'length':
      return strings.lengthReached;
    case 'completed':
      return '';
  }
}
