/**
 * What the view's bundle has a small stand-in of its own for, by the names under which markdown-it imports it. Each
 * file says what it leaves out.
 */
export const webviewAliases = {
  entities: './src/webview/markdown/namedEntities.ts',
  mdurl: './src/webview/markdown/unusedLinkTools.ts',
  'punycode.js': './src/webview/markdown/unusedLinkTools.ts',
};
