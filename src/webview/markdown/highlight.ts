import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import lua from 'highlight.js/lib/languages/lua';
import makefile from 'highlight.js/lib/languages/makefile';
import markdown from 'highlight.js/lib/languages/markdown';
import php from 'highlight.js/lib/languages/php';
import powershell from 'highlight.js/lib/languages/powershell';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import shell from 'highlight.js/lib/languages/shell';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { cssLanguage } from './cssLanguage';

const languages = {
  bash,
  cpp,
  csharp,
  css: cssLanguage,
  diff,
  dockerfile,
  go,
  ini,
  java,
  json,
  kotlin,
  lua,
  makefile,
  markdown,
  php,
  powershell,
  python,
  ruby,
  rust,
  shell,
  sql,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(languages)) {
  hljs.registerLanguage(name, language);
}

// The grammar of the larger language serves the smaller one as well, which spares its own copy of nearly the same.
hljs.registerAliases(['javascript', 'js', 'jsx', 'mjs', 'cjs'], { languageName: 'typescript' });
hljs.registerAliases(['c', 'h'], { languageName: 'cpp' });

/** A stretch of code in one colour; `color` names a class of the style sheet, null is plain. */
export interface CodeSpan {
  readonly text: string;
  readonly color: CodeColor | null;
}

/** Names under which the style sheet knows its colours. */
const colors = {
  keyword: 'keyword',
  built_in: 'type',
  type: 'type',
  literal: 'constant',
  number: 'number',
  operator: 'operator',
  property: 'property',
  regexp: 'regexp',
  string: 'string',
  'char.escape': 'constant',
  subst: 'plain',
  symbol: 'constant',
  variable: 'variable',
  'variable.language': 'keyword',
  'variable.constant': 'constant',
  title: 'function',
  'title.class': 'type',
  'title.class.inherited': 'type',
  'title.function': 'function',
  'title.function.invoke': 'function',
  params: 'plain',
  comment: 'comment',
  doctag: 'keyword',
  meta: 'keyword',
  'meta.prompt': 'comment',
  section: 'function',
  tag: 'tag',
  name: 'tag',
  attr: 'property',
  attribute: 'property',
  bullet: 'keyword',
  code: 'string',
  emphasis: 'plain',
  strong: 'plain',
  formula: 'string',
  link: 'string',
  quote: 'comment',
  'selector-tag': 'tag',
  'selector-id': 'property',
  'selector-class': 'property',
  'selector-attr': 'property',
  'selector-pseudo': 'keyword',
  'template-tag': 'keyword',
  'template-variable': 'variable',
  addition: 'addition',
  deletion: 'deletion',
} as const;
export type CodeColor = (typeof colors)[keyof typeof colors];

interface ScopeNode {
  readonly scope?: string;
  readonly children: readonly (ScopeNode | string)[];
}

/** Longer code, and code with longer lines, stays in one colour: colouring it would block the page. */
const maxLength = 60_000;
const maxLineLength = 5_000;
const maxSpans = 6_000;

/** Cuts code into coloured stretches; undefined for a language that is not known or too much code. */
export function highlightCode(code: string, language: string): readonly CodeSpan[] | undefined {
  if (code.length > maxLength || hljs.getLanguage(language) === undefined || hasLongLine(code)) {
    return undefined;
  }
  // The tree behind the result is not in the typings; reading it is what spares an HTML string.
  const result = hljs.highlight(code, { language, ignoreIllegals: true }) as unknown as {
    readonly _emitter?: { readonly rootNode?: ScopeNode };
  };
  const root = result._emitter?.rootNode;
  const spans: CodeSpan[] = [];
  if (root === undefined) {
    return undefined;
  }
  collect(root, null, spans);
  // A grammar that gives up leaves out the rest of the code.
  const length = spans.reduce((sum, { text }) => sum + text.length, 0);
  return spans.length > maxSpans || length !== code.length ? undefined : spans;
}

function hasLongLine(code: string): boolean {
  return code.split('\n').some((line) => line.length > maxLineLength);
}

function collect(node: ScopeNode, inherited: CodeColor | null, spans: CodeSpan[]): void {
  const color = colorOf(node.scope) ?? inherited;
  for (const child of node.children) {
    if (typeof child === 'string') {
      spans.push({ text: child, color });
    } else {
      collect(child, color, spans);
    }
  }
}

function colorOf(scope: string | undefined): CodeColor | undefined {
  if (scope === undefined) {
    return undefined;
  }
  if (Object.hasOwn(colors, scope)) {
    return colors[scope as keyof typeof colors];
  }
  const parent = scope.lastIndexOf('.');
  return parent < 0 ? undefined : colorOf(scope.slice(0, parent));
}
