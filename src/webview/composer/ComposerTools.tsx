import type { ComponentChildren } from 'preact';
import { formatString } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { IconButton } from '../components/IconButton';
import { Icon, type IconName } from '../components/icons';
import { ContextMeter } from './ContextMeter';

/** What stands below the text: what goes with a message, who answers it, and the button that sends it. */
export function ComposerTools() {
  const { actions, composer, store } = useChat();
  const strings = store.strings.value;
  const model = store.model.value;
  const { current, missing } = store.skill.value;
  const status = store.store.value;
  return (
    <div class="composer-tools">
      <IconButton
        label={strings.attachContext}
        title={strings.attachHint}
        icon="attach"
        onClick={() => void actions.runInSession('context/attach')}
      />
      <Choice
        id="model-label"
        class="model"
        name={strings.chooseModel}
        icon="chevron-down"
        value={model === null || model.label === '' ? strings.chooseModel : model.label}
        onClick={() => void actions.pickModel()}
      />
      <Choice
        id="skill-label"
        class="skill"
        name={strings.chooseSkill}
        icon={missing ? 'warning' : 'book'}
        value={current === null || !missing ? (current ?? '') : formatString(strings.skillMissing, current)}
        onClick={() => void actions.pickSkill()}
      />
      <span class="spacer" />
      <ContextMeter />
      {composer.running.value ? (
        <SendButton name={strings.stop} title={`${strings.stop} (Esc)`} onClick={actions.stop}>
          <Icon name="debug-stop" />
        </SendButton>
      ) : (
        <SendButton
          name={strings.send}
          title={status?.kind === 'readOnly' ? status.text : strings.send}
          disabled={!composer.canSend.value}
          onClick={() => {
            void composer.submit();
            composer.focus();
          }}
        >
          <Icon name="arrow-up" />
        </SendButton>
      )}
    </div>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly class: string;
  /** Accessible name; the value describes it. */
  readonly name: string;
  readonly value: string;
  readonly icon: IconName;
  readonly onClick: () => void;
}

/** A button that shows what is chosen. */
function Choice({ id, name, value, icon, onClick, ...rest }: ChoiceProps) {
  return (
    <span class={`choice ${rest.class}`} title={value === '' || value === name ? name : `${name}: ${value}`}>
      {value !== '' && (
        <span class="choice-label" id={id} dir="auto">
          {value}
        </span>
      )}
      <button
        type="button"
        class="choice-button"
        aria-label={name}
        aria-describedby={value === '' ? undefined : id}
        onClick={onClick}
      >
        <Icon name={icon} />
      </button>
    </span>
  );
}

interface SendButtonProps {
  readonly name: string;
  readonly title: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

function SendButton({ name, title, disabled = false, onClick, children }: SendButtonProps) {
  return (
    <button type="button" class="send-button" aria-label={name} title={title} disabled={disabled} onClick={onClick}>
      {children}
    </button>
  );
}
