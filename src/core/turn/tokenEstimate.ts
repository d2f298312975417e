/** What tokenizers of today's models make of each class of characters; together within about a quarter of the true count. */
const perWord = 0.93;
const perLetterOfLongWord = 0.15;
const lettersOfOneToken = 6;
const digitsOfOneToken = 3;
const perPunctuation = 0.65;
const perLineBreak = 0.6;
const perSpaceOfIndent = 0.1;
const perAccented = 0.25;
const perCyrillic = 0.26;
const perOtherAlphabet = 0.34;
const perIdeograph = 0.68;
const perOther = 1;
/** An unbroken run of letters and digits that is longer than any name is encoded data, which falls apart into small tokens. */
const encodedRun = 40;
const perEncoded = 0.5;

/** What a message costs besides its text: role marks and separators. */
export const tokensPerMessage = 4;

/**
 * Tokens that a model will count for the text, roughly. Classes of characters are weighed apart, because one number for
 * all of them is far off for code, for numbers, for other alphabets and for ideographs.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (let index = 0; index < text.length;) {
    const start = index;
    if (isAlphanumeric(text.charCodeAt(index))) {
      while (isAlphanumeric(text.charCodeAt(index))) {
        index++;
      }
      tokens += index - start > encodedRun ? (index - start) * perEncoded : nameTokens(text, start, index);
    } else if (isSpace(text.charCodeAt(index))) {
      while (isSpace(text.charCodeAt(index))) {
        index++;
      }
      // The space before a word is part of that word's token; longer runs are indentation.
      tokens += (index - start - 1) * perSpaceOfIndent;
    } else {
      tokens += otherTokens(text.charCodeAt(index));
      index++;
    }
  }
  return Math.ceil(tokens);
}

/** A run of letters and digits: digits go by threes, and a capital inside a name begins a word of its own. */
function nameTokens(text: string, start: number, end: number): number {
  let tokens = 0;
  let letters = 0;
  let digits = 0;
  let afterLower = false;
  for (let index = start; index < end; index++) {
    const unit = text.charCodeAt(index);
    const digit = isDigit(unit);
    const lower = isLower(unit);
    if (digit || (!lower && afterLower)) {
      tokens += wordTokens(letters);
      letters = 0;
    }
    if (!digit) {
      tokens += digitTokens(digits);
      digits = 0;
    }
    letters += digit ? 0 : 1;
    digits += digit ? 1 : 0;
    afterLower = lower;
  }
  return tokens + wordTokens(letters) + digitTokens(digits);
}

function wordTokens(letters: number): number {
  return letters === 0 ? 0 : perWord + Math.max(0, letters - lettersOfOneToken) * perLetterOfLongWord;
}

function digitTokens(digits: number): number {
  return Math.ceil(digits / digitsOfOneToken);
}

function otherTokens(unit: number): number {
  if (unit < 0x80) {
    return unit === 0x0a || unit === 0x0d ? perLineBreak : perPunctuation;
  }
  if (unit < 0x250) {
    return perAccented;
  }
  if (unit >= 0x400 && unit < 0x530) {
    return perCyrillic;
  }
  if (unit < 0x2000) {
    return perOtherAlphabet;
  }
  return unit >= 0x3040 && unit < 0xd800 ? perIdeograph : perOther;
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function isLower(unit: number): boolean {
  return unit >= 0x61 && unit <= 0x7a;
}

function isAlphanumeric(unit: number): boolean {
  return isLower(unit) || (unit >= 0x41 && unit <= 0x5a) || isDigit(unit);
}
