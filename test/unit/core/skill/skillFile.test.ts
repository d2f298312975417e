import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceRange } from '../../../../src/core/base/sourceProblem';
import {
  maxFrontMatterLength,
  maxSkillLength,
  maxSkillProblems,
  parseSkillFile,
} from '../../../../src/core/skill/skillFile';

const good = `---
name: review
description: "Reads a change and says what is wrong: briefly"
model: openai/gpt-5
tools: [read_file, search]
---

Review $ARGUMENTS.
`;

function rangeText(text: string, { start, end }: SourceRange): string {
  const lines = text.split(/\r\n|\r|\n/);
  if (start.line === end.line) {
    return (lines[start.line] ?? '').slice(start.character, end.character);
  }
  const middle = lines.slice(start.line + 1, end.line);
  return [
    (lines[start.line] ?? '').slice(start.character),
    ...middle,
    (lines[end.line] ?? '').slice(0, end.character),
  ].join('\n');
}

/** Codes of the problems with the text that each of them points at. */
function problemsOf(text: string, folder?: string): readonly (readonly [string, string])[] {
  const { problems } = parseSkillFile(text, folder === undefined ? {} : { folder });
  return problems.map(({ code, range }) => [code, rangeText(text, range)]);
}

const withFields = (fields: string): string => `---\n${fields}\n---\nbody\n`;

describe('a skill file', () => {
  it('is read with all of its fields', () => {
    expect(parseSkillFile(good)).toMatchObject({
      skill: {
        name: 'review',
        description: 'Reads a change and says what is wrong: briefly',
        model: 'openai/gpt-5',
        tools: ['read_file', 'search'],
        body: 'Review $ARGUMENTS.',
      },
      problems: [],
    });
  });

  it('needs only a name and a description', () => {
    const { skill } = parseSkillFile('---\nname: a\ndescription: b\n---\nc');
    expect(skill).toEqual({ name: 'a', description: 'b', model: null, tools: null, body: 'c' });
  });

  it('is read with the line ends of Windows', () => {
    const text = good.replaceAll('\n', '\r\n');
    expect(parseSkillFile(text)).toMatchObject({ skill: { name: 'review' }, problems: [] });
    expect(problemsOf(text.replace('name: review', 'name: Re view'))).toEqual([['skill/name-invalid', 'Re view']]);
  });

  it('may begin with a byte order mark and have blanks behind its fences', () => {
    const text = `\uFEFF${good.replaceAll('---\n', '---  \n')}`;
    expect(parseSkillFile(text).skill?.name).toBe('review');
    expect(problemsOf(text.replace('review', 'Review'))).toEqual([['skill/name-invalid', 'Review']]);
  });

  it('may have rules of dashes in its body', () => {
    expect(parseSkillFile(`${good}\n---\nmore\n---\n`).skill?.body).toBe('Review $ARGUMENTS.\n\n---\nmore\n---');
  });

  it('takes an empty list of tools for none, and no list for all', () => {
    expect(parseSkillFile(withFields('name: a\ndescription: b\ntools: []')).skill?.tools).toEqual([]);
    expect(parseSkillFile(withFields('name: a\ndescription: b')).skill?.tools).toBeNull();
  });

  it('is one with any model name behind the first slash', () => {
    const text = withFields('name: a\ndescription: b\nmodel: router/meta/llama-4:free');
    expect(parseSkillFile(text).skill?.model).toBe('router/meta/llama-4:free');
  });

  it('tells where its fields are', () => {
    const { frontMatter } = parseSkillFile(good);
    expect(frontMatter?.range).toEqual({ start: { line: 0, character: 0 }, end: { line: 5, character: 3 } });
    expect(
      frontMatter?.fields.map(({ keyRange, valueRange }) => [keyRange, valueRange].map((r) => rangeText(good, r))),
    ).toEqual([
      ['name', 'review'],
      ['description', '"Reads a change and says what is wrong: briefly"'],
      ['model', 'openai/gpt-5'],
      ['tools', '[read_file, search]'],
    ]);
  });
});

describe('a faulty skill file', () => {
  it.each([
    ['an empty file', '', [['skill/front-matter-missing', '']]],
    ['no front matter', '# Review\n\ntext', [['skill/front-matter-missing', '# Review']]],
    ['front matter that is not at the top', `\n${good}`, [['skill/front-matter-missing', '']]],
    ['front matter that is not closed', '---\nname: a\n', [['skill/front-matter-open', '---']]],
    [
      'empty front matter',
      '---\n---\nbody',
      [
        ['skill/field-missing', '---'],
        ['skill/field-missing', '---'],
      ],
    ],
    ['a list for front matter', '---\n- name\n---\nbody', [['skill/front-matter-not-map', '- name\n']]],
    ['two documents', '---\nname: a\n--- b\n---\nbody', [['skill/front-matter-not-map', 'name: a\n--- b\n']]],
    ['a missing description', withFields('name: a'), [['skill/field-missing', '---']]],
    ['a blank name', withFields('name:\ndescription: b'), [['skill/field-blank', 'name']]],
    ['a name of blanks', withFields('name: " "\ndescription: b'), [['skill/field-blank', '" "']]],
    ['a number for a name', withFields('name: 2026\ndescription: b'), [['skill/field-not-text', '2026']]],
    ['a list for a description', withFields('name: a\ndescription: [b]'), [['skill/field-not-text', '[b]']]],
    ['a name with capitals', withFields('name: Review\ndescription: b'), [['skill/name-invalid', 'Review']]],
    ['a name that begins with a dash', withFields('name: -x\ndescription: b'), [['skill/name-invalid', '-x']]],
    ['a name that leads elsewhere', withFields('name: ../x\ndescription: b'), [['skill/name-invalid', '../x']]],
    [
      'a description of two lines',
      withFields('name: a\ndescription: "one\\ntwo"'),
      [['skill/description-not-one-line', '"one\\ntwo"']],
    ],
    ['a model without a provider', withFields('name: a\ndescription: b\nmodel: gpt'), [['skill/model-invalid', 'gpt']]],
    ['a blank model', withFields('name: a\ndescription: b\nmodel:'), [['skill/field-blank', 'model']]],
    ['a text for tools', withFields('name: a\ndescription: b\ntools: x'), [['skill/tools-not-list', 'x']]],
    ['blank tools', withFields('name: a\ndescription: b\ntools:'), [['skill/tools-not-list', 'tools']]],
    [
      'tools that are no texts',
      withFields('name: a\ndescription: b\ntools: [x, 1, ""]'),
      [
        ['skill/tool-not-text', '1'],
        ['skill/tool-not-text', '""'],
      ],
    ],
    [
      'a field that is there twice',
      withFields('name: a\ndescription: b\nname: c'),
      [['skill/duplicate-field', 'name']],
    ],
  ])('%s is refused', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
    expect(parseSkillFile(text).skill).toBeUndefined();
  });

  it('with broken YAML is refused where it breaks', () => {
    const { problems, skill } = parseSkillFile('---\nname: a\ndescription: b: c\n---\nbody');
    expect(skill).toBeUndefined();
    expect(problems).toMatchObject([
      {
        code: 'skill/yaml-invalid',
        range: { start: { line: 2, character: 13 } },
        args: { message: expect.any(String) },
      },
    ]);
  });

  it('says how long a description is and how long it may be', () => {
    const { problems } = parseSkillFile(withFields(`name: a\ndescription: ${'x'.repeat(1025)}`));
    expect(problems).toMatchObject([{ code: 'skill/description-too-long', args: { length: 1025, limit: 1024 } }]);
  });

  it.each([
    ['a name that is not the folder', withFields('name: a\ndescription: b'), [['skill/name-not-folder', 'a']]],
    [
      'an unknown field',
      withFields('name: review\ndescription: b\nlicense: MIT'),
      [['skill/unknown-field', 'license']],
    ],
    ['an empty body', '---\nname: review\ndescription: b\n---\n\n', [['skill/body-empty', '---']]],
  ])('%s is only a warning', (_, text, expected) => {
    expect(problemsOf(text, 'review')).toEqual(expected);
    const { skill, problems } = parseSkillFile(text, { folder: 'review' });
    expect(skill).toBeDefined();
    expect(problems.map(({ severity }) => severity)).toEqual(['warning']);
  });
});

describe('a hostile skill file', () => {
  it('that is too long is not read', () => {
    const { problems, frontMatter } = parseSkillFile(good + 'x'.repeat(maxSkillLength));
    expect(problems).toMatchObject([{ code: 'skill/too-large', args: { limit: maxSkillLength } }]);
    expect(frontMatter).toBeUndefined();
  });

  it('with a long front matter is not read', () => {
    const { problems } = parseSkillFile(withFields(`name: ${'x'.repeat(maxFrontMatterLength)}`));
    expect(problems).toMatchObject([{ code: 'skill/front-matter-too-large', args: { limit: maxFrontMatterLength } }]);
  });

  it.each([
    ['flow lists', '['.repeat(8000)],
    ['flow maps', 'a: {'.repeat(4000)],
    ['lists', '- '.repeat(8000)],
    ['keys', '? '.repeat(8000)],
    ['lines', Array.from({ length: 100 }, (_, level) => `${' '.repeat(level)}k:`).join('\n')],
  ])('that nests %s is refused without being followed down', (_, nested) => {
    const { problems, skill } = parseSkillFile(withFields(nested));
    expect(problems.map(({ code }) => code)).toEqual(
      ['skill/front-matter-too-deep', 'skill/field-missing'].slice(0, 1),
    );
    expect(skill).toBeUndefined();
  });

  it('with thousands of faults has a bounded number of problems', () => {
    const { problems } = parseSkillFile(withFields('&a '.repeat(5000)));
    expect(problems).toHaveLength(maxSkillProblems);
  });

  it('reads no property of objects out of keys', () => {
    const { skill } = parseSkillFile(withFields('name: a\ndescription: b\n__proto__: c\nconstructor: d'));
    expect(skill).toMatchObject({ name: 'a', tools: null, model: null });
  });

  it('never throws and always points into the text', () => {
    const part = fc.constantFrom(
      '---',
      '\n',
      '\r\n',
      'name',
      ': ',
      'tools',
      '[',
      ']',
      '{',
      '"',
      '&a ',
      '*a',
      '- ',
      '|',
      'é',
      '\t',
      '!!binary ',
      '? ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 60 }), (parts) => {
        const text = `---\n${parts.join('')}\n---\n`;
        const lines = text.split(/\r\n|\r|\n/);
        for (const { range } of parseSkillFile(text).problems) {
          for (const { line, character } of [range.start, range.end]) {
            expect(character).toBeLessThanOrEqual((lines[line] ?? '').length + 1);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
