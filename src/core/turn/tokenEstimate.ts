/** Tokens per character, by what tokenizers of today's models do with it. Within about a quarter of the true count. */
const perWord = 1;
const perLongWordLetter = 0.19;
const lettersOfOneToken = 6;
const perDigit = 0.42;
const perPunctuation = 0.62;
const perLineBreak = 0.55;
const perSpaceOfIndent = 0.12;
const perAccented = 0.5;
const perOtherAlphabet = 0.38;
const perIdeograph = 0.85;
const perOther = 1.1;

/** What a message costs besides its text: role marks and separators. */
export const tokensPerMessage = 4;

/**
 * Tokens that a model will count for the text, roughly. Character classes are weighed apart, because one number for all
 * of them is far off for code, for other alphabets and for ideographs.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  let wordLength = 0;
  let spaces = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isLatinLetter(unit)) {
      wordLength++;
      spaces = 0;
      continue;
    }
    tokens += wordTokens(wordLength);
    wordLength = 0;
    if (unit === 0x20 || unit === 0x09) {
      // The space before a word is part of that word's token; runs of them are indentation.
      tokens += spaces > 0 ? perSpaceOfIndent : 0;
      spaces++;
    } else {
      spaces = 0;
      tokens += otherTokens(unit);
    }
  }
  return Math.ceil(tokens + wordTokens(wordLength));
}

function wordTokens(length: number): number {
  return length === 0 ? 0 : perWord + Math.max(0, length - lettersOfOneToken) * perLongWordLetter;
}

function otherTokens(unit: number): number {
  if (unit < 0x80) {
    if (unit >= 0x30 && unit <= 0x39) {
      return perDigit;
    }
    return unit === 0x0a || unit === 0x0d ? perLineBreak : perPunctuation;
  }
  if (unit < 0x250) {
    return perAccented;
  }
  if (unit < 0x2000) {
    return perOtherAlphabet;
  }
  return unit >= 0x3040 && unit < 0xd800 ? perIdeograph : perOther;
}

function isLatinLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}
