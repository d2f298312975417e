import { describe, expect, it } from 'vitest';
import { simpleSummary, summaryRole } from '../../../../src/core/turn/simpleSummary';

const message = (content: string, role = 'user') => ({ role, content });

describe('a simple summary', () => {
  it('has a heading, a line with role and text for each message, and their number', () => {
    expect(simpleSummary([message('Why is the total stale?'), message('The key lacks the coupon.', 'assistant')])).toBe(
      [
        'Summary of earlier messages, made of their beginnings',
        '[user]: Why is the total stale?',
        '[assistant]: The key lacks the coupon.',
        '(2 messages summarised)',
      ].join('\n'),
    );
  });

  it('cuts a long message and marks the cut, on one line', () => {
    const [, line = ''] = simpleSummary([message(`First line\n\nsecond ${'word '.repeat(100)}`)]).split('\n');
    expect(line).toMatch(/^\[user\]: First line second word .*…$/);
    expect(line.length).toBeLessThanOrEqual('[user]: '.length + 200);
  });

  it.each([
    ['letters with accents', 'é'.repeat(500)],
    ['combining marks', 'e\u0301'.repeat(500)],
    ['ideographs beyond the first plane', '𠮷'.repeat(500)],
    ['emoji of several characters', '👨‍👩‍👧'.repeat(500)],
    ['flags', '🇩🇪🇫🇷'.repeat(200)],
  ])('cuts no character in half: %s', (_, content) => {
    const [, line = ''] = simpleSummary([message(content)]).split('\n');
    const kept = line.slice('[user]: '.length, -1);
    expect(kept).not.toBe('');
    expect(line).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
    const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const whole = new Set([...characters.segment(content)].map(({ segment }) => segment));
    expect([...characters.segment(kept)].filter(({ segment }) => !whole.has(segment))).toEqual([]);
  });

  it('stays bounded for any number of messages and says how many are left out', () => {
    const summary = simpleSummary(
      Array.from({ length: 5000 }, (_, index) => message(`Message ${index} ${'x '.repeat(50)}`)),
    );
    expect(summary.length).toBeLessThan(7000);
    expect(summary).toMatch(/\(\d+ messages left out\)/);
    expect(summary).toContain('Message 0 ');
    expect(summary).toContain('Message 4999 ');
    expect(summary).toContain('(5000 messages summarised)');
  });

  it('folds earlier summaries in without growing for ever, and keeps their beginning', () => {
    let summary = simpleSummary([message('The owner is Mira.')]);
    const lengths: number[] = [];
    for (let round = 0; round < 60; round++) {
      const more = Array.from({ length: 20 }, (_, index) =>
        message(`Round ${round}, message ${index}, ${'and so on '.repeat(30)}`),
      );
      summary = simpleSummary([{ role: summaryRole, content: summary }, ...more]);
      lengths.push(summary.length);
    }
    expect(Math.max(...lengths.slice(-20))).toBeLessThan(7000);
    expect(Math.max(...lengths.slice(-20))).toBeLessThanOrEqual(Math.max(...lengths.slice(5, 25)) + 50);
    expect(summary).toContain('The owner is Mira.');
    expect(summary).toContain('Round 59, message 19');
    expect(summary).toContain('(1201 messages summarised)');
    expect(summary.split('Summary of earlier messages')).toHaveLength(2);
  });

  it('keeps to the length that is asked for, and takes empty texts and no messages', () => {
    const many = Array.from({ length: 300 }, () => message('word '.repeat(60)));
    expect(simpleSummary(many, 1500).length).toBeLessThan(2000);
    expect(simpleSummary([message('', 'assistant')])).toContain('[assistant]: (empty)');
    expect(simpleSummary([])).toContain('(0 messages summarised)');
  });
});
