/** A stretch of text: shown as it is, or characters that nobody would see and that are therefore named. */
export type TextPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'invisible'; readonly text: string; readonly label: string };

/**
 * Control, bidirectional, zero-width, tag and filler characters, and such as are none; also variation selectors, which
 * can carry hidden text.
 */
const suspicious =
  /(?![\t\n])\p{Cc}|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}|[\u2028\u2029\ufff9-\ufffb\u{13430}-\u{1343f}]/u;
const suspiciousRuns = new RegExp(`(?:${suspicious.source})+`, 'gu');

/** The three flags of Unicode that are spelt with tag characters (England, Scotland, Wales). */
const taggedFlags =
  /^\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}$/u;
const emojiBefore = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|[#*\d])\ufe0f?$/u;
const joinedLetterBefore =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Khmer}\p{Script=Mongolian}]\p{M}*$/u;
const blackFlag = '\u{1f3f4}';
/** Characters looked at before a run: enough for a letter with its marks. */
const lookBehind = 16;

/** True when nothing in the text needs a marker. */
export function isPlain(text: string): boolean {
  return !suspicious.test(text);
}

/** Cuts a text into what is shown and what is named. Joined again, the pieces are the text. */
export function splitInvisible(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let shown = 0;
  for (const match of text.matchAll(suspiciousRuns)) {
    const run = match[0];
    const start = match.index;
    const isLineEnd = run === '\r' && text.charAt(start + 1) === '\n';
    if (!isLineEnd && !belongsToWriting(text.slice(Math.max(0, start - lookBehind), start), run)) {
      if (start > shown) {
        pieces.push({ kind: 'text', text: text.slice(shown, start) });
      }
      pieces.push({ kind: 'invisible', text: run, label: labelOf(run) });
      shown = start + run.length;
    }
  }
  if (shown < text.length) {
    pieces.push({ kind: 'text', text: text.slice(shown) });
  }
  return pieces;
}

/** The text with a name in place of everything that nobody would see. */
export function nameInvisible(text: string): string {
  return splitInvisible(text)
    .map((piece) => (piece.kind === 'text' ? piece.text : `[${piece.label}]`))
    .join('');
}

/** Emoji sequences and the joiners of scripts that need them are writing, not hiding. */
function belongsToWriting(before: string, run: string): boolean {
  if (run === '\u200d' || run === '\ufe0f' || run === '\ufe0e' || run === '\ufe0f\u200d') {
    return emojiBefore.test(before) || (run === '\u200d' && joinedLetterBefore.test(before)) || isSymbol(before, run);
  }
  if (run === '\u200c') {
    return joinedLetterBefore.test(before);
  }
  return before.endsWith(blackFlag) && taggedFlags.test(run);
}

/** A text symbol such as an arrow or a heart may ask for its coloured or plain form. */
function isSymbol(before: string, run: string): boolean {
  return (run === '\ufe0f' || run === '\ufe0e') && /\p{S}$/u.test(before);
}

function labelOf(run: string): string {
  const points = [...run];
  const first = points[0]?.codePointAt(0) ?? 0;
  const name = first === 0x1b ? 'ESC' : `U+${first.toString(16).toUpperCase().padStart(4, '0')}`;
  return points.length === 1 ? name : `${name} ×${String(points.length)}`;
}
