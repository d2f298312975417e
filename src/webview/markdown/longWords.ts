/**
 * Characters without a blank between them that are laid out together. A browser takes time that grows with the square
 * of that number, and stands still for half a minute at fifty thousand.
 */
const maxTogether = 200;
/** Characters by which a cut may move so that it does not go through a letter with its accents or an emoji. */
const maxMove = 20;

const continues = /^[\p{M}\p{Emoji_Modifier}\p{Cf}\p{Cs}]/u;

/** Cuts a text within words that are far too long for a line, so that lines may break there. Nearly always in one piece. */
export function cutLongWords(text: string): readonly string[] {
  if (text.length <= maxTogether) {
    return [text];
  }
  const parts: string[] = [];
  let cut = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) <= 0x20) {
      start = index + 1;
    } else if (index - start >= maxTogether && (isBetween(text, index) || index - start >= maxTogether + maxMove)) {
      parts.push(text.slice(cut, index));
      cut = start = index;
    }
  }
  return [...parts, text.slice(cut)];
}

/** True where neither side of the place needs the other one to be drawn. */
function isBetween(text: string, index: number): boolean {
  return text.charAt(index - 1) !== '\u200d' && !continues.test(text.slice(index, index + 2));
}
