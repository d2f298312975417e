import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageTextOf, previewOf } from '../../../../src/core/session/messagePreview';
import type { StoredBody } from '../../../../src/core/session/sessionEvent';

const user = (content: string): StoredBody => ({ type: 'user_message', content });
const text = (content: string): StoredBody => ({ type: 'text', content, finish: 'completed' });

describe('the text of a message', () => {
  it('is what a person, a model or a call of a skill said, and nothing for any other event', () => {
    expect(messageTextOf(user(''))).toBe('');
    expect(messageTextOf(text('Hi'))).toBe('Hi');
    expect(messageTextOf(text(''))).toBeUndefined();
    const skill = { type: 'skill_invocation', name: 'review', content: 'Long text' } as const;
    expect(messageTextOf({ ...skill, arguments: 'a b' })).toBe('/review a b');
    expect(messageTextOf({ ...skill, arguments: null })).toBe('/review');
    expect(messageTextOf({ type: 'opaque', eventType: 'text', data: '{"content":"Hi"}' })).toBeUndefined();
    expect(messageTextOf({ type: 'reasoning', content: 'Hm' })).toBeUndefined();
  });
});

describe('a preview', () => {
  it('is the last message with words in it, on one line', () => {
    expect(previewOf([user('One'), text(' Two\r\n\tthree ')])).toBe('Two three');
    expect(previewOf([user('One'), text(' \n\u200b')])).toBe('One');
    expect(previewOf([text(''), { type: 'reasoning', content: 'Hm' }])).toBeUndefined();
    expect(previewOf([])).toBeUndefined();
  });

  it('shows nothing that hides or turns text around', () => {
    expect(previewOf([user('a\u202eb\u0000c\u{e0041}d\ud800e')])).toBe('abcde');
  });

  it('is cut between words where it can be, and never inside a character', () => {
    expect(previewOf([user(`${'word '.repeat(31)}endless${'s'.repeat(50)}`)])).toBe(`${'word '.repeat(31).trim()}…`);
    expect(previewOf([user('🇩🇪'.repeat(200))])).toBe(`${'🇩🇪'.repeat(79)}…`);
    expect(previewOf([user('e\u0301'.repeat(200))])).toBe(`${'e\u0301'.repeat(79)}…`);
  });

  it('is at most 160 whole characters of anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (content) => {
        const line = previewOf([user(content)]) ?? '';
        expect([...line].length).toBeLessThanOrEqual(160);
        expect(line).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        expect(Buffer.from(line).toString()).toBe(line);
      }),
    );
  });

  it('does not look for words far into a message', () => {
    expect(previewOf([user('One'), user(`${' '.repeat(5000)}late`)])).toBe('One');
  });
});
