import { describe, expect, it } from 'vitest';
import { checkpointFileName, comparable, freeName } from '../../../../src/extension/checkpoints/checkpointFileName';
import { formatForName, formatOfName } from '../../../../src/extension/checkpoints/exportFormat';

const noon = new Date(2026, 0, 5, 12).getTime();
const name = (title: string): string => checkpointFileName(title, 'yaml', noon);

describe('the name of a file for a session', () => {
  it.each([
    ['Cart bug', 'Cart-bug-2026-01-05.rejoin.yaml'],
    ['../../etc/passwd', 'etc-passwd-2026-01-05.rejoin.yaml'],
    ['C:\\x | <y> "z" *?', 'C-x-y-z-2026-01-05.rejoin.yaml'],
    ['  ...  ', 'session-2026-01-05.rejoin.yaml'],
    ['', 'session-2026-01-05.rejoin.yaml'],
    ['con', 'session-con-2026-01-05.rejoin.yaml'],
    ['COM1.txt', 'session-COM1.txt-2026-01-05.rejoin.yaml'],
    ['console', 'console-2026-01-05.rejoin.yaml'],
    ['50% of #7', '50-of-7-2026-01-05.rejoin.yaml'],
    ['naïve 日本語 🙂', 'naïve-日本語-🙂-2026-01-05.rejoin.yaml'],
    ['half \ud83d pair\u0000\u202e', 'half-pair-2026-01-05.rejoin.yaml'],
  ])('made of %j is %s', (title, expected) => {
    expect(name(title)).toBe(expected);
  });

  it.each(['a'.repeat(300), '日'.repeat(200), '🙂'.repeat(200)])(
    'is short enough for every disk and cuts no character',
    (title) => {
      expect(Buffer.byteLength(name(title))).toBeLessThan(200);
      expect(name(title)).not.toMatch(/\p{Cs}/u);
    },
  );

  it('has the suffix of its format', () => {
    const suffixes = (['yaml', 'json', 'markdown', 'atmos-yaml', 'atmos-json'] as const).map((format) =>
      checkpointFileName('a', format, noon).slice('a-2026-01-05'.length),
    );
    expect(suffixes).toEqual(['.rejoin.yaml', '.rejoin.json', '.md', '.yaml', '.json']);
  });

  it('gets a number before its suffix where it is taken, in whatever case', () => {
    const taken = new Set(['A.rejoin.yaml', 'a-2.rejoin.yaml', 'caf\u00e9.md'].map(comparable));
    expect(freeName('a.rejoin.yaml', 'yaml', taken)).toBe('a-3.rejoin.yaml');
    expect(freeName('b.rejoin.yaml', 'yaml', taken)).toBe('b.rejoin.yaml');
    expect(freeName('cafe\u0301.md', 'markdown', taken)).toBe('cafe\u0301-2.md');
  });
});

describe('the format of a file', () => {
  it.each([
    ['/a/b.rejoin.yaml', 'yaml'],
    ['/a/b.YML', 'yaml'],
    ['/a.yaml/b', 'json'],
    ['/a/b.json', 'json'],
    ['/a/b.md', 'markdown'],
    ['/a/b.Markdown', 'markdown'],
    ['/a/b.txt', 'json'],
  ])('named %s is %s', (path, format) => {
    expect(formatOfName(path)).toBe(format);
  });

  it.each([
    ['a.json', 'yaml', 'json'],
    ['a.txt', 'yaml', 'yaml'],
    ['a.yml', 'atmos-json', 'atmos-yaml'],
    ['a.md', 'atmos-json', 'markdown'],
    ['a.json', 'markdown', 'json'],
    ['a', 'markdown', 'markdown'],
  ] as const)('named %s by a person who chose %s is %s', (path, chosen, format) => {
    expect(formatForName(path, chosen)).toBe(format);
  });
});
