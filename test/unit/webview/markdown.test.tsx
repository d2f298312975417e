// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, describe, expect, it } from 'vitest';
import { ChatProvider, createChat, type Chat } from '../../../src/webview/chat';
import { createHostPair } from '../../../src/webview/host';
import { Markdown } from '../../../src/webview/markdown/Markdown';
import { volumePayloads } from '../../support/hostile/volumePayloads';
import { hostilePayloads } from '../../support/hostilePayloads';
import { sampleAnswer, snapshot } from '../../webview/support/conversation';

const allowedElements = new Set(
  (
    'div span p h3 h4 h5 h6 ul ol li blockquote hr br wbr table thead tbody tr th td strong em del code pre a img ' +
    'button input svg path'
  ).split(' '),
);
const allowedAttributes = new Set(
  (
    'class dir title href rel role aria-label aria-hidden aria-pressed aria-expanded data-label type disabled checked ' +
    'tabindex start src alt viewBox focusable d fill-rule clip-rule'
  ).split(' '),
);

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
  it.each(hostilePayloads)('draws nothing but what is allowed of $name', ({ text }) => {
    expect(problemsIn(draw(text))).toEqual([]);
    expect(problemsIn(draw(text, true))).toEqual([]);
    expect(problemsIn(draw(`> - ${text.replaceAll('\n', '\n>   ')}`))).toEqual([]);
  });

  it('shows HTML as the text that it is', () => {
    expect(draw('<script>alert(1)</script>').textContent).toBe('<script>alert(1)</script>');
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

  it.each(volumePayloads)('draws a mass of $name without deep recursion', ({ text, plain }) => {
    const root = draw(text);
    expect(depthOf(root)).toBeLessThan(200);
    expect(root.querySelector('.plain-text') !== null).toBe(plain);
  });

  it('draws emphasis inside of emphasis however deep it goes', () => {
    const root = draw(`${'*a **b '.repeat(800)}deep${' b** a*'.repeat(800)}`);
    expect(root.textContent).toContain('deep');
    expect(depthOf(root)).toBeLessThan(100);
  });

  it('shows the real host of a link whose words are code, a picture or more than an address', () => {
    for (const words of [
      '`https://bank.test/login`',
      '![bank.test](x)',
      'Log in at www.bank.test now',
      'bank\u200b.test',
    ]) {
      expect(draw(`[${words}](https://evil.test/)`).textContent, words).toContain('(evil.test)');
    }
  });

  it('leaves out what stands before the host of a link to look like one', () => {
    const root = draw('<https://bank.test@evil.test/login>');
    expect(root.querySelector('a')?.getAttribute('href')).toBe('https://evil.test/login');
    expect(root.textContent).not.toContain('bank.test');
  });

  it('shows enough of a refused target, and not all of one that is used again and again', () => {
    const root = draw(`${'[x][r] '.repeat(50)}\n\n[r]: javascript:${'y'.repeat(20_000)}`);
    expect(root.textContent).toContain('x (javascript:yyy');
    expect(root.textContent?.length).toBeLessThan(20_000);
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
