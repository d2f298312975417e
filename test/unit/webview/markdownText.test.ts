import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { highlightCode } from '../../../src/webview/markdown/highlight';
import { splitInvisible } from '../../../src/webview/markdown/invisibleText';
import { embeddedImage, imageOrigin, isMisleading, safeLink } from '../../../src/webview/markdown/linkPolicy';
import { IncrementalMarkdown } from '../../../src/webview/markdown/incrementalMarkdown';
import { parseMarkdown } from '../../../src/webview/markdown/markdownParser';
import { sampleAnswer } from '../../webview/support/conversation';

describe('safeLink', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'command:workbench.action.quit?%5B%5D',
    'vscode://ms.ext/run',
    'file:///etc/passwd',
    '//evil.test/x',
    '/src/a.ts',
    'src/a.ts',
    'https:evil.test',
    'http://',
    'https://a b.test/',
    'blob:https://x',
    '',
  ])('refuses %j', (href) => {
    expect(safeLink(href)).toBeUndefined();
  });

  it.each([
    ['https://example.com/a?b#c', 'example.com'],
    ['HTTP://Example.com', 'example.com'],
    ['mailto:someone@example.com', 'someone@example.com'],
    ['https://user:secret@evil.test/https://bank.test', 'evil.test'],
    ['https://bank.test:443@evil.test/', 'evil.test'],
  ])('lets %s through and names its host', (href, host) => {
    expect(safeLink(href)?.host).toBe(host);
  });

  it('shows a look-alike host in its ASCII form', () => {
    expect(safeLink('https://аpple.com/')?.href).toBe('https://xn--pple-43d.com/');
  });

  it('notices words that name another place', () => {
    const link = safeLink('https://evil.test/login');
    expect(link).toBeDefined();
    if (link !== undefined) {
      expect(isMisleading('https://bank.test/login', link)).toBe(true);
      expect(isMisleading('bank.test', link)).toBe(true);
      expect(isMisleading('evil.test', link)).toBe(false);
      expect(isMisleading('the bank', link)).toBe(false);
      expect(isMisleading('Node.js docs', link)).toBe(false);
      expect(isMisleading('go to bank.com', link)).toBe(true);
      expect(isMisleading('someone@bank.test', link)).toBe(true);
      expect(isMisleading('https://localhost/', link)).toBe(true);
      expect(isMisleading('\uff42ank.test', link)).toBe(true);
      expect(isMisleading('https://evil.test:443/a.b', link)).toBe(false);
    }
  });
});

describe('embeddedImage', () => {
  it('takes small raster images only', () => {
    expect(embeddedImage('data:image/png;base64,iVBORw0KGgo=')).toBeDefined();
    expect(embeddedImage('data:image/svg+xml;base64,PHN2Zz4=')).toBeUndefined();
    expect(embeddedImage('data:image/png,raw')).toBeUndefined();
    expect(embeddedImage(`data:image/png;base64,${'A'.repeat(2_000_000)}`)).toBeUndefined();
    expect(embeddedImage('https://c.test/pixel.png')).toBeUndefined();
  });

  it('names where a remote image would come from', () => {
    expect(imageOrigin('https://c.test/pixel.png?q=secret')).toBe('c.test');
    expect(imageOrigin('//c.test/pixel.png')).toBe('c.test');
    expect(imageOrigin('data:image/svg+xml;base64,x')).toBe('data:');
  });
});

describe('splitInvisible', () => {
  const labels = (text: string): readonly string[] =>
    splitInvisible(text).flatMap((piece) => (piece.kind === 'invisible' ? [piece.label] : []));

  it.each([
    ['a bidirectional override', 'safe\u202Egpj.exe', ['U+202E']],
    ['a zero-width space', 'pass\u200Bword', ['U+200B']],
    ['hidden tag characters', `hi${String.fromCodePoint(0xe0068, 0xe0069)}`, ['U+E0068 ×2']],
    ['a terminal sequence', '\u001b[31mred', ['ESC']],
    ['variation selectors that carry data', `x${String.fromCodePoint(0xe0100, 0xe0110, 0xe0120)}`, ['U+E0100 ×3']],
    ['a joiner between Latin letters', 'ad\u200Dmin', ['U+200D']],
    ['a line end that goes back to the beginning', 'safe\rrm', ['U+000D']],
    ['what is no character', 'a\uffffb', ['U+FFFF']],
    ['a byte order mark', '\uFEFFhello', ['U+FEFF']],
    ['tags behind a flag that is none', `🏴${String.fromCodePoint(0xe0068, 0xe0069, 0xe007f)}`, ['U+E0068 ×3']],
  ])('names %s', (_name, text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  it.each(['plain text\n\twith tab', '👩‍💻 and ❤️ and 1️⃣', 'می‌خواهم', 'क्‍ष', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'windows\r\nline', '↔️'])(
    'leaves %j alone',
    (text) => {
      expect(labels(text)).toEqual([]);
    },
  );

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(
          splitInvisible(text)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe('highlightCode', () => {
  it('gives back exactly the code, in colours', () => {
    const code = 'const x: number = 1; // one\n';
    const spans = highlightCode(code, 'ts') ?? [];
    expect(spans.map(({ text }) => text).join('')).toBe(code);
    expect(spans.find(({ text }) => text === 'const')?.color).toBe('keyword');
    expect(spans.find(({ text }) => text.startsWith('//'))?.color).toBe('comment');
  });

  it.each([
    ['js', 'async function f() { return `a${1}` }'],
    ['python', 'def f(x):\n    return x + 1'],
    ['css', '@media print { a:hover { color: #fff; margin: 0 2px } }\n.x { --a: var(--b) }'],
    ['json', '{"a": [1, true, null]}'],
    ['c', '#include <stdio.h>\nint main(void) { return 0; }'],
    ['html', '<p class="x">hi</p><script>let a = 1</script>'],
    ['yaml', 'a: 1\nb: [x, y]'],
    ['bash', 'for f in *.ts; do echo "$f"; done'],
    ['sql', "SELECT * FROM t WHERE a = 'x';"],
  ])('colours %s', (language, code) => {
    const spans = highlightCode(code, language) ?? [];
    expect(spans.map(({ text }) => text).join('')).toBe(code);
    expect(spans.some(({ color }) => color !== null)).toBe(true);
  });

  it('tells properties from selectors in CSS', () => {
    const spans = highlightCode('a:hover { color: red; }', 'css') ?? [];
    expect(spans.find(({ text }) => text === 'color')?.color).toBe('property');
    expect(spans.find(({ text }) => text === ':hover')?.color).toBe('keyword');
  });

  it.each(['__proto__', 'constructor', 'toString', ''])('takes %j for no language', (language) => {
    expect(highlightCode('x', language)).toBeUndefined();
  });

  it('leaves code of too many colours in one', () => {
    expect(highlightCode(`${'1 "a" '.repeat(800)}\n`.repeat(10), 'ts')).toBeUndefined();
  });

  it('leaves unknown languages, too much code and very long lines in one colour', () => {
    expect(highlightCode('x', 'brainfuck')).toBeUndefined();
    expect(highlightCode('x\n'.repeat(50_000), 'ts')).toBeUndefined();
    expect(highlightCode('x'.repeat(6_000), 'ts')).toBeUndefined();
  });

  it.each(['css', 'ts', 'cpp', 'bash', 'xml', 'markdown'])('is not stalled by hostile %s', (language) => {
    for (const unit of ['a:', '{', '/*', '"', '<a', '((', '#', '\\', 'a b ']) {
      const code = Array.from({ length: 50 }, () => unit.repeat(500).slice(0, 1_000)).join('\n');
      // A grammar that backtracks without end would run into the time limit of the test.
      const spans = highlightCode(code, language) ?? [{ text: code }];
      expect(spans.map(({ text }) => text).join('') === code).toBe(true);
    }
  });
});

describe('IncrementalMarkdown', () => {
  it('keeps finished blocks as the same objects while a text grows', () => {
    const markdown = new IncrementalMarkdown();
    const before = markdown.update('# One\n\nTwo\n\nThr', true) ?? [];
    const after = markdown.update('# One\n\nTwo\n\nThree\n\nFour', true) ?? [];
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(after).toHaveLength(4);
  });

  it('ends with what parsing the whole at once gives, wherever the text was cut', () => {
    const texts = [
      sampleAnswer,
      'a\n===\n\n- x\n\n- y\n\n    code\n\n[r]: https://x.test\n\n[r]',
      '1. a\n2. b\n\n   c\n\n```\nx\n\ny\n```\n> q',
    ];
    for (const text of texts) {
      const markdown = new IncrementalMarkdown();
      for (let end = 0; end <= text.length; end += 1) {
        markdown.update(text.slice(0, end), true);
      }
      const blocks = markdown.update(text, false) ?? [];
      expect(blocks.map(({ source }) => source)).toEqual(parseMarkdown(text).blocks.map(({ source }) => source));
    }
  });

  it('shows the same on the way as parsing that much at once', () => {
    const markdown = new IncrementalMarkdown();
    for (let end = 0; end <= sampleAnswer.length; end += 1) {
      const part = sampleAnswer.slice(0, end);
      const blocks = markdown.update(part, true) ?? [];
      expect(blocks.flatMap(({ tokens }) => tokens.map(({ type }) => type))).toEqual(
        parseMarkdown(part).blocks.flatMap(({ tokens }) => tokens.map(({ type }) => type)),
      );
    }
  });

  it('does not keep the target of a link reference that was only half there', () => {
    const markdown = new IncrementalMarkdown();
    const text = 'See [r].\n\n[r]: https://good.test/path\n\nEnd';
    for (let end = 0; end <= text.length; end += 1) {
      markdown.update(text.slice(0, end), true);
    }
    const hrefs = (markdown.update(text, false) ?? []).flatMap(({ tokens }) =>
      tokens.flatMap((token) => (token.children ?? []).flatMap((child) => child.attrGet('href') ?? [])),
    );
    expect(hrefs).toEqual(['https://good.test/path']);
  });

  it('stays with plain text while a text grows that was too much once, and looks at it again in the end', () => {
    const markdown = new IncrementalMarkdown();
    const list = '- x\n'.repeat(1_500);
    expect(markdown.update(list.slice(0, 100), true)).not.toBeNull();
    expect(markdown.update(list, true)).toBeNull();
    expect(markdown.update(`${list}\n\nshort`, true)).toBeNull();
    expect(markdown.update(`${list}\n\nshort`, false)).not.toBeNull();
    expect(markdown.update('another', true)).not.toBeNull();
  });

  it('takes up a long text that comes at once', () => {
    const markdown = new IncrementalMarkdown();
    expect(markdown.update('Some **words** here.\n\n'.repeat(1_200), true)).toHaveLength(1_200);
  });

  it('gives up on more than can be laid out', () => {
    const markdown = new IncrementalMarkdown();
    expect(markdown.update('x'.repeat(500_000), false)).toBeNull();
    expect(markdown.update(`|a|b|\n|-|-|\n${'|1|2|\n'.repeat(25_000)}`, false)).toBeNull();
    expect(markdown.update('short again', false)).not.toBeNull();
  });
});
