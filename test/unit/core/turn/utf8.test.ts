import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { truncateUtf8, utf8Length } from '../../../../src/core/turn/utf8';

const anyText = fc.string({ unit: 'binary' });

describe('utf8', () => {
  it('counts the bytes that an encoder makes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
      }),
    );
    expect(utf8Length('\ud800x')).toBe(4);
  });

  it('cuts to the longest beginning that fits, between characters', () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, limit) => {
        const cut = truncateUtf8(text, limit);
        const rest = [...text.slice(cut.length)];
        expect(text.startsWith(cut)).toBe(true);
        expect(utf8Length(cut)).toBeLessThanOrEqual(limit);
        expect(rest.length === 0 || utf8Length(cut) + utf8Length(rest[0] ?? '') > limit).toBe(true);
      }),
    );
  });
});
