import type { EventId } from '../../core/session/session';
import type { AssistantItem, AssistantPart } from '../../core/session/transcriptItem';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { CopyButton } from '../components/CopyButton';
import { IconButton } from '../components/IconButton';
import { Icon } from '../components/icons';
import { memo } from '../components/memo';
import { dateTimeText, timeText, usageText } from '../formats';
import { Markdown } from '../markdown/Markdown';
import type { TurnView } from '../state/chatState';
import { FinishNote } from './FinishNote';
import { Note, Unreadable } from './Lines';
import { Reasoning } from './Reasoning';
import { ToolConfirmation, ToolRow } from './ToolParts';
import { TurnStatusRow } from './TurnStatusRow';

interface AssistantMessageProps {
  readonly item: AssistantItem;
  /** The running turn grows here. */
  readonly running: boolean;
  /** Nothing comes after it, so that it can be made again or gone on with. */
  readonly last: boolean;
}

/** All that one turn answered. Only the one of the running turn is drawn again while a reply streams. */
export const AssistantMessage = memo(function AssistantMessage({ item, running, last }: AssistantMessageProps) {
  const { store } = useChat();
  const turn = running ? store.turn.value : null;
  const time = timeText(item.createdAt);
  const parts = turn === null ? item.parts : [...item.parts, ...runningParts(turn)];
  const end = parts.findLastIndex(({ kind }) => kind !== 'altered' && kind !== 'cut');
  return (
    <article
      class="message assistant"
      aria-label={`${store.strings.value.assistant}, ${time}`}
      aria-busy={running}
      tabIndex={-1}
      data-event-id={item.eventIds[0]}
    >
      {parts.map((part, index) => (
        // Named by place, so that a part stays the same element when what has streamed is stored.
        <Part
          key={`${part.kind}${String(index)}`}
          part={part}
          growing={index >= item.parts.length && index === parts.length - 1}
          last={last && index === end}
        />
      ))}
      {turn === null ? <Footer item={item} last={last} time={time} /> : <RunningTail item={item} turn={turn} />}
    </article>
  );
});

function runningParts(turn: TurnView): readonly AssistantPart[] {
  const eventId = '' as EventId;
  const parts: AssistantPart[] = [];
  if (turn.reasoning !== '') {
    parts.push({ kind: 'reasoning', key: 'reasoning', eventId, text: turn.reasoning });
  }
  if (turn.text !== '') {
    parts.push({ kind: 'text', key: 'text', eventId, text: turn.text, finish: 'completed', error: null });
  }
  return parts;
}

interface PartProps {
  readonly part: AssistantPart;
  readonly growing: boolean;
  readonly last: boolean;
}

const Part = memo(function Part({ part, growing, last }: PartProps) {
  switch (part.kind) {
    case 'text':
      return (
        <>
          <Markdown text={part.text} growing={growing} />
          <FinishNote part={part} last={last} />
        </>
      );
    case 'reasoning':
      return <Reasoning text={part.text} growing={growing} />;
    case 'tool':
      return <ToolRow part={part} />;
    case 'unreadable':
      return <Unreadable part={part} />;
    case 'altered':
    case 'cut':
      return <Note part={part} />;
  }
});

/** Calls without an event yet, questions to the person, and what the turn waits for. */
function RunningTail({ item, turn }: { readonly item: AssistantItem; readonly turn: TurnView }) {
  const stored = new Set(item.parts.flatMap((part) => (part.kind === 'tool' ? [part.callId] : [])));
  // The window that runs the turn asks; here nothing can be allowed.
  const asking = turn.elsewhere === true ? [] : turn.pendingTools;
  const confirmations = asking.filter((tool) => tool.phase === 'confirm');
  return (
    <>
      {turn.pendingTools
        .filter((tool) => tool.phase === 'running' && !stored.has(tool.id))
        .map((tool) => (
          <ToolRow key={tool.id} part={{ callId: tool.id, name: tool.name, input: tool.input, result: null }} />
        ))}
      {confirmations.map((tool) => (
        <ToolConfirmation key={`confirm:${tool.id}`} turnId={turn.turnId} tool={tool} />
      ))}
      {confirmations.length === 0 && <TurnStatusRow turn={turn} />}
    </>
  );
}

function Footer({ item, last, time }: { readonly item: AssistantItem; readonly last: boolean; readonly time: string }) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const text = item.parts.flatMap((part) => (part.kind === 'text' && part.text !== '' ? [part.text] : [])).join('\n\n');
  const answer = item.parts.findLast((part) => part.kind === 'text');
  const usage = usageText(item.usage, item.durationMs, strings);
  return (
    <div class="message-footer">
      {text !== '' && (
        <span class={last ? 'message-actions' : 'message-actions on-hover'}>
          <CopyButton label={strings.copyMessage} copy={() => actions.copyMessage(text, item.eventIds)} />
          {last && answer !== undefined && store.turnId.value === null && (
            <IconButton label={strings.regenerate} icon="refresh" onClick={() => actions.regenerate(answer.eventId)} />
          )}
        </span>
      )}
      {item.model !== null && (
        <span
          class={item.modelDiffers ? 'model-name' : 'model-name on-hover'}
          title={`${item.model.provider}/${item.model.model}`}
        >
          {item.model.model}
        </span>
      )}
      {item.skill !== null && (
        <span class="skill-name on-hover" title={formatString(strings.skillOfAnswer, item.skill)}>
          <Icon name="book" />
          {item.skill}
        </span>
      )}
      {usage !== '' && <span class="on-hover">{usage}</span>}
      <time class="on-hover" title={dateTimeText(item.createdAt)} dateTime={new Date(item.createdAt).toISOString()}>
        {time}
      </time>
    </div>
  );
}
