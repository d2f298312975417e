import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon } from '../components/icons';
import { focusLastMessage } from '../transcript/messageKeys';
import { CommandList, commandListId, commandOptionId } from './CommandList';
import { CompactionRow } from './CompactionRow';
import { isSendKey } from './composerText';
import { ComposerTools } from './ComposerTools';
import { ContextChips } from './ContextChips';
import { HelpCard } from './HelpCard';
import { QueueList } from './QueueList';
import { canRecallEarlier, canRecallLater } from './inputHistory';
import { useDrop } from './useDrop';
import { useSlashList } from './useSlashList';

export function Composer() {
  const { actions, composer, store } = useChat();
  const strings = store.strings.value;
  const boxRef = useRef<HTMLTextAreaElement>(null);
  const text = composer.text.value;
  const slash = useSlashList();
  const { active } = slash;
  const note = composer.note.value;
  const troubleShown = store.store.value?.kind === 'trouble';
  const drop = useDrop();

  useAutoGrow(boxRef, text);
  const focusRequests = composer.focusRequests.value;
  useEffect(() => {
    if (focusRequests > 0) {
      boxRef.current?.focus();
    }
  }, [focusRequests]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const box = boxRef.current;
    if (box !== null && (slash.onKey(event) || onEditKey(event, box))) {
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
        if (composer.running.value) {
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
    <footer class="composer" {...drop.handlers}>
      {composer.helpShown.value && <HelpCard />}
      <CompactionRow />
      <QueueList />
      <SharingNote />
      {note !== null && (
        <div class={`composer-note ${note.kind}`} id="composer-note" role={note.kind === 'error' ? 'alert' : undefined}>
          {note.kind === 'error' && <Icon name="error" tone="error" />}
          <span>{note.ofStore === true && troubleShown ? strings.notSavedYet : note.text}</span>
        </div>
      )}
      <div class="composer-box">
        {active !== undefined && <CommandList entries={slash.entries} active={active} onChoose={slash.choose} />}
        <ContextChips />
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
        <ComposerTools />
        {drop.over && <div class="drop-hint">{strings.dropToAttach}</div>}
      </div>
    </footer>
  );
}

/** Says to whom the next message takes everything, before it does. */
function SharingNote() {
  const { announce, store } = useChat();
  const sharing = store.model.value?.sharing ?? null;
  const text = sharing === null ? '' : formatString(store.strings.value.sharing, sharing.to, sharing.from);
  useEffect(() => {
    if (text !== '') {
      announce(text);
    }
  }, [text]);
  return text === '' ? null : (
    <div class="composer-note" role="note">
      <Icon name="info" />
      <span>{text}</span>
    </div>
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
