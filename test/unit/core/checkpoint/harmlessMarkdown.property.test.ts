import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { harmlessMarkdown, plainMarkdown } from '../../../../src/core/checkpoint/harmlessMarkdown';

const reader = new MarkdownIt('default', { html: true });
type Token = ReturnType<typeof reader.parse>[number];

/** What Markdown makes of a message inside a document. */
function read(markdown: string): { tokens: readonly Token[]; all: readonly Token[]; references: object } {
  const env: { references?: Record<string, { href: string; title: string }> } = {};
  const tokens = reader.parse(`## Before\n\n${markdown}\n\n### After\n\nlast words\n`, env);
  const all = tokens.flatMap((token) => [token, ...(token.children ?? [])]);
  return { tokens, all, references: env.references ?? {} };
}

const indents = fc.constantFrom('', '', '', ' ', '  ', '   ', '    ', '      ', '\t');
const containers = fc.constantFrom('', '', '', '- ', '1. ', '> ', '> - ', '10) ', '* ');
const pieces = [
  '<script>alert(1)</script>',
  '<b>',
  '</details>',
  '<!-- ',
  '-->',
  '<?php',
  '<!DOCTYPE x>',
  '<![CDATA[',
  '<https://example.com/`a>',
  '<img src=x onerror=alert(1)>',
  '![beacon](https://example.com/x.png)',
  '![ref][x]',
  '[x]: https://example.com',
  '[^1]: note',
  '`code <b>`',
  '``a ` <i> ``',
  '`',
  '``',
  '```',
  '```js',
  '````',
  '~~~',
  '~~~ x',
  '# one',
  '## two',
  '#### four',
  '===',
  '---',
  '***',
  '| a | `b|<b>` |',
  '|---|---|',
  'a | b',
  '\\<b>',
  '\\`<b>`',
  '\\\\<b>',
  'words',
  '*open',
  '[link](<url`> "<b>")',
  '&lt;b&gt;',
];
const anyLine = fc
  .tuple(indents, containers, indents, fc.array(fc.constantFrom(...pieces), { maxLength: 3 }))
  .map(([indent, container, inner, parts]) => indent + container + inner + parts.join(' '));
const anyMessage = fc
  .array(fc.oneof({ weight: 5, arbitrary: anyLine }, { weight: 1, arbitrary: fc.constant('') }), { maxLength: 10 })
  .map((lines) => lines.join('\n'));

describe('a message inside a document', () => {
  it('has no HTML, no picture and no definition, and ends where it ends', () => {
    fc.assert(
      fc.property(fc.oneof(anyMessage, fc.string()), (message) => {
        const { tokens, all, references } = read(harmlessMarkdown(message));
        expect(all.filter(({ type }) => type.startsWith('html') || type === 'image')).toEqual([]);
        expect(references).toEqual({});
        expect(tokens.slice(-6).map(({ type, content }) => content || type)).toEqual([
          'heading_open',
          'After',
          'heading_close',
          'paragraph_open',
          'last words',
          'paragraph_close',
        ]);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    ['1. a', '', '    ```', '    x', '   ```', '   <script>'],
    ['- a', '  ```', '<script>', '  ```'],
    ['- ```', '  x', '  ```', '  <script>'],
    ['a ` b', 'c ` <script> ` d'],
    ['| `a | <script>` |', '|---|---|', '| `a | <script>` |'],
    ['[a](b "`") <script> `c`'],
    ['    ```', '```', '<script>', '```', '<script>'],
  ])('has none where it is hard to say what is code: %j', (...lines) => {
    const { all } = read(harmlessMarkdown(lines.join('\n')));
    expect(all.filter(({ type }) => type.startsWith('html'))).toEqual([]);
  });

  it('has headings only below those of the document', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const { tokens } = read(harmlessMarkdown(message));
        const headings = tokens.filter(({ type, level }) => type === 'heading_open' && level === 0);
        expect(headings.slice(1, -1).filter(({ tag }) => ['h1', 'h2', 'h3'].includes(tag))).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes a time that grows with its length', () => {
    const long = [
      '`'.repeat(500_000),
      '` '.repeat(250_000),
      '<b>'.repeat(150_000),
      '\\`'.repeat(250_000),
      '- '.repeat(250_000),
    ];
    const runs = Array.from({ length: 1_000 }, (_, length) => '`'.repeat(length)).join(' ');
    const start = performance.now();
    for (const text of [...long, runs]) {
      harmlessMarkdown(text);
    }
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('Markdown of a message', () => {
  it.each([
    ['plain **bold** and `Map<string>`', 'plain **bold** and `Map<string>`'],
    ['```ts\nconst a: Array<T> = [];\n# no heading\n```', '```ts\nconst a: Array<T> = [];\n# no heading\n```'],
    ['```ts\nnever closed', '```ts\nnever closed\n```'],
    ['# Plan\n\n## Steps', '#### Plan\n\n##### Steps'],
    ['Title\n===', 'Title\n\\==='],
    ['a <b>c</b> ![x](y)', 'a \\<b>c\\</b> \\![x](y)'],
    ['1 < 2 & 3 > 2', '1 < 2 & 3 > 2'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', '| a | b |\n|---|---|\n| 1 | 2 |'],
    ['- item\n  ```sh\n  ls\n  ```\n- next', '- item\n  ```sh\n  ls\n  ```\n- next'],
    ['> ```\n> <b>\n> ```', '````\n> ```\n> <b>\n> ```\n````'],
    ['one\r\ntwo', 'one\ntwo'],
  ])('stays as it is meant: %j', (text, expected) => {
    expect(harmlessMarkdown(text)).toBe(expected);
  });

  it('means nothing at all in a title', () => {
    const { children } =
      reader.parseInline(plainMarkdown('# *a* <b> `c` [d](e)\n![f](g) &amp; ~~h~~ _i_ | j'), {})[0] ?? {};
    expect((children ?? []).map(({ type }) => type).every((type) => type.startsWith('text'))).toBe(true);
    expect((children ?? []).map(({ content }) => content).join('')).toBe(
      '# *a* <b> `c` [d](e) ![f](g) &amp; ~~h~~ _i_ | j',
    );
  });
});
