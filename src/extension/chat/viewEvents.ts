import type { StoredEvent, TextError } from '../../core/session/sessionEvent';
import type { CompactionProgress } from '../../core/turn/compactionView';
import type { TurnView } from '../../core/turn/turnView';
import { textOfCode } from '../platform/errorTexts';

/** Events as the view gets them: a stored error is a code, and its words are those of this window's language. */
export function toViewEvents(events: readonly StoredEvent[]): readonly StoredEvent[] {
  return events.map((event) =>
    event.body.type === 'text' && event.body.error !== undefined
      ? { ...event, body: { ...event.body, error: withWords(event.body.error) } }
      : event,
  );
}

export function toViewTurn(turn: TurnView | null): TurnView | null {
  return turn?.retry == null ? turn : { ...turn, retry: { ...turn.retry, error: withWords(turn.retry.error) } };
}

export function toViewCompaction(progress: CompactionProgress | null): CompactionProgress | null {
  return progress?.error == null ? progress : { ...progress, error: withWords(progress.error) };
}

function withWords(error: TextError): TextError {
  return { ...error, message: textOfCode(error.code, error.args) };
}
