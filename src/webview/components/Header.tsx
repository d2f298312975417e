import { useEffect, useRef, useState } from 'preact/hooks';
import { useChat } from '../chat';
import { CopyButton } from './CopyButton';
import { IconButton } from './IconButton';

/** Title of the conversation, renamed in place, and what can be done with the whole of it. */
export function Header() {
  const { actions, store } = useChat();
  const strings = store.strings.value;
  const summary = store.summary.value;
  const [editing, setEditing] = useState(false);
  if (summary === null) {
    return null;
  }
  const title = summary.title === '' ? strings.untitled : summary.title;
  return (
    <header class="header">
      {editing ? (
        <TitleEditor title={summary.title} onDone={() => setEditing(false)} />
      ) : (
        <h2 class="title">
          <button
            type="button"
            class="title-button"
            aria-label={`${strings.rename}: ${title}`}
            title={strings.rename}
            onClick={() => setEditing(true)}
            onKeyDown={(event) => {
              if (event.key === 'F2') {
                event.preventDefault();
                setEditing(true);
              }
            }}
          >
            <span dir="auto">{title}</span>
          </button>
        </h2>
      )}
      <span class="header-actions">
        <CopyButton label={strings.copyConversation} copy={() => actions.runInSession('session/copy')} />
        {/* The notice has this button as long as it is there: one place at a time. */}
        {store.notice.value === null && (
          <IconButton label={strings.newSession} icon="add" onClick={() => void actions.newSession()} />
        )}
      </span>
    </header>
  );
}

function TitleEditor({ title, onDone }: { readonly title: string; readonly onDone: () => void }) {
  const { actions, store } = useChat();
  const inputRef = useRef<HTMLInputElement>(null);
  const closed = useRef(false);
  useEffect(() => inputRef.current?.select(), []);

  const finish = async (keep: boolean): Promise<void> => {
    const next = inputRef.current?.value.trim() ?? '';
    if (closed.current) {
      return;
    }
    closed.current = true;
    if (keep && next !== '' && next !== title) {
      await actions.rename(next);
    }
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      void finish(true);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      void finish(false);
    }
  };
  return (
    <input
      ref={inputRef}
      class="title-input"
      type="text"
      maxLength={200}
      aria-label={store.strings.value.rename}
      defaultValue={title}
      onKeyDown={onKeyDown}
      onBlur={() => void finish(true)}
    />
  );
}
