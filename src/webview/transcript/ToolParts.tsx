import { useState } from 'preact/hooks';
import type { TurnId } from '../../core/session/session';
import type { Json } from '../../core/session/sessionEvent';
import type { ToolPart } from '../../core/session/transcriptItem';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon, type IconName } from '../components/icons';
import { memo } from '../components/memo';
import { VisibleText } from '../markdown/VisibleText';
import type { ToolDecision } from '../state/chatActions';
import type { TurnView } from '../state/chatState';

type PendingTool = TurnView['pendingTools'][number];

/** Characters of an input or a result that are shown at first, and with every further step. */
const stepLength = 20_000;

interface ToolRowProps {
  readonly part: Pick<ToolPart, 'callId' | 'name' | 'input' | 'result'>;
}

/** One line per call; its input and result unfold below. */
export const ToolRow = memo(function ToolRow({ part }: ToolRowProps) {
  const { store } = useChat();
  const strings = store.strings.value;
  const running = part.result === null && store.runningTools.value.has(part.callId);
  const state = running ? 'loading' : iconOf(part.result);
  return (
    <details class="fold tool">
      <summary>
        <Icon name={state} spin={running} {...(part.result?.isError === true ? { tone: 'error' } : {})} />
        <span class="fold-title">
          <VisibleText text={formatString(strings.toolCall, part.name)} />
        </span>
        {part.result?.isError === true && <span class="tool-failed">{strings.toolFailed}</span>}
      </summary>
      <div class="fold-body">
        <div class="fold-label">{strings.toolInput}</div>
        <Raw text={inputText(part.input)} />
        <div class="fold-label">{strings.toolResult}</div>
        {part.result === null ? (
          <p>{running ? strings.toolsRunning : strings.toolNoResult}</p>
        ) : (
          <Raw text={part.result.content} />
        )}
      </div>
    </details>
  );
});

/** Asks whether the model may use a tool. The input is shown in full, because it is what is agreed to. */
export function ToolConfirmation({ turnId, tool }: { readonly turnId: TurnId; readonly tool: PendingTool }) {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const title = formatString(strings.toolConfirmTitle, tool.name);
  const decide = (decision: ToolDecision) => () => actions.respondToTool(turnId, tool.id, decision);
  return (
    <div class="card confirm" role="group" aria-label={title}>
      <div class="card-title">
        <Icon name="tools" />
        <span>
          <VisibleText text={title} />
        </span>
      </div>
      <Raw text={inputText(tool.input)} />
      <div class="button-row">
        <button type="button" class="button primary" onClick={decide('once')}>
          {strings.toolAllowOnce}
        </button>
        <button type="button" class="button" onClick={decide('session')}>
          {strings.toolAllowSession}
        </button>
        <button type="button" class="button" onClick={decide('always')}>
          {strings.toolAllowAlways}
        </button>
        <button type="button" class="button" onClick={decide('deny')}>
          {strings.toolDeny}
        </button>
      </div>
    </div>
  );
}

function Raw({ text }: { readonly text: string }) {
  const { store } = useChat();
  const [length, setLength] = useState(stepLength);
  return (
    <>
      {/* Long content scrolls, which the keyboard must be able to do as well. */}
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex */}
      <pre class="raw" tabIndex={0} dir="ltr">
        <VisibleText text={text.length > length ? `${text.slice(0, length)}…` : text} />
      </pre>
      {text.length > length && (
        <button type="button" class="fold-button" onClick={() => setLength(length + stepLength)}>
          {store.strings.value.contextTooLarge}
        </button>
      )}
    </>
  );
}

function iconOf(result: ToolPart['result']): IconName {
  if (result === null) {
    return 'warning';
  }
  return result.isError ? 'error' : 'check';
}

function inputText(input: Json): string {
  return typeof input === 'string' ? input : JSON.stringify(input, null, 2);
}
