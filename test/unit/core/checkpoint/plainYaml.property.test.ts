import fc from 'fast-check';
import type { Node } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { readPlainYaml } from '../../../../src/core/checkpoint/plainYaml';
import { buildYamlValue } from '../../../../src/core/checkpoint/yamlValue';
import { writeYaml } from '../../../../src/core/checkpoint/yamlWriter';
import { anyText } from './checkpointArbitraries';

const anyObject = fc
  .object({ values: [anyText, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)], maxDepth: 3, maxKeys: 4 })
  .map((value) => JSON.parse(JSON.stringify({ first: 'x', ...value })) as object);
const pieces = [
  '\n',
  ' ',
  '  ',
  '-',
  '- ',
  ':',
  ': ',
  '#',
  '"',
  '\\',
  '|',
  '|-',
  '|+',
  '|2',
  '>',
  '[',
  ']',
  '{}',
  '&a',
  '*a',
  '!',
  '~',
  '\t',
];
const anyEdit = fc.record({
  at: fc.nat(),
  remove: fc.constantFrom(0, 0, 1, 2, 5),
  insert: fc.oneof(
    fc.constantFrom(...pieces, ' # note', '---\n', 'null', 'plain words', '0x1F', '1.', '.5', 'yes', 'a: b\n'),
    fc.string(),
  ),
});

function edited(text: string, edits: readonly { at: number; remove: number; insert: string }[]): string {
  return edits.reduce((before, { at, remove, insert }) => {
    const position = at % (before.length + 1);
    return before.slice(0, position) + insert + before.slice(position + remove);
  }, text);
}

/** Where each key and each single value is; whether the last line break belongs to a block is a matter of taste. */
function leaves(text: string, node: Node | undefined): readonly unknown[] {
  const { children = [], type, value, offset = 0, length } = node ?? {};
  return children.length === 0
    ? [[type, value, offset, text.charAt(offset) === '|' ? undefined : length]]
    : children.flatMap((child) => leaves(text, child));
}

describe('the fast reader of YAML', () => {
  it('reads what our own writer writes', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        fc.pre(!/"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(value)));
        expect(readPlainYaml(writeYaml(value))?.value).toEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a: 1 # one\n', { a: 1 }],
    ['a: "x # y" # z\nb: two words   # "#"\n', { a: 'x # y', b: 'two words' }],
    ['# file\na: # list\n  - true # yes\n  # between\n  - b: {} #\n', { a: [true, { b: {} }] }],
  ])('reads past what somebody noted behind a value: %j', (text, value) => {
    expect(readPlainYaml(text)?.value).toEqual(value);
    expect(parseDocument(text).toJS()).toEqual(value);
  });

  it.each([
    'a: |\n  x\n   \n',
    'a: |-\n  x\n   \n\n',
    'a: |+\n  x\n    \n\nb: 1\n',
    'a: |\n  x\n \n  y\n',
    'a: |\n\n  x\n',
    'a: x\n  y\n',
    'a:\n- 1\n',
    'a: 1# one\n',
    'a: | # text\n  x\n',
    'a: # nothing\nb: 1\n',
    'null: ~\n',
  ])('leaves to the complete parser what it might read in another way: %j', (text) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  it('never reads a text in another way than the complete parser does', () => {
    let read = 0;
    fc.assert(
      fc.property(anyObject, fc.array(anyEdit, { minLength: 1, maxLength: 3 }), (value, edits) => {
        const text = edited(writeYaml(value), edits);
        const plain = readPlainYaml(text);
        if (plain !== undefined) {
          read++;
          const { contents, errors } = parseDocument(text);
          const { value, root, faults } = buildYamlValue(contents);
          expect([...errors, ...faults], text).toEqual([]);
          expect(plain.value, text).toEqual(value);
          expect(leaves(text, plain.root), text).toEqual(leaves(text, root));
        }
      }),
      { numRuns: 5_000 },
    );
    expect(read).toBeGreaterThan(200);
  });
});
