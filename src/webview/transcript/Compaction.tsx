import { useState } from 'preact/hooks';
import type { CompactionItem } from '../../core/session/transcriptItem';
import { formatString, type ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { memo } from '../components/memo';
import { numberText } from '../formats';
import { Markdown } from '../markdown/Markdown';
import { Divider } from './Lines';
import { useFold } from './useFoldSwitch';

/** Stands below the messages that a summary replaces in what the model gets, and brings them back on demand. */
export const Compaction = memo(function Compaction({ item }: { readonly item: CompactionItem }) {
  const { actions, composer, store } = useChat();
  const strings = store.strings.value;
  const { open, toggle } = useFold(item);
  const [summaryChosen, setSummaryChosen] = useState<boolean | null>(null);
  const summaryOpen = summaryChosen ?? store.showSummaries.value;
  const title = titleOf(item, strings);
  return (
    <div class="compaction" role="group" aria-label={title} data-event-id={item.eventId}>
      <Divider text={title} />
      <div class="compaction-actions">
        <button type="button" class="link-button" aria-expanded={open} onClick={toggle}>
          {open ? strings.hideMessages : strings.showMessages}
        </button>
        <button
          type="button"
          class="link-button"
          aria-expanded={summaryOpen}
          onClick={() => setSummaryChosen(!summaryOpen)}
        >
          {summaryOpen ? strings.hideSummary : strings.showSummary}
        </button>
        {!item.folded && (
          <button
            type="button"
            class="link-button"
            disabled={store.turnId.value !== null}
            onClick={() => {
              actions.undoCompaction(item.eventId);
              // The button is about to go, and the keyboard must not go with it.
              composer.focus();
            }}
          >
            {strings.undo}
          </button>
        )}
      </div>
      {summaryOpen && (
        <div class="summary">
          <Markdown text={item.summary} growing={false} />
        </div>
      )}
    </div>
  );
});

function titleOf({ messages, tokensBefore, tokensAfter, method }: CompactionItem, strings: ViewStrings): string {
  const tokens = [numberText(tokensBefore), numberText(tokensAfter)];
  const text =
    messages === null
      ? formatString(strings.compactedSome, ...tokens)
      : formatString(strings.compacted, numberText(messages), ...tokens);
  return method === 'simple' ? formatString(strings.compactedSimply, text) : text;
}
