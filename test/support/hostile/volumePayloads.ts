/** A mass of something. `plain`: it is too much to be laid out, and stands there as plain text. */
export interface VolumePayload {
  readonly name: string;
  readonly text: string;
  readonly plain: boolean;
}

const nestedLists = (depth: number): string =>
  Array.from({ length: depth }, (_, level) => `${' '.repeat(level * 2)}- x`).join('\n');

/** Texts that cost much to read or to draw, for whoever does not count first. */
export const volumePayloads: readonly VolumePayload[] = [
  { name: 'nested quotes', text: `${'>'.repeat(10_000)} x`, plain: true },
  { name: 'nested quotes with blanks', text: `${'> '.repeat(10_000)}x`, plain: true },
  { name: 'open brackets', text: '['.repeat(10_000), plain: false },
  { name: 'bracket pairs', text: `${'['.repeat(10_000)}x${']'.repeat(10_000)}`, plain: false },
  { name: 'open links', text: '[a]('.repeat(10_000), plain: false },
  { name: 'open pictures', text: '![a]('.repeat(10_000), plain: false },
  { name: 'stars', text: `${'*'.repeat(10_000)} x`, plain: false },
  { name: 'nested emphasis', text: `${'*a **b '.repeat(2_500)}${' b** a*'.repeat(2_500)}`, plain: true },
  { name: 'emphasis that never closes', text: '**a '.repeat(10_000), plain: false },
  { name: 'emphasis of two kinds', text: '*a_ '.repeat(10_000), plain: false },
  { name: 'underscores in words', text: 'a_'.repeat(10_000), plain: false },
  { name: 'strikes', text: '~~a'.repeat(8_000), plain: true },
  { name: 'nested lists', text: nestedLists(500), plain: true },
  { name: 'lists on one line', text: '- '.repeat(5_000), plain: false },
  { name: 'numbers on one line', text: '1. '.repeat(5_000), plain: true },
  { name: 'items', text: '- x\n'.repeat(20_000), plain: true },
  { name: 'one line', text: 'word '.repeat(200_000), plain: true },
  { name: 'one word', text: 'w'.repeat(300_000), plain: false },
  { name: 'cells', text: `|a|b|\n|-|-|\n${'|1|2|\n'.repeat(25_000)}`, plain: true },
  { name: 'missing cells', text: `${'|a'.repeat(800)}|\n${'|-'.repeat(800)}|\n${'|x|\n'.repeat(500)}`, plain: true },
  { name: 'backticks', text: `${'`'.repeat(10_000)} x ${'`'.repeat(9_000)}`, plain: false },
  {
    name: 'backticks of every length',
    text: Array.from({ length: 250 }, (_, length) => '`'.repeat(length)).join(' '),
    plain: false,
  },
  { name: 'autolinks', text: '<https://a.test/> '.repeat(9_000), plain: true },
  { name: 'addresses', text: 'https://a.test/x '.repeat(12_000), plain: true },
  { name: 'beginnings of addresses', text: 'https://'.repeat(20_000), plain: true },
  { name: 'beginnings of entities', text: '&'.repeat(100_000), plain: true },
  { name: 'entities', text: '&amp;'.repeat(60_000), plain: true },
  { name: 'escapes', text: '\\*'.repeat(30_000), plain: true },
  { name: 'beginnings of tags', text: '<a '.repeat(20_000), plain: false },
  { name: 'comments', text: '<!-- '.repeat(10_000), plain: false },
  { name: 'rules', text: '---\n'.repeat(40_000), plain: true },
  { name: 'headings', text: '# x\n'.repeat(12_000), plain: true },
  {
    name: 'definitions',
    text: Array.from({ length: 8_000 }, (_, index) => `[r${String(index)}]: /x\n`).join(''),
    plain: true,
  },
  {
    name: 'a long target in many links',
    text: `[r]: javascript:${'x'.repeat(100_000)}\n\n${'[x][r] '.repeat(4_000)}`,
    plain: true,
  },
  {
    name: 'a long address in many links',
    text: `[r]: https://a.test/${'x'.repeat(7_900)}\n\n${'[x][r] '.repeat(4_000)}`,
    plain: true,
  },
  {
    name: 'a picture in many places',
    text: `[i]: data:image/png;base64,${'A'.repeat(100_000)}\n\n${'![x][i] '.repeat(3_000)}`,
    plain: true,
  },
  { name: 'line ends', text: '\n'.repeat(300_000), plain: true },
  { name: 'hard breaks', text: 'a  \n'.repeat(20_000), plain: true },
  { name: 'invisible characters', text: 'a\u200b'.repeat(150_000), plain: true },
  { name: 'emoji', text: '\u{1f469}\u200d\u{1f4bb}'.repeat(40_000), plain: false },
  { name: 'a word with kerning', text: 'A'.repeat(300_000), plain: false },
  { name: 'a word without end in code', text: `\`\`\`\n${'A'.repeat(300_000)}\n\`\`\``, plain: true },
  { name: 'accents', text: `a${'\u0300'.repeat(100_000)}`, plain: false },
  { name: 'right-to-left words', text: '\u05d0\u05d1 (1) '.repeat(30_000), plain: true },
  { name: 'code that never ends', text: `\`\`\`ts\n${'a.b(1); '.repeat(15_000)}`, plain: false },
  { name: 'code of many colours', text: `\`\`\`ts\n${'1 "a" b;\n'.repeat(5_000)}\`\`\``, plain: false },
  {
    name: 'many blocks of code',
    text: `\`\`\`ts\n${`${'1 "a" '.repeat(400)}\n`.repeat(20)}\`\`\`\n\n`.repeat(8),
    plain: true,
  },
  { name: 'small blocks of code', text: '```ts\nlet a = 1;\n```\n\n'.repeat(3_000), plain: true },
  { name: 'a language without end', text: `\`\`\`${'x'.repeat(200_000)}\ny\n\`\`\``, plain: false },
];
