import type { LineItem, NotePart, SystemItem, UnreadablePart } from '../../core/session/transcriptItem';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon } from '../components/icons';
import { memo } from '../components/memo';
import { dayText, numberText, spanText } from '../formats';
import { VisibleText } from '../markdown/VisibleText';
import { PlainText } from '../markdown/PlainText';

/** A thin line between messages. */
export const Line = memo(function Line({ item }: { readonly item: LineItem }) {
  const { store } = useChat();
  const strings = store.strings.value;
  switch (item.kind) {
    case 'day':
      return <Divider text={dayText(item.at, Date.now(), strings)} />;
    case 'gap':
      return <Divider text={formatString(strings.idleGap, spanText(item.ms))} />;
    case 'model-changed':
      return <Divider text={formatString(strings.modelChanged, item.to.model)} />;
    case 'title-changed':
      return <Divider text={formatString(strings.titleChanged, item.to)} />;
    case 'skill-changed':
      return <Divider text={item.to === null ? strings.skillCleared : formatString(strings.skillChanged, item.to)} />;
    case 'unanswered':
      return <Unanswered interrupted={item.status === 'interrupted'} />;
  }
});

export function Divider({ text }: { readonly text: string }) {
  return (
    <div class="divider">
      <span dir="auto">
        <VisibleText text={text} />
      </span>
    </div>
  );
}

function Unanswered({ interrupted }: { readonly interrupted: boolean }) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  return (
    <div class="finish-note interrupted">
      <span class="finish-text">
        <Icon name="warning" />
        <span>{interrupted ? strings.interruptedBeforeReply : strings.noReply}</span>
      </span>
      {store.turnId.value === null && (
        <span class="button-row">
          <button type="button" class="button" onClick={() => void actions.runInSession('turn/retry')}>
            {strings.retry}
          </button>
        </span>
      )}
    </div>
  );
}

/** Output that did not come from the model. */
export const SystemBlock = memo(function SystemBlock({ item }: { readonly item: SystemItem }) {
  const { store } = useChat();
  return (
    <div class="system-block" data-event-id={item.eventId}>
      <div class="fold-label">
        <Icon name="terminal" />
        <span>
          <VisibleText
            text={[store.strings.value.systemOutput, item.name, item.command]
              .filter((part) => part !== null && part !== '')
              .join(' · ')}
          />
        </span>
      </div>
      <PlainText text={item.content} growing={false} />
    </div>
  );
});

/** Stands for an entry that cannot be shown, so that nothing goes missing in silence. */
export const Unreadable = memo(function Unreadable({ part }: { readonly part: UnreadablePart }) {
  const { store } = useChat();
  const strings = store.strings.value;
  const text = part.reason === null ? formatString(strings.unknownEntry, part.eventType) : strings.unreadable;
  return (
    <div class="unreadable" data-event-id={part.eventId} title={part.reason ?? undefined}>
      <Icon name="info" />
      <span>
        <VisibleText text={text} />
      </span>
    </div>
  );
});

/** Says of the entry above that it is not all, or not what, was written. */
export const Note = memo(function Note({ part }: { readonly part: NotePart }) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const { kind, eventId } = part;
  return (
    <div class={`entry-note ${kind}`} role="note">
      <Icon name={kind === 'altered' ? 'warning' : 'info'} {...(kind === 'altered' ? { tone: 'warning' } : {})} />
      <span>
        {kind === 'altered' ? strings.altered : formatString(strings.cut, numberText(part.characters))}
        {kind === 'cut' && (
          <>
            {' '}
            <button type="button" class="link-button" onClick={() => actions.openMessage(eventId)}>
              {strings.openWhole}
            </button>
          </>
        )}
      </span>
    </div>
  );
});
