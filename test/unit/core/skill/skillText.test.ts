import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandSkill, skillListText } from '../../../../src/core/skill/skillText';

describe('the text of a skill', () => {
  it.each([
    ['Review $ARGUMENTS.', 'cart.ts', 'Review cart.ts.'],
    ['$ARGUMENTS and $ARGUMENTS', 'a', 'a and a'],
    ['Fix $ARGUMENTS', "$& $1 $$ $` $' $ARGUMENTS", "Fix $& $1 $$ $` $' $ARGUMENTS"],
    ['Fix $ARGUMENTS now', '', 'Fix  now'],
    ['Review it.', '', 'Review it.'],
    ['Review it.', '  ', 'Review it.'],
    ['Review it.', ' cart.ts ', 'Review it.\n\nArguments: cart.ts'],
  ])('%j with %j', (body, args, expected) => {
    expect(expandSkill({ body }, args)).toBe(expected);
  });
});

describe('the list of skills', () => {
  const skills = ['a', 'b', 'c'].map((name) => ({ name, description: `does ${name}` }));

  it('has a line for each', () => {
    expect(skillListText(skills, 1000)).toBe('- a: does a\n- b: does b\n- c: does c');
    expect(skillListText([], 1000)).toBe('');
  });

  it('says how many were left out', () => {
    expect(skillListText(skills, 34)).toBe('');
    expect(skillListText(skills.concat({ name: 'd', description: 'x'.repeat(100) }), 80)).toBe(
      '- a: does a\n- b: does b\n- c: does c\n- and 1 more skill, left out of this list',
    );
  });

  it('never has more bytes than allowed and never leaves one out in silence', () => {
    const skill = fc.record({
      name: fc.string({ minLength: 1, maxLength: 8 }),
      description: fc.string({ unit: 'grapheme', maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(skill, { maxLength: 30 }), fc.nat(600), (list, maxBytes) => {
        const text = skillListText(list, maxBytes);
        expect(new TextEncoder().encode(text).byteLength).toBeLessThanOrEqual(maxBytes);
        const whole = list.map(({ name, description }) => `- ${name}: ${description}`).join('\n');
        expect(text === whole || text === '' || /- and \d+ more skills?, left out of this list$/.test(text)).toBe(true);
      }),
    );
  });
});
