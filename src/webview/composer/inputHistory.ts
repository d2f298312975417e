/**
 * Where a person is among earlier messages: `steps` back from the draft. What was typed or changed at a step is kept
 * in `texts`, step 0 being the draft, so that wandering about never eats a text.
 */
export interface HistoryState {
  readonly steps: number;
  readonly texts: Readonly<Record<number, string>>;
}

export interface HistoryMove {
  readonly state: HistoryState;
  readonly text: string;
}

export const atDraft: HistoryState = { steps: 0, texts: {} };

/** Messages to recall, newest first, without neighbours that are the same. */
export function recallable(messages: readonly string[]): readonly string[] {
  return messages.filter((text, index) => text !== messages[index + 1]).reverse();
}

/** One message back from `text`, which is what is shown; undefined when there is none. */
export function recallEarlier(state: HistoryState, text: string, recent: readonly string[]): HistoryMove | undefined {
  return moveTo(state, text, state.steps + 1, recent);
}

/** One message forward, in the end to the draft; undefined when the draft is what is shown. */
export function recallLater(state: HistoryState, text: string, recent: readonly string[]): HistoryMove | undefined {
  return state.steps === 0 ? undefined : moveTo(state, text, state.steps - 1, recent);
}

/** The text to keep for a reload: a recalled message that nobody changed is no draft. */
export function draftToKeep(state: HistoryState, text: string, recent: readonly string[]): string {
  const untouched = state.steps > 0 && text === recent[state.steps - 1];
  return untouched ? (state.texts[0] ?? '') : text;
}

/** The draft that comes back once something else was sent. */
export function draftBehind(state: HistoryState): string {
  return state.steps === 0 ? '' : (state.texts[0] ?? '');
}

/** Up recalls only where it could not mean "one line up". */
export function canRecallEarlier(selectionStart: number, selectionEnd: number): boolean {
  return selectionStart === 0 && selectionEnd === 0;
}

/** Down goes forward only while something is recalled and where it could not mean "one line down". */
export function canRecallLater(
  state: HistoryState,
  selectionStart: number,
  selectionEnd: number,
  length: number,
): boolean {
  return state.steps > 0 && selectionStart === selectionEnd && (selectionStart === 0 || selectionStart === length);
}

function moveTo(state: HistoryState, text: string, steps: number, recent: readonly string[]): HistoryMove | undefined {
  const texts = { ...state.texts, [state.steps]: text };
  const recalled = texts[steps] ?? (steps === 0 ? '' : recent[steps - 1]);
  return recalled === undefined ? undefined : { state: { steps, texts }, text: recalled };
}
