import type { LanguageFn } from 'highlight.js';

/**
 * CSS, SCSS and Less for highlight.js. Its own grammar carries lists of every property and tag, a tenth of the whole
 * page; telling a property by its colon needs none of them. Looking ahead is bounded, so that no text can stall it.
 */
export const cssLanguage: LanguageFn = (hljs) => ({
  name: 'CSS',
  aliases: ['scss', 'less'],
  case_insensitive: true,
  contains: [
    hljs.C_BLOCK_COMMENT_MODE,
    hljs.C_LINE_COMMENT_MODE,
    hljs.APOS_STRING_MODE,
    hljs.QUOTE_STRING_MODE,
    { scope: 'keyword', match: /@[\w-]+|![a-z]+/ },
    { scope: 'variable', match: /(?:--|\$)[\w-]+/ },
    { scope: 'property', match: /[\w-]+(?=\s*:(?:[^:{}]|:(?!:)){0,200}[;}])/ },
    { scope: 'selector-pseudo', match: /::?[a-z][\w-]*/ },
    { scope: 'number', match: /#[\da-f]{3,8}\b|[+-]?(?:\d+\.?\d*|\.\d+)(?:%|[a-z]+)?/ },
    { scope: 'selector-class', match: /[.#][a-z_-][\w-]*/ },
    { scope: 'title.function', match: /[\w-]+(?=\()/ },
    { scope: 'selector-tag', match: /\b[a-z][\w-]*(?=[^;{}]{0,200}\{)/ },
  ],
});
