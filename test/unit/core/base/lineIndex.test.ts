import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LineIndex } from '../../../../src/core/base/lineIndex';

const texts = fc
  .array(fc.constantFrom('a', 'é', '😀', ' ', '\n', '\r\n', '\r', '\u2028'), { maxLength: 30 })
  .map((parts) => parts.join(''));

describe('places in a text', () => {
  it('are counted as editors count them', () => {
    fc.assert(
      fc.property(texts, fc.nat(40), fc.nat(40), (text, line, character) => {
        const document = TextDocument.create('file:///a', '', 1, text);
        const lines = new LineIndex(text);
        for (let offset = 0; offset <= text.length; offset++) {
          const position = document.positionAt(offset);
          // Editors have no place between the two characters that end a line.
          if (document.offsetAt(position) === offset) {
            expect(lines.positionAt(offset)).toEqual(position);
          }
        }
        expect(lines.positionAt(lines.offsetAt({ line, character })).line).toBeLessThanOrEqual(document.lineCount - 1);
      }),
    );
  });

  it('lead back to the offset', () => {
    fc.assert(
      fc.property(texts, fc.nat(60), (text, offset) => {
        const lines = new LineIndex(text);
        expect(lines.offsetAt(lines.positionAt(offset))).toBe(Math.min(offset, text.length));
      }),
    );
  });

  it('behind the end of the text are its end', () => {
    const lines = new LineIndex('one\ntwo');
    expect(lines.rangeAt(-5, 100)).toEqual({ start: { line: 0, character: 0 }, end: { line: 1, character: 3 } });
    expect(lines.offsetAt({ line: 7, character: 0 })).toBe(7);
    expect(lines.offsetAt({ line: 1, character: 99 })).toBe(7);
  });
});
