import { describe, expect, it } from 'vitest';
import type { SourceRange } from '../../../../src/core/base/sourceProblem';
import { checkpointLimits, syntaxOf, type CheckpointSyntax } from '../../../../src/core/checkpoint/checkpoint';
import { parseSource } from '../../../../src/core/checkpoint/checkpointSource';

const json = `{
  "version": "2.0",
  "session": {
    "id": "s-1",
    "tags": [1, "two", {"deep": null}]
  }
}
`;
/** Plain enough for the fast reader. */
const yaml = `version: "2.0"
session:
  id: "s-1"
  tags:
    - 1
    - two
    - deep: null
`;
/** The same, for the complete parser. */
const fancyYaml = `# A comment
version: '2.0'
session: { id: s-1, tags: [1, two, { deep: ~ }] }
`;

function textIn(source: string, { start, end }: SourceRange): string {
  const lines = source.split(/\r\n?|\n/);
  const first = lines[start.line] ?? '';
  return start.line === end.line
    ? first.slice(start.character, end.character)
    : `${first.slice(start.character)} … ${(lines[end.line] ?? '').slice(0, end.character)}`;
}

function place(text: string, wanted: string): { line: number; character: number } {
  const before = text.slice(0, text.indexOf(wanted));
  const line = before.split('\n').length - 1;
  return { line, character: before.length - before.lastIndexOf('\n') - 1 };
}

describe.each([
  ['JSON', json, 'json'],
  ['YAML', yaml, 'yaml'],
  ['YAML of any form', fancyYaml, 'yaml'],
] as const)('places in %s', (_, text, syntax) => {
  const source = parseSource(text, syntax);

  it('come with the same value', () => {
    expect(source.value).toEqual({ version: '2.0', session: { id: 's-1', tags: [1, 'two', { deep: null }] } });
    expect(source.problems).toEqual([]);
  });

  it('are those of keys and of values', () => {
    expect(textIn(text, source.rangeOf(['session', 'id'], 'key')).replace(/"/g, '')).toBe('id');
    expect(textIn(text, source.rangeOf(['session', 'id'], 'value')).replace(/"/g, '')).toBe('s-1');
    expect(textIn(text, source.rangeOf(['session', 'tags', 1])).replace(/"/g, '')).toBe('two');
    expect(textIn(text, source.rangeOf(['session', 'tags', 2, 'deep'], 'value'))).toMatch(/^(?:null|~)$/);
  });

  it('are the key alone for what takes many lines', () => {
    expect(textIn(text, source.rangeOf(['session'])).replace(/"/g, '')).toBe('session');
    expect(source.rangeOf(['session'], 'value')).not.toEqual(source.rangeOf(['session']));
  });

  it('are the nearest thing around what is missing', () => {
    expect(source.rangeOf(['session', 'title'])).toEqual(source.rangeOf(['session']));
    expect(source.rangeOf(['session', 'tags', 9, 'x'])).toEqual(source.rangeOf(['session', 'tags']));
    expect(source.rangeOf(['events']).start.line).toBe(source.rangeOf([]).start.line);
  });

  it('lead back to paths', () => {
    expect(source.pathAt(place(text, 's-1'))).toEqual(['session', 'id']);
    expect(source.pathAt(place(text, 'two'))).toEqual(['session', 'tags', 1]);
    expect(source.pathAt(place(text, 'deep'))).toEqual(['session', 'tags', 2, 'deep']);
    expect(source.pathAt({ line: 900, character: 3 }).length).toBeLessThan(2);
  });

  it('give single values as they are written', () => {
    expect(source.textAt(['version'])).toMatch(/^["']2\.0["']$/);
    expect(source.textAt(['session'])).toBeUndefined();
    expect(source.textAt(['nothing'])).toBeUndefined();
  });
});

describe('a text with an error', () => {
  it.each([
    ['', 0, 0, 'ValueExpected'],
    ['{"a": 1,}', 0, 8, 'PropertyNameExpected'],
    ['{\n  "a": 1\n} text', 2, 2, 'EndOfFileExpected'],
    ['{"a" 1}', 0, 5, 'ColonExpected'],
    ['{"a": 1\n"b": 2}', 1, 0, 'CommaOrCloseBraceExpected'],
    ['[1 2]', 0, 3, 'CommaOrCloseBracketExpected'],
    ['{"a": tru}', 0, 6, 'InvalidSymbol'],
    ['{"a": 01}', 0, 6, 'InvalidSymbol'],
    ['{"a": "x}', 0, 6, 'UnexpectedEndOfString'],
    ['{"a": "\t"}', 0, 6, 'InvalidCharacterInString'],
    ['{"a": 1 // no\n}', 0, 8, 'CommaOrCloseBraceExpected'],
  ])('says where JSON ends: %j', (text, line, character, reason) => {
    const { value, problems } = parseSource(text, 'json');
    expect(value).toBeUndefined();
    expect(problems).toMatchObject([{ code: 'json-syntax', severity: 'error', args: { reason } }]);
    expect(problems[0]?.range.start).toEqual({ line, character });
  });

  it.each([
    ['a: "x\n', 'yaml-syntax', 1],
    ['a: 1\n b: 2\n', 'yaml-syntax', 0],
    ['a: 1\nb: [1\n', 'yaml-syntax', 2],
    ['a: 1\na: 2\n', 'duplicate-key', 1],
    ['a: 1\nb: {a: 1, "a": 2}\n', 'duplicate-key', 1],
    ['a: &x 1\nb: *x\n', 'yaml-alias', 0],
    ['a: !!binary aGk=\n', 'yaml-tag', 0],
    ['a: 1\n<<: {b: 1}\n', 'yaml-merge-key', 1],
    ['a: 1\n? [b]\n: 2\n', 'yaml-complex-key', 1],
    ['a: 1\n---\nb: 2\n', 'multiple-documents', 1],
    ['a: 1\nb: .inf\n', 'infinite-number', 1],
    ['a: 1\nconstructor: 2\n', 'forbidden-key', 1],
  ])('says what is wrong with YAML: %j', (text, code, line) => {
    const { value, problems } = parseSource(text, 'yaml');
    expect(value).toBeUndefined();
    expect(problems[0]).toMatchObject({ code, severity: 'error' });
    expect(problems[0]?.range.start.line).toBe(line);
  });

  it.each<[CheckpointSyntax, string]>([
    ['json', '{\n  "session": {\n    "id": "s-1",\n    "title": \n'],
    ['yaml', 'session:\n  id: "s-1"\n  title: "never closed\n'],
  ])('still has places as far as it can be read: %s', (syntax, text) => {
    expect(parseSource(text, syntax).pathAt(place(text, 's-1'))).toEqual(['session', 'id']);
  });
});

describe('JSON', () => {
  it('may begin with a byte order mark', () => {
    expect(parseSource('\ufeff{"a": 1}', 'json')).toMatchObject({ value: { a: 1 }, problems: [] });
  });

  it('warns of a field that is there twice and takes the last one', () => {
    const source = parseSource('{"a": {"b": 1, "c": 2, "b": 3}}', 'json');
    expect(source.value).toEqual({ a: { b: 3, c: 2 } });
    expect(source.problems).toMatchObject([
      { code: 'duplicate-key', severity: 'warning', path: ['a', 'b'], range: { start: { character: 23 } } },
    ]);
    expect(source.rangeOf(['a', 'b']).start.character).toBe(28);
  });
});

describe('the kind of a file', () => {
  it.each([
    ['a.json', 'json'],
    ['a.rejoin.yaml', 'yaml'],
    ['a.yml', 'yaml'],
    ['a.YAML', 'json'],
    ['a.txt', 'json'],
    ['a', 'json'],
    ['a.md', undefined],
    ['a.markdown', undefined],
  ])('follows from the end of its name: %s', (name, syntax) => {
    expect(syntaxOf(name)).toBe(syntax);
  });
});

describe('limits', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  it.each(['json', 'yaml'] as const)('let exactly so much depth pass in %s', (syntax) => {
    expect(parseSource(nested(checkpointLimits.maxDepth), syntax).problems).toEqual([]);
    expect(parseSource(nested(checkpointLimits.maxDepth + 1), syntax).problems).toMatchObject([{ code: 'too-deep' }]);
  });

  it('hold for the depth of our own YAML too', () => {
    const text = (depth: number): string =>
      Array.from({ length: depth }, (_, level) => `${'  '.repeat(level)}a:${level === depth - 1 ? ' 1' : ''}\n`).join(
        '',
      );
    expect(parseSource(text(checkpointLimits.maxDepth), 'yaml').problems).toEqual([]);
    expect(parseSource(text(checkpointLimits.maxDepth + 1), 'yaml').problems).toMatchObject([{ code: 'too-deep' }]);
  });

  it('count bytes and not characters', () => {
    const textOf = (letter: string): string => JSON.stringify(letter.repeat(checkpointLimits.maxBytes / 2));
    expect(parseSource(textOf('é'), 'json').problems).toMatchObject([{ code: 'too-large', args: { megabytes: 50 } }]);
    expect(parseSource(textOf('e'), 'json').problems).toEqual([]);
  });

  it('let a conversation of 5 MB in YAML of any form pass', () => {
    const turn = `  - role: user\n    content: >-\n      ${'Some words of a question. '.repeat(10)}\n`;
    const text = `# Made by hand\nversion: '1.0'\nmessages:\n${turn.repeat(Math.ceil(5_000_000 / turn.length))}`;
    expect(parseSource(text, 'yaml').problems).toEqual([]);
  });
});
