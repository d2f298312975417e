import { useState } from 'preact/hooks';
import type { UserItem } from '../../core/session/transcriptItem';
import { useChat } from '../chat';
import { CopyButton } from '../components/CopyButton';
import { memo } from '../components/memo';
import { dateTimeText, timeText } from '../formats';
import { VisibleText } from '../markdown/VisibleText';

/** Longer messages are folded to this many characters and lines. */
const maxFolded = { characters: 1_500, lines: 20 };

export const UserMessage = memo(function UserMessage({ item }: { readonly item: UserItem }) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const [unfolded, setUnfolded] = useState(false);
  const folded = foldedText(item.text);
  const time = timeText(item.createdAt);
  return (
    <article class="message user" aria-label={`${strings.you}, ${time}`} tabIndex={-1} data-event-id={item.eventId}>
      <div class="bubble" dir="auto">
        <VisibleText text={folded === null || unfolded ? item.text : folded} />
        {folded !== null && (
          <button type="button" class="fold-button" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
            {unfolded ? strings.showLess : strings.contextTooLarge}
          </button>
        )}
      </div>
      <div class="message-footer">
        <time class="on-hover" title={dateTimeText(item.createdAt)} dateTime={new Date(item.createdAt).toISOString()}>
          {time}
        </time>
        <span class="on-hover">
          <CopyButton label={strings.copyMessage} copy={() => actions.copy(item.text)} />
        </span>
      </div>
    </article>
  );
});

function foldedText(text: string): string | null {
  const lines = text.split('\n');
  if (text.length <= maxFolded.characters && lines.length <= maxFolded.lines) {
    return null;
  }
  return `${lines.slice(0, maxFolded.lines).join('\n').slice(0, maxFolded.characters)}…`;
}
