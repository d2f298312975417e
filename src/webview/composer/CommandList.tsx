import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SlashCommandName, SlashEntry } from '../../core/session/slashCommands';
import type { ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { VisibleText } from '../markdown/VisibleText';

export const commandListId = 'command-list';
export const commandOptionId = ({ name }: SlashEntry): string => `command-${name}`;

export function commandHelp(name: SlashCommandName, strings: ViewStrings): string {
  return {
    new: strings.helpNew,
    model: strings.helpModel,
    skill: strings.helpSkill,
    rename: strings.helpRename,
    attach: strings.helpAttach,
    compact: strings.helpCompact,
    export: strings.helpExport,
    import: strings.helpImport,
    help: strings.helpHelp,
  }[name];
}

interface CommandListProps {
  readonly entries: readonly SlashEntry[];
  readonly active: SlashEntry;
  readonly onChoose: (entry: SlashEntry) => void;
}

/** Commands and skills that fit what was typed. The keyboard stays in the text box, which moves the choice. */
export function CommandList({ entries, active, onChoose }: CommandListProps) {
  const { store } = useChat();
  const strings = store.strings.value;
  const activeRef = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => activeRef.current?.scrollIntoView({ block: 'nearest' }), [active.name]);
  return (
    <div class="command-list" id={commandListId} role="listbox" aria-label={strings.helpTitle}>
      {entries.map((entry) => (
        // Its keys are those of the text box.
        // eslint-disable-next-line jsx-a11y-x/click-events-have-key-events
        <div
          key={entry.name}
          ref={entry.name === active.name ? activeRef : null}
          id={commandOptionId(entry)}
          class={entry.name === active.name ? 'command active' : 'command'}
          role="option"
          tabIndex={-1}
          aria-selected={entry.name === active.name}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(entry)}
        >
          <span class="command-name">/{entry.name}</span>
          <span class="command-help">
            <VisibleText text={entry.kind === 'skill' ? entry.description : commandHelp(entry.name, strings)} />
          </span>
        </div>
      ))}
    </div>
  );
}
