import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutLongWords } from '../../../src/webview/markdown/longWords';
import { volumePayloads } from '../../support/hostile/volumePayloads';

const longest = (parts: readonly string[]): number =>
  parts.flatMap((part) => part.split(/[\0- ]/)).reduce((most, { length }) => Math.max(most, length), 0);

describe('cutLongWords', () => {
  it('leaves words alone that fit', () => {
    const text = 'Some words, and https://example.com/a/rather/long/address?that=fits. '.repeat(100);
    expect(cutLongWords(text)).toEqual([text]);
  });

  it.each(volumePayloads)('loses nothing of a mass of $name and leaves no long word', ({ text }) => {
    const parts = cutLongWords(text);
    expect(parts.join('') === text).toBe(true);
    expect(longest(parts)).toBeLessThanOrEqual(220);
  });

  it('cuts no emoji and no letter from its accents', () => {
    for (const unit of ['\u{1f469}\u200d\u{1f4bb}', 'e\u0301', '\u{1f44d}\u{1f3fd}', '\u2764\ufe0f']) {
      const parts = cutLongWords(`x${unit.repeat(500)}`);
      expect(parts.length).toBeGreaterThan(1);
      expect(parts.slice(1).every((part) => part.startsWith(unit))).toBe(true);
    }
  });

  it('gives back the text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000, size: 'max' }), (text) => {
        expect(cutLongWords(text).join('')).toBe(text);
      }),
      { numRuns: 50 },
    );
  });
});
