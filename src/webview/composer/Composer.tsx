import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { completeSlashCommand, type SlashCommandName } from '../../core/session/slashCommands';
import { useChat } from '../chat';
import { Icon } from '../components/icons';
import { focusLastMessage } from '../transcript/messageKeys';
import { isSendKey } from './composerText';
import { HelpCard } from './HelpCard';
import { canRecallEarlier, canRecallLater } from './inputHistory';
import { CommandList, commandListId, commandOptionId } from './CommandList';

export function Composer() {
  const { actions, composer, store } = useChat();
  const strings = store.strings.value;
  const boxRef = useRef<HTMLTextAreaElement>(null);
  const text = composer.text.value;
  const selected = useSignal(0);
  /** Esc closes the list for the text as it is. */
  const closedFor = useSignal<string | null>(null);
  const commands = closedFor.value === text ? [] : completeSlashCommand(text);
  const active = commands[Math.min(selected.value, commands.length - 1)];
  const running = composer.running.value;
  const note = composer.note.value;

  useAutoGrow(boxRef, text);
  const focusRequests = composer.focusRequests.value;
  useEffect(() => {
    if (focusRequests > 0) {
      boxRef.current?.focus();
    }
  }, [focusRequests]);

  const complete = (name: SlashCommandName): void => {
    selected.value = 0;
    composer.type(`/${name} `);
    boxRef.current?.focus();
  };
  const choose = (name: SlashCommandName): void => {
    selected.value = 0;
    // Renaming wants a title behind it; the others are complete as they are.
    if (name === 'rename') {
      complete(name);
    } else {
      composer.type(`/${name}`);
      void composer.submit();
    }
  };

  const onListKey = (event: KeyboardEvent): boolean => {
    if (active === undefined || event.isComposing) {
      return false;
    }
    const index = commands.indexOf(active);
    switch (event.key) {
      case 'ArrowDown':
        selected.value = (index + 1) % commands.length;
        return true;
      case 'ArrowUp':
        selected.value = (index - 1 + commands.length) % commands.length;
        return true;
      case 'Tab':
        complete(active);
        return !event.shiftKey;
      case 'Enter':
        choose(active);
        return true;
      case 'Escape':
        closedFor.value = text;
        return true;
      default:
        return false;
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const box = boxRef.current;
    if (box !== null && (onListKey(event) || onEditKey(event, box))) {
      event.preventDefault();
    }
  };

  const onEditKey = (event: KeyboardEvent, box: HTMLTextAreaElement): boolean => {
    if (isSendKey(event, store.enterSends.value)) {
      void composer.submit();
      return true;
    }
    if (event.isComposing) {
      return false;
    }
    const modified = event.ctrlKey || event.metaKey;
    switch (event.key) {
      case 'Escape':
        if (running) {
          actions.stop();
        }
        composer.helpShown.value = false;
        return true;
      case 'ArrowUp':
        if (modified) {
          return focusLastMessage();
        }
        return canRecallEarlier(box.selectionStart, box.selectionEnd) && recall(box, 'earlier');
      case 'ArrowDown':
        return (
          !modified &&
          canRecallLater(composer.historyState, box.selectionStart, box.selectionEnd, box.value.length) &&
          recall(box, 'later')
        );
      default:
        return false;
    }
  };

  const recall = (box: HTMLTextAreaElement, direction: 'earlier' | 'later'): boolean => {
    const moved = composer.recall(direction);
    if (moved) {
      box.value = composer.text.peek();
      const caret = direction === 'earlier' ? 0 : box.value.length;
      box.setSelectionRange(caret, caret);
    }
    return moved;
  };

  return (
    <footer class="composer">
      {composer.helpShown.value && <HelpCard />}
      {note !== null && (
        <div class={`composer-note ${note.kind}`} id="composer-note" role={note.kind === 'error' ? 'alert' : undefined}>
          {note.kind === 'error' && <Icon name="error" tone="error" />}
          <span>{note.text}</span>
        </div>
      )}
      <div class="composer-box">
        {active !== undefined && <CommandList commands={commands} active={active} onChoose={choose} />}
        <textarea
          ref={boxRef}
          rows={1}
          dir="auto"
          aria-label={strings.message}
          aria-autocomplete="list"
          aria-controls={active === undefined ? undefined : commandListId}
          aria-activedescendant={active === undefined ? undefined : commandOptionId(active)}
          aria-describedby={note === null ? undefined : 'composer-note'}
          placeholder={strings.messagePlaceholder}
          value={text}
          onInput={(event) => composer.type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <div class="composer-tools">
          <ModelButton />
          <span class="spacer" />
          {running ? (
            <button
              type="button"
              class="send-button"
              aria-label={strings.stop}
              title={`${strings.stop} (Esc)`}
              onClick={actions.stop}
            >
              <Icon name="debug-stop" />
            </button>
          ) : (
            <button
              type="button"
              class="send-button"
              aria-label={strings.send}
              title={strings.send}
              disabled={!composer.canSend.value}
              onClick={() => {
                void composer.submit();
                boxRef.current?.focus();
              }}
            >
              <Icon name="arrow-up" />
            </button>
          )}
        </div>
      </div>
    </footer>
  );
}

function ModelButton() {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const model = store.model.value;
  const label = model === null || model.label === '' ? strings.chooseModel : model.label;
  return (
    <span class="model" title={label}>
      <span class="model-label" id="model-label">
        {label}
      </span>
      <button
        type="button"
        class="model-button"
        aria-label={strings.chooseModel}
        aria-describedby="model-label"
        onClick={() => void actions.pickModel()}
      >
        <Icon name="chevron-down" />
      </button>
    </span>
  );
}

/** Grows with its text; the style sheet sets the limit. */
function useAutoGrow(boxRef: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const box = boxRef.current;
    if (box !== null) {
      box.style.height = 'auto';
      box.style.height = `${String(box.scrollHeight)}px`;
    }
  }, [text]);
}
