import { AppError } from '../base/errors';

/** Longest title in characters (user-perceived ones are never cut in half). */
export const maxTitleLength = 200;
const derivedTitleLength = 60;

/** Room for the number that tells a title from an equal one. */
const numberLength = 12;

// Control, bidi, zero-width, filler and tag characters would let a text disguise itself in a list, and can carry what
// nobody sees; halves of pairs are no text. An emoji may say that it wants its colours.
const invisible =
  /(?:[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|(?!\ufe0f)\p{Default_Ignorable_Code_Point})+/gu;

/** Each character is one letter and can be seen: nothing has to be taken apart, which would cost every message. */
const plain = /^[ -~]*$/;

const graphemes = new Intl.Segmenter();

/** One clean line: no control or direction characters, single spaces, at most `maxTitleLength` characters. */
export function cleanTitle(text: string): string {
  return cleanLine(text, maxTitleLength);
}

/** A title that a person gave, clean. Throws `session/invalid-title` when nothing is left of it. */
export function requireTitle(text: string): string {
  const title = cleanTitle(text);
  if (title === '') {
    throw new AppError('session/invalid-title');
  }
  return title;
}

/** Characters that are looked at: a text can be as long as a file, and a line is short. */
const lookedAt = 20_000;

/** The start of a text as one clean line of at most `max` characters. */
export function cleanLine(text: string, max: number): string {
  const line = text.slice(0, lookedAt).replace(/[\t\r\n]+/g, ' ');
  const visible = plain.test(line) ? line : line.replace(invisible, '');
  return shorten(visible.replace(/\s+/g, ' ').trim(), max);
}

/** A title with room for a number behind it: what all numbered forms of the title begin with. */
export function titleRoot(title: string): string {
  return shorten(title, maxTitleLength - numberLength);
}

/** A title made from the first message: its first line with words in it, without Markdown marks. Empty when there is none. */
export function deriveTitle(message: string): string {
  const lines = message
    .slice(0, lookedAt)
    .split('\n')
    .map((line) => cleanTitle(line.replace(/^\s*(?:[#>*+-]+|\d+[.)])\s+/, '').replace(/[`*_~]{1,3}/g, '')))
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  return shorten(lines[0] ?? '', derivedTitleLength);
}

function shorten(text: string, max: number): string {
  const isPlain = plain.test(text);
  const characters = isPlain || text.length <= max ? text : [...text];
  if (characters.length <= max) {
    return text;
  }
  const end = isPlain ? max - 1 : [...characters].slice(0, max - 1).join('').length;
  // Flags and letters with accents are several characters that a person takes for one.
  const cut = text.slice(0, isPlain ? end : graphemes.segment(text).containing(end)?.index);
  const lastSpace = cut.lastIndexOf(' ');
  return `${lastSpace > max / 2 ? cut.slice(0, lastSpace) : cut}…`;
}
