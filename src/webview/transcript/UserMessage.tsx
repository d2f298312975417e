import { useState } from 'preact/hooks';
import { asTyped } from '../../core/session/drafts';
import type { UserItem } from '../../core/session/transcriptItem';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { CopyButton } from '../components/CopyButton';
import { Icon } from '../components/icons';
import { memo } from '../components/memo';
import { ChipName, contextIcons, contextTypeText } from '../composer/ContextChips';
import { dateTimeText, timeText } from '../formats';
import { PlainText } from '../markdown/PlainText';
import { VisibleText } from '../markdown/VisibleText';

/** Longer messages are folded to this many characters and lines. */
const maxFolded = { characters: 1_500, lines: 20 };

export const UserMessage = memo(function UserMessage({ item }: { readonly item: UserItem }) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const time = timeText(item.createdAt);
  const { skill } = item;
  return (
    <article class="message user" aria-label={`${strings.you}, ${time}`} tabIndex={-1} data-event-id={item.eventId}>
      <div class="bubble" dir="auto">
        {skill !== null && (
          <span class="badge">
            <Icon name="book" />/{skill.name}
          </span>
        )}
        <MessageText text={item.text} />
        {skill !== null && <SkillContent name={skill.name} content={skill.content} />}
      </div>
      {item.attachments.length > 0 && <SentContext item={item} />}
      <div class="message-footer">
        <time class="on-hover" title={dateTimeText(item.createdAt)} dateTime={new Date(item.createdAt).toISOString()}>
          {time}
        </time>
        <span class="on-hover">
          <CopyButton
            label={strings.copyMessage}
            copy={() =>
              actions.copyMessage(asTyped({ text: item.text, ...(skill === null ? {} : { skill: skill.name }) }), [
                item.eventId,
              ])
            }
          />
        </span>
      </div>
    </article>
  );
});

function MessageText({ text }: { readonly text: string }) {
  const { store } = useChat();
  const strings = store.strings.value;
  const [unfolded, setUnfolded] = useState(false);
  const folded = foldedText(text);
  return (
    <>
      <VisibleText text={folded === null || unfolded ? text : folded} />
      {folded !== null && (
        <button type="button" class="fold-button" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? strings.showLess : strings.contextTooLarge}
        </button>
      )}
    </>
  );
}

/** What a skill came to, for whoever wants to know what the model was told. */
function SkillContent({ name, content }: { readonly name: string; readonly content: string }) {
  const { store } = useChat();
  const [open, setOpen] = useState(false);
  return (
    <details class="fold" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron-down" />
        <span class="fold-title">{formatString(store.strings.value.skillContent, `/${name}`)}</span>
      </summary>
      <div class="fold-body">{open && <PlainText text={content} growing={false} />}</div>
    </details>
  );
}

function SentContext({ item }: { readonly item: UserItem }) {
  const { store } = useChat();
  const strings = store.strings.value;
  return (
    <ul class="chips sent" aria-label={strings.sentAttachments}>
      {item.attachments.map(({ type, key, changed }) => (
        <li key={`${type}:${key}`} class="chip" title={key}>
          <span class="chip-label">
            <Icon name={contextIcons[type]} />
            <span class="screen-reader-only">{contextTypeText(type, strings)} </span>
            <ChipName name={key} />
          </span>
          {changed && <span class="chip-note">{strings.changedSince}</span>}
        </li>
      ))}
    </ul>
  );
}

function foldedText(text: string): string | null {
  const lines = text.split('\n');
  if (text.length <= maxFolded.characters && lines.length <= maxFolded.lines) {
    return null;
  }
  return `${lines.slice(0, maxFolded.lines).join('\n').slice(0, maxFolded.characters)}…`;
}
