import { useState } from 'preact/hooks';
import { useChat } from '../chat';
import { VisibleText } from './VisibleText';

/** Characters shown at first, and with every further step. */
const stepLength = 50_000;

/** Text exactly as it is, a part at a time when it is long: while it grows the end, otherwise from the beginning. */
export function PlainText({ text, growing }: { readonly text: string; readonly growing: boolean }) {
  const { store } = useChat();
  const [length, setLength] = useState(stepLength);
  const shown = growing ? text.slice(-stepLength) : text.slice(0, length);
  return (
    <div class="plain-text" dir="auto">
      <VisibleText text={shown} />
      {!growing && text.length > length && (
        <button type="button" class="fold-button" onClick={() => setLength(length + stepLength)}>
          {store.strings.value.contextTooLarge}
        </button>
      )}
    </div>
  );
}
