/** Longest title in characters (user-perceived ones are never cut in half). */
export const maxTitleLength = 200;
const derivedTitleLength = 60;

// Control, bidi, zero-width and tag characters would let a title disguise itself in a list.
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** One clean line: no control or direction characters, single spaces, at most `maxTitleLength` characters. */
export function cleanTitle(text: string): string {
  return shorten(
    text
      .replace(/[\t\r\n]+/g, ' ')
      .replace(invisible, '')
      .replace(/\s+/g, ' ')
      .trim(),
    maxTitleLength,
  );
}

/** A title made from the first message: its first line with words in it, without Markdown marks. Empty when there is none. */
export function deriveTitle(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => cleanTitle(line.replace(/^\s*(?:[#>*+-]+|\d+[.)])\s+/, '').replace(/[`*_~]{1,3}/g, '')))
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  return shorten(lines[0] ?? '', derivedTitleLength);
}

function shorten(text: string, max: number): string {
  const characters = [...text];
  if (characters.length <= max) {
    return text;
  }
  const cut = characters.slice(0, max - 1).join('');
  const lastSpace = cut.lastIndexOf(' ');
  return `${lastSpace > max / 2 ? cut.slice(0, lastSpace) : cut}…`;
}
