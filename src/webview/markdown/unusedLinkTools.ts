/**
 * Takes the place of `mdurl` and `punycode.js`, with which markdown-it rewrites the targets of links. The view judges
 * links by its own policy instead, so that none of this is ever called.
 */
function unused(): never {
  throw new Error('Links are judged by linkPolicy');
}

export { unused as decode, unused as encode, unused as format, unused as parse };
export default { toASCII: unused, toUnicode: unused };
