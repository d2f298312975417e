import { useState } from 'preact/hooks';
import { useChat } from '../chat';
import { Icon } from '../components/icons';
import { memo } from '../components/memo';
import { PlainText } from '../markdown/PlainText';

/** What a model thought before it answered: folded, and not even drawn before somebody looks. */
export const Reasoning = memo(function Reasoning({
  text,
  growing,
}: {
  readonly text: string;
  readonly growing: boolean;
}) {
  const { store } = useChat();
  const [open, setOpen] = useState(false);
  return (
    <details class="fold reasoning" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name={growing ? 'loading' : 'lightbulb'} spin={growing} />
        <span class="fold-title">{store.strings.value.thinking}</span>
      </summary>
      <div class="fold-body">{open && <PlainText text={text} growing={growing} />}</div>
    </details>
  );
});
