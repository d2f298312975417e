import { h, type ComponentChild, type ComponentChildren } from 'preact';
import { CodeBlock } from './CodeBlock';
import { embeddedImage } from './linkPolicy';
import { BlockedImage, MarkdownLink } from './MarkdownLink';
import type { MarkdownToken } from './markdownParser';
import { VisibleText } from './VisibleText';

/** An element whose children are still being collected. Where `tag` is null it has none of its own: they are its parent's. */
interface OpenElement {
  readonly tag: string | null;
  props: Readonly<Record<string, unknown>>;
  readonly children: ComponentChild[];
  readonly href: string | null;
  text: string;
}

/** Everything that Markdown can make, and the element that is made of it. A message's headings stand below the page's own. */
const elements: Readonly<Record<string, string>> = {
  p: 'p',
  h1: 'h3',
  h2: 'h4',
  h3: 'h5',
  h4: 'h6',
  h5: 'h6',
  h6: 'h6',
  ul: 'ul',
  ol: 'ol',
  li: 'li',
  blockquote: 'blockquote',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tr: 'tr',
  th: 'th',
  td: 'td',
  strong: 'strong',
  em: 'em',
  s: 'del',
  a: 'a',
};
/** Deeper elements are left out and their content stays: drawing them would recurse too deep. */
const maxDepth = 60;
const taskMark = /^\[([ xX])\]\s+/;

/** Draws tokens as elements. There is never any HTML text in between, and no element or attribute that is not named here. */
export function renderTokens(tokens: readonly MarkdownToken[], growing: boolean): ComponentChildren {
  const root: OpenElement = { tag: null, props: {}, children: [], href: null, text: '' };
  const stack: OpenElement[] = [root];
  renderInto(stack, tokens, growing);
  while (stack.length > 1) {
    close(stack);
  }
  return root.children;
}

function renderInto(stack: OpenElement[], tokens: readonly MarkdownToken[], growing: boolean): void {
  for (const token of tokens) {
    if (token.nesting === 1) {
      stack.push(openElement(token, stack));
    } else if (token.nesting === -1) {
      close(stack);
    } else if (token.type === 'inline') {
      renderInline(stack, token, growing);
    } else {
      addLeaf(stack, token, growing);
    }
  }
}

function renderInline(stack: OpenElement[], token: MarkdownToken, growing: boolean): void {
  const depth = stack.length;
  const children = token.children ?? [];
  const task = taskMark.exec(children[0]?.type === 'text' ? children[0].content : '');
  const item = task === null ? undefined : listItemAtStart(stack);
  if (task !== null && item !== undefined) {
    const checked = task[1] !== ' ';
    item.props = { class: 'task-item' };
    add(
      stack,
      h('input', {
        type: 'checkbox',
        class: 'task',
        disabled: true,
        checked,
        'aria-label': token.content.replace(taskMark, ''),
      }),
    );
    addText(stack, children[0]?.content.slice(task[0].length) ?? '');
    renderInto(stack, children.slice(1), growing);
  } else {
    renderInto(stack, children, growing);
  }
  while (stack.length > depth) {
    close(stack);
  }
}

/** The list item that has nothing in it yet, also where its text stands in a paragraph. */
function listItemAtStart(stack: readonly OpenElement[]): OpenElement | undefined {
  const top = stack.at(-1);
  const item = top?.tag === 'li' ? top : stack.at(-2);
  return item?.tag === 'li' && item.children.length === 0 && top?.children.length === 0 ? item : undefined;
}

function openElement(token: MarkdownToken, stack: readonly OpenElement[]): OpenElement {
  const tag = token.hidden || stack.length > maxDepth ? null : (elements[token.tag] ?? null);
  return {
    tag,
    props: propsOf(token, tag),
    // However many of them are left out, they must not make what is drawn any deeper.
    children: tag === null ? (stack.at(-1)?.children ?? []) : [],
    href: tag === 'a' ? String(token.attrGet('href') ?? '') : null,
    text: '',
  };
}

function propsOf(token: MarkdownToken, tag: string | null): Readonly<Record<string, unknown>> {
  const start = Number(token.attrGet('start') ?? NaN);
  if (tag === 'ol' && Number.isSafeInteger(start)) {
    return { start };
  }
  if (tag === 'th' || tag === 'td') {
    const align = /^text-align:(left|center|right)$/.exec(String(token.attrGet('style') ?? ''))?.[1];
    return align === undefined ? {} : { class: `align-${align}` };
  }
  return tag !== null && /^h\d$/.test(tag)
    ? { class: `heading-${token.tag}`, dir: 'auto' }
    : tag === 'p'
      ? { dir: 'auto' }
      : {};
}

function close(stack: OpenElement[]): void {
  const element = stack.pop();
  const parent = stack.at(-1);
  if (element === undefined || parent === undefined) {
    return;
  }
  parent.text += element.text;
  if (element.tag === null) {
    return;
  }
  if (element.href !== null) {
    parent.children.push(h(MarkdownLink, { href: element.href, text: element.text, children: element.children }));
  } else if (element.tag === 'table') {
    // Wide tables scroll inside their frame, which the keyboard must be able to do as well.
    parent.children.push(h('div', { class: 'table-frame', tabIndex: 0 }, h('table', {}, element.children)));
  } else {
    parent.children.push(h(element.tag, element.props, element.children));
  }
}

function add(stack: readonly OpenElement[], child: ComponentChild): void {
  stack.at(-1)?.children.push(child);
}

/** Adds something that reads as `text`: what the words of a link say counts, whatever they are drawn as. */
function addReading(stack: readonly OpenElement[], child: ComponentChild, text: string): void {
  add(stack, child);
  const top = stack.at(-1);
  if (top !== undefined) {
    top.text += text;
  }
}

function addText(stack: readonly OpenElement[], text: string): void {
  if (text !== '') {
    addReading(stack, h(VisibleText, { text }), text);
  }
}

function addLeaf(stack: readonly OpenElement[], token: MarkdownToken, growing: boolean): void {
  switch (token.type) {
    case 'softbreak':
      return addReading(stack, '\n', '\n');
    case 'hardbreak':
      return addReading(stack, h('br', {}), '\n');
    case 'hr':
      return add(stack, h('hr', {}));
    case 'code_inline':
      return addReading(stack, h('code', { dir: 'ltr' }, h(VisibleText, { text: token.content })), token.content);
    case 'fence':
    case 'code_block': {
      const language = token.type === 'fence' ? (/^\S+/.exec(token.info.trim())?.[0] ?? '') : '';
      return add(stack, h(CodeBlock, { code: token.content.replace(/\n$/, ''), language, growing }));
    }
    case 'image':
      return addReading(stack, image(token), token.content);
    default:
      return addText(stack, token.content);
  }
}

function image(token: MarkdownToken): ComponentChild {
  const source = String(token.attrGet('src') ?? '');
  const embedded = embeddedImage(source);
  return embedded === undefined
    ? h(BlockedImage, { source, alt: token.content })
    : h('img', { src: embedded, alt: token.content });
}
