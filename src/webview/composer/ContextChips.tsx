import type { ContextType } from '../../core/session/contextItem';
import type { ContextChip } from '../../protocol/chatProtocol';
import { formatString, type ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { Icon, type IconName } from '../components/icons';
import { sizeText } from '../formats';
import { VisibleText } from '../markdown/VisibleText';

export const contextIcons: Readonly<Record<ContextType, IconName>> = {
  file: 'file',
  selection: 'list-selection',
  folder: 'folder',
  problems: 'warning',
  terminal: 'terminal',
  setting: 'settings',
};

export function contextTypeText(type: ContextType, strings: ViewStrings): string {
  return {
    file: strings.contextFile,
    selection: strings.contextSelection,
    folder: strings.contextFolder,
    problems: strings.contextProblems,
    terminal: strings.contextTerminal,
    setting: strings.contextSetting,
  }[type];
}

/** What goes with the next message. */
export function ContextChips() {
  const { store } = useChat();
  const chips = store.context.value;
  return chips.length === 0 ? null : (
    <ul class="chips" aria-label={store.strings.value.attachments}>
      {chips.map((chip) => (
        <li key={`${chip.type}:${chip.key}`} class={chip.unreadable ? 'chip unreadable-chip' : 'chip'}>
          <Chip chip={chip} />
        </li>
      ))}
    </ul>
  );
}

function Chip({ chip }: { readonly chip: ContextChip }) {
  const { actions, composer, store } = useChat();
  const strings = store.strings.value;
  const size = sizeText(chip.bytes);
  const details = [contextTypeText(chip.type, strings), ...(chip.unreadable ? [strings.attachmentUnreadable] : [])];
  const remove = (): void => {
    actions.detach(chip);
    // The chip is about to go, and the keyboard must not go with it.
    composer.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      remove();
    }
  };
  return (
    <>
      <button
        type="button"
        class="chip-open"
        title={[chip.key, size, ...details].join(' · ')}
        onClick={() => actions.openContext(chip)}
        onKeyDown={onKeyDown}
      >
        <Icon
          name={chip.unreadable ? 'warning' : contextIcons[chip.type]}
          {...(chip.unreadable ? { tone: 'warning' } : {})}
        />
        <ChipName name={chip.key} /> <span class="chip-note">{size}</span>
        <span class="screen-reader-only">{details.join(', ')}</span>
      </button>
      <button
        type="button"
        class="chip-remove"
        aria-label={formatString(strings.removeAttachment, chip.key)}
        title={formatString(strings.removeAttachment, chip.key)}
        onClick={remove}
      >
        <Icon name="close" />
      </button>
    </>
  );
}

/** Cut at its beginning where there is too little room: paths differ at their ends. */
export function ChipName({ name }: { readonly name: string }) {
  return (
    <span class="chip-name">
      <bdi>
        <VisibleText text={name} />
      </bdi>
    </span>
  );
}
