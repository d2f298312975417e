import { describe, expect, it } from 'vitest';
import type { CheckpointSyntax } from '../../../../src/core/checkpoint/checkpoint';
import { parseCheckpoint } from '../../../../src/core/checkpoint/checkpointParser';

/** What reading may take: far more than it does, and far less than a text that gets out of hand takes. */
const generousMs = 15_000;
const letters = 'abcdefghijklmnop'.split('');

const hostile: readonly (readonly [name: string, code: string, syntax: CheckpointSyntax, text: () => string])[] = [
  [
    'a bomb of aliases',
    'yaml-alias',
    'yaml',
    () =>
      `a: &a [x,x,x,x,x,x,x,x,x]\n${letters
        .slice(1)
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${letters[index]}`).join(',')}]\n`)
        .join('')}`,
  ],
  ['a flood of merged aliases', 'yaml-alias', 'yaml', () => `x: &x {a: 1}\ny:\n${'  <<: *x\n'.repeat(200_000)}`],
  ['a flood of merge keys', 'yaml-merge-key', 'yaml', () => `y:\n${'  <<: {a: 1}\n'.repeat(200_000)}`],
  ['20,000 nested lists in YAML', 'too-deep', 'yaml', () => `a: ${'['.repeat(20_000)}`],
  ['20,000 nested maps in YAML', 'too-deep', 'yaml', () => '{a: '.repeat(20_000)],
  ['20,000 dashes on one line', 'too-deep', 'yaml', () => `${'- '.repeat(20_000)}x`],
  ['20,000 question marks on one line', 'too-deep', 'yaml', () => `${'? '.repeat(20_000)}x`],
  [
    'steps of indentation',
    'too-deep',
    'yaml',
    () =>
      letters
        .join('')
        .repeat(100)
        .split('')
        .map((_, i) => `${' '.repeat(i)}a:\n`)
        .join(''),
  ],
  ['colons that nest in a flow', 'too-deep', 'yaml', () => `{${'a: '.repeat(30_000)}}`],
  ['20,000 nested lists in JSON', 'too-deep', 'json', () => '['.repeat(20_000) + ']'.repeat(20_000)],
  ['20,000 nested objects in JSON', 'too-deep', 'json', () => `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
  ['49 MB of opened lists', 'too-deep', 'json', () => '['.repeat(49_000_000)],
  ['45 MB of empty lists', 'too-many-values', 'json', () => `[${'[],'.repeat(15_000_000)}[]]`],
  ['40 MB of numbers in YAML', 'too-many-values', 'yaml', () => `a: [${'1,'.repeat(20_000_000)}1]`],
  ['a huge number in JSON', 'infinite-number', 'json', () => `{"version": ${'9'.repeat(1_000_000)}}`],
  ['a huge number in YAML', 'infinite-number', 'yaml', () => `version: ${'9'.repeat(1_000_000)}\n`],
  ['a huge exponent', 'infinite-number', 'json', () => '{"session": {"x": 1e999}}'],
  ['a prototype in JSON', 'forbidden-key', 'json', () => '{"__proto__": {"x": 1}, "version": "2.0"}'],
  [
    'a prototype deep inside',
    'forbidden-key',
    'json',
    () => '{"events": [{"data": {"constructor": {"prototype": {"x": 1}}}}]}',
  ],
  ['an escaped prototype', 'forbidden-key', 'json', () => '{"\\u005f_proto__": {"x": 1}}'],
  ['a prototype in YAML', 'forbidden-key', 'yaml', () => '__proto__:\n  x: 1\n'],
  ['a quoted prototype in YAML', 'forbidden-key', 'yaml', () => '{"__pro\\u0074o__": {x: 1}}'],
  ['a million commas', 'yaml-syntax', 'yaml', () => `a: [${','.repeat(900_000)}]`],
  ['closing brackets alone', 'yaml-syntax', 'yaml', () => ']'.repeat(300_000)],
  ['documents without end', 'too-many-values', 'yaml', () => '---\n'.repeat(1_000_000)],
  ['faults without end', 'missing-field', 'json', () => `{"version": "2.0", "events": [${'{},'.repeat(900_000)}{}]}`],
  [
    'unknown fields without end',
    'missing-field',
    'json',
    () =>
      `{"version": "2.0", "events": [{${letters
        .join('')
        .repeat(5_000)
        .split('')
        .map((_, i) => `"k${i}":1`)
        .join(',')}}]}`,
  ],
  [
    '100,000 keys in YAML',
    'version-missing',
    'yaml',
    () =>
      `a: # …\n${letters
        .join('')
        .repeat(6_250)
        .split('')
        .map((_, i) => `  k${i}: 1\n`)
        .join('')}`,
  ],
  ['the same key without end', 'duplicate-key', 'yaml', () => `${'a: 1 # …\n'.repeat(100_000)}`],
];

describe('a hostile file', () => {
  it.each(hostile)('is refused in a bounded time: %s', (_, code, syntax, makeText) => {
    const text = makeText();
    const start = performance.now();
    const { document, problems } = parseCheckpoint(text, syntax);
    expect(performance.now() - start).toBeLessThan(generousMs);
    expect(document).toBeUndefined();
    expect(problems[0]).toMatchObject({ code, severity: 'error' });
    expect(problems.length).toBeLessThanOrEqual(202);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
