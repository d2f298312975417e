import { useSignal } from '@preact/signals';
import type { SlashEntry } from '../../core/session/slashCommands';
import { useChat } from '../chat';

export interface SlashList {
  readonly entries: readonly SlashEntry[];
  /** Undefined while nothing fits what is typed. */
  readonly active: SlashEntry | undefined;
  readonly choose: (entry: SlashEntry) => void;
  /** True when the key was meant for the list. */
  readonly onKey: (event: KeyboardEvent) => boolean;
}

/** What fits the text behind a slash, and which of it is chosen. */
export function useSlashList(): SlashList {
  const { composer } = useChat();
  const text = composer.text.value;
  /** Counts for the text as it is; with another one the first is chosen again. */
  const selected = useSignal({ text, index: 0 });
  /** Esc closes the list for the text as it is. */
  const closedFor = useSignal<string | null>(null);
  const entries = closedFor.value === text ? [] : composer.complete(text);
  const index = selected.value.text === text ? selected.value.index : 0;
  const active = entries[index];

  const complete = ({ name }: SlashEntry): void => {
    composer.type(`/${name} `);
    composer.focus();
  };
  const choose = (entry: SlashEntry): void => {
    // A title wants to be typed, and a skill sends a message: that takes a word of the person or another Enter.
    if (entry.kind === 'skill' ? text !== `/${entry.name}` : entry.name === 'rename') {
      complete(entry);
    } else {
      composer.type(`/${entry.name}`);
      void composer.submit();
    }
  };

  const select = (next: number): boolean => {
    selected.value = { text, index: (next + entries.length) % entries.length };
    return true;
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (active === undefined || event.isComposing) {
      return false;
    }
    switch (event.key) {
      case 'ArrowDown':
        return select(index + 1);
      case 'ArrowUp':
        return select(index - 1);
      case 'Tab':
        if (event.shiftKey) {
          return false;
        }
        complete(active);
        return true;
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

  return { entries, active, choose, onKey };
}
