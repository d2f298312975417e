import type { StoredEvent, TextError } from '../../core/session/sessionEvent';
import type { CompactionProgress } from '../../core/turn/compactionView';
import type { TurnView } from '../../core/turn/turnView';
import { textOfCode } from '../platform/errorTexts';
import { cutEvents, cutTurn } from './viewCuts';

/**
 * Events as the view gets them, cut to what it can bear: a stored error is a code, and its words are those of this
 * window's language.
 */
export function toViewEvents(events: readonly StoredEvent[]): readonly StoredEvent[] {
  return cutEvents(events).map((event) =>
    event.body.type === 'text' && event.body.error !== undefined
      ? { ...event, body: { ...event.body, error: withWords(event.body.error) } }
      : event,
  );
}

export function toViewTurn(turn: TurnView | null): TurnView | null {
  if (turn === null) {
    return null;
  }
  const cut = cutTurn(turn);
  return cut.retry === null ? cut : { ...cut, retry: { ...cut.retry, error: withWords(cut.retry.error) } };
}

export function toViewCompaction(progress: CompactionProgress | null): CompactionProgress | null {
  return progress?.error == null ? progress : { ...progress, error: withWords(progress.error) };
}

function withWords(error: TextError): TextError {
  return { ...error, message: textOfCode(error.code, error.args) };
}
