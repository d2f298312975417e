import type { CompactionProgress } from '../../core/turn/compactionView';
import { formatString, type ViewStrings } from '../../protocol/viewStrings';
import { useChat } from '../chat';
import { IconButton } from '../components/IconButton';
import { Icon, type IconName } from '../components/icons';
import { numberText } from '../formats';

/** How far a compaction has come, and how it ended when that is worth a word. */
export function CompactionRow() {
  const { store } = useChat();
  const strings = store.strings.value;
  const progress = store.compaction.value;
  if (progress === null) {
    return null;
  }
  const icon = iconOf(progress);
  return (
    <div class="composer-note" role="status">
      <Icon name={icon} spin={icon === 'loading'} {...(icon === 'error' || icon === 'warning' ? { tone: icon } : {})} />
      <span class="note-text">
        {/* What is heard changes less often than what is seen. */}
        <span aria-hidden="true">{textOf(progress, strings)}</span>
        <span class="screen-reader-only">{spokenOf(progress, strings)}</span>
      </span>
      {!isCompacting(progress) && (
        <IconButton
          label={strings.dismiss}
          icon="close"
          onClick={() => store.apply([{ type: 'compaction-dismissed' }])}
        />
      )}
    </div>
  );
}

/** Whether messages are being summarised at the moment. */
export function isCompacting(progress: CompactionProgress | null): boolean {
  return progress?.stage === 'starting' || progress?.stage === 'summarizing';
}

function iconOf({ stage, error }: CompactionProgress): IconName {
  switch (stage) {
    case 'starting':
    case 'summarizing':
      return 'loading';
    case 'completed':
      return error === null ? 'check' : 'warning';
    case 'failed':
      return 'error';
  }
}

function textOf(progress: CompactionProgress, strings: ViewStrings): string {
  const { stage, messages, tokensBefore, tokensAfter, waiting, error } = progress;
  const why = error?.message ?? '';
  const counts = [numberText(messages), numberText(tokensBefore)];
  const waits = waiting ? ` ${strings.compactionWaits}` : '';
  switch (stage) {
    case 'starting':
      return formatString(strings.compactionStarting, ...counts) + waits;
    case 'summarizing':
      return formatString(strings.compactionRunning, ...counts) + waits;
    case 'completed':
      return error === null
        ? formatString(strings.compacted, ...counts, numberText(tokensAfter ?? 0))
        : formatString(strings.compactionFallback, why);
    case 'failed':
      return formatString(strings.compactionFailed, why);
  }
}

/** While a message waits, that its reply begins says that this is done. */
function spokenOf(progress: CompactionProgress, strings: ViewStrings): string {
  if (isCompacting(progress)) {
    return textOf({ ...progress, stage: 'summarizing' }, strings);
  }
  return progress.stage === 'completed' && progress.waiting ? '' : textOf(progress, strings);
}
