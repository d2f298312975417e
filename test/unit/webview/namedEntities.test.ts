import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { decodeHTMLStrict } from '../../../src/webview/markdown/namedEntities';

/** What markdown-it itself would use. */
const whole = createRequire(createRequire(import.meta.url).resolve('markdown-it'))('entities') as {
  readonly decodeHTMLStrict: (text: string) => string;
};

const html4 =
  'quot amp lt gt nbsp iexcl copy laquo shy frac14 Agrave AElig szlig yuml OElig fnof circ Alpha sigmaf omega thetasym ' +
  'ensp zwnj rlm ndash mdash ldquo Dagger hellip permil Prime oline euro image alefsym larr crarr hArr forall notin ' +
  'infin there4 cong asymp ne equiv le nsub oplus sdot lceil rfloor lang rang loz spades diams';
const common = 'Tab NewLine apos colon lbrack vert grave ast half check cross star rightarrow leq approx subseteq ell';

describe('the names of characters', () => {
  it.each([html4, common])('mean what they mean everywhere: %s', (names) => {
    for (const name of names.split(' ')) {
      const reference = `&${name};`;
      expect(decodeHTMLStrict(reference)).not.toBe(reference);
      expect(decodeHTMLStrict(reference)).toBe(whole.decodeHTMLStrict(reference));
    }
  });

  it('leaves what it does not know as it stands', () => {
    expect(decodeHTMLStrict('&hologram;')).toBe('&hologram;');
    expect(decodeHTMLStrict('&constructor;')).toBe('&constructor;');
  });
});
