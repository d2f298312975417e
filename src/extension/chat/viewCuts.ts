import { sentContextOf } from '../../core/session/contextItem';
import type { StoredBody, StoredEvent } from '../../core/session/sessionEvent';
import type { TurnView } from '../../core/turn/turnView';

/** Most characters of one event that a view gets: more is read in an editor. */
export const maxEventLength = 400_000;
/** Most characters of all events that are sent at once; the newest have the first claim on them. */
const maxPageLength = 2_000_000;
/** What is left to an event however much the others took. */
const minEventLength = 20_000;
/** Characters of a growing answer that a view begins with: more than it lays out, so that it shows the end of them. */
const maxTurnLength = 500_000;

/**
 * Events without what no view shows and with no more text than a view can bear, whatever is stored; `cut` says how
 * many characters are missing.
 */
export function cutEvents(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let room = maxPageLength;
  const cutEvent = (event: StoredEvent): StoredEvent => {
    const scissors = new Scissors(Math.max(minEventLength, Math.min(maxEventLength, room)));
    const body = cutBody(event.body, scissors);
    room -= scissors.taken;
    return scissors.missing === 0 ? { ...event, body } : { ...event, body, cut: scissors.missing };
  };
  return events.toReversed().map(cutEvent).reverse();
}

/** The end of an answer that grows, which is all that a view shows of a long one. */
export function cutTurn(turn: TurnView): TurnView {
  const { text, reasoning } = turn;
  return Math.max(text.length, reasoning.length) <= maxTurnLength
    ? turn
    : { ...turn, text: text.slice(-maxTurnLength), reasoning: reasoning.slice(-maxTurnLength) };
}

function cutBody(body: StoredBody, scissors: Scissors): StoredBody {
  switch (body.type) {
    case 'user_message': {
      const { context, ...rest } = body;
      return { ...rest, content: scissors.take(body.content), ...(context === undefined ? {} : namesOf(body)) };
    }
    case 'skill_invocation': {
      const { context, ...rest } = body;
      const typed = body.arguments === null ? null : scissors.take(body.arguments);
      const content = scissors.take(body.content);
      return { ...rest, arguments: typed, content, ...(context === undefined ? {} : namesOf(body)) };
    }
    case 'text':
    case 'reasoning': {
      const { providerState: _state, ...rest } = body;
      return { ...rest, content: scissors.take(body.content) };
    }
    case 'tool_call': {
      const { providerState: _state, ...rest } = body;
      const written = JSON.stringify(body.input, null, 2);
      return scissors.fits(written) ? rest : { ...rest, input: scissors.take(written) };
    }
    case 'tool_result':
    case 'out_of_band_output':
      return { ...body, content: scissors.take(body.content) };
    case 'compaction':
      return { ...body, summary: scissors.take(body.summary) };
    case 'system_context':
      return { ...body, content: '' };
    case 'opaque':
    case 'damaged':
      return { ...body, data: '' };
    case 'compaction_undone':
    case 'model_changed':
    case 'skill_changed':
    case 'title_changed':
      return body;
  }
}

/** What was attached, by name: its text went to the model and is not shown. */
function namesOf({ context }: { readonly context?: Parameters<typeof sentContextOf>[0] }) {
  return { context: sentContextOf(context).map(({ type, key, changed }) => ({ type, key, value: '', changed })) };
}

/** Takes from the beginnings of texts as long as there is room. */
class Scissors {
  taken = 0;
  missing = 0;

  constructor(private readonly room: number) {}

  fits(text: string): boolean {
    return this.taken + text.length <= this.room;
  }

  take(text: string): string {
    if (this.fits(text)) {
      this.taken += text.length;
      return text;
    }
    const end = this.room - this.taken;
    const kept = text.slice(0, isFirstHalf(text.charCodeAt(end - 1)) ? end - 1 : end);
    this.taken = this.room;
    this.missing += text.length - kept.length;
    return kept;
  }
}

/** Of a character that takes two units. */
function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
