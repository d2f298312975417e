const cutMark = '…';
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The beginning of the text in at most `max` UTF-16 units, with a mark where it was cut. Cuts no character in half. */
export function cutEnd(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, startOfCharacter(text, max - cutMark.length))}${cutMark}`;
}

/** The two ends of the text in about `max` UTF-16 units, with `mark` between them. Cuts no character in half. */
export function cutMiddle(text: string, max: number, mark = cutMark): string {
  if (text.length <= max) {
    return text;
  }
  const half = Math.max(0, Math.floor((max - mark.length) / 2));
  const end = startOfCharacter(text, text.length - half);
  return `${text.slice(0, startOfCharacter(text, half))}${mark}${text.slice(end)}`;
}

/** The beginning of the character, as a person sees it, that stands at the position. */
function startOfCharacter(text: string, position: number): number {
  return characters.segment(text).containing(Math.max(0, position))?.index ?? text.length;
}
