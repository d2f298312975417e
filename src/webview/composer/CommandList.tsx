import type { SlashCommandName } from '../../core/session/slashCommands';
import type { ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';

export const commandListId = 'command-list';
export const commandOptionId = (name: SlashCommandName): string => `command-${name}`;

export function commandHelp(name: SlashCommandName, strings: ViewStrings): string {
  return { new: strings.helpNew, model: strings.helpModel, rename: strings.helpRename, help: strings.helpHelp }[name];
}

interface CommandListProps {
  readonly commands: readonly SlashCommandName[];
  readonly active: SlashCommandName;
  readonly onChoose: (name: SlashCommandName) => void;
}

/** Commands that fit what was typed. The keyboard stays in the text box, which moves the choice. */
export function CommandList({ commands, active, onChoose }: CommandListProps) {
  const { store } = useChat();
  const strings = store.strings.value;
  return (
    <div class="command-list" id={commandListId} role="listbox" aria-label={strings.helpTitle}>
      {commands.map((name) => (
        // Its keys are those of the text box.
        // eslint-disable-next-line jsx-a11y-x/click-events-have-key-events
        <div
          key={name}
          id={commandOptionId(name)}
          class={name === active ? 'command active' : 'command'}
          role="option"
          tabIndex={-1}
          aria-selected={name === active}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(name)}
        >
          <span class="command-name">/{name}</span>
          <span class="command-help">{commandHelp(name, strings)}</span>
        </div>
      ))}
    </div>
  );
}
