import { slashCommandNames } from '../../core/session/slashCommands';
import { useChat } from '../chat';
import { IconButton } from '../components/IconButton';
import { commandHelp } from './CommandList';

/** What `/help` shows. Stored nowhere. */
export function HelpCard() {
  const { composer, store } = useChat();
  const strings = store.strings.value;
  return (
    <section class="card help" aria-label={strings.helpTitle}>
      <div class="card-title">
        <span>{strings.helpTitle}</span>
        <IconButton
          label={strings.dismiss}
          icon="close"
          onClick={() => {
            composer.helpShown.value = false;
            composer.focus();
          }}
        />
      </div>
      <dl>
        {slashCommandNames.map((name) => (
          <div key={name}>
            <dt>/{name}</dt>
            <dd>{commandHelp(name, strings)}</dd>
          </div>
        ))}
      </dl>
      <p>{strings.helpSkills}</p>
      <p>{strings.helpKeys}</p>
    </section>
  );
}
