/** Bytes of the text in UTF-8; a lone surrogate counts as the three bytes of its replacement. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      bytes += unit > 0x7ff ? 2 : 1;
    }
    if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(index + 1))) {
      // A pair is four bytes in all: two units are counted already, two were just added.
      index++;
    }
  }
  return bytes;
}

/** The longest beginning of the text that has at most `maxBytes` bytes in UTF-8. Cuts no pair of surrogates. */
export function truncateUtf8(text: string, maxBytes: number): string {
  let bytes = 0;
  for (let index = 0; index < text.length;) {
    const codePoint = text.codePointAt(index) ?? 0;
    bytes += codePoint > 0xffff ? 4 : codePoint > 0x7ff ? 3 : codePoint > 0x7f ? 2 : 1;
    if (bytes > maxBytes) {
      return text.slice(0, index);
    }
    index += codePoint > 0xffff ? 2 : 1;
  }
  return text;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
