import type { CodeAction } from 'vscode-languageserver';
import { describe, expect, it } from 'vitest';
import { codeActionsFor } from '../../../src/server/codeActions';
import { codeLensesOf } from '../../../src/server/codeLens';
import { diagnosticsOf } from '../../../src/server/diagnostics';
import { readFile, type ServedFile } from '../../../src/server/servedFile';
import { apply, atmosJson, atmosYaml, checkpoint, ownYaml, skill, strings } from './served';

function actionsOn(file: ServedFile, code: string): readonly CodeAction[] {
  const diagnostic = diagnosticsOf(file, {}).find((candidate) => candidate.code === code);
  if (diagnostic === undefined) {
    throw new Error(
      `There is no ${code}, but ${diagnosticsOf(file, {})
        .map((found) => found.code)
        .join()}`,
    );
  }
  return codeActionsFor(file, diagnostic.range, [diagnostic], strings);
}

/** The text after the fix, in which the problem must be gone. */
function fixed(file: ServedFile, code: string, title: string): string {
  const action = actionsOn(file, code).find((candidate) => candidate.title === title);
  const text = apply(file, action?.edit?.changes?.[file.uri] ?? []);
  const codes = readFile({ ...file, text })?.parsed.problems.map((problem) => problem.code);
  expect(codes).not.toContain(code);
  return text;
}

const titles = (file: ServedFile, code: string): readonly string[] => actionsOn(file, code).map(({ title }) => title);

describe('a quick fix for counts', () => {
  it.each([
    ['json', atmosJson, '"message_count": 2', '"message_count": 7'],
    ['yaml', atmosYaml, 'message_count: 2', 'message_count: 7'],
    ['yaml', ownYaml, 'event_count: 2', 'event_count: 7'],
  ] as const)('of %s writes the right one and nothing else', (syntax, good, right, wrong) => {
    expect(fixed(checkpoint(syntax, good.replace(right, wrong)), 'statistics-mismatch', 'Recount')).toBe(good);
  });

  it('corrects all of them at once and is offered once', () => {
    const wrong = ownYaml.replace('user_messages: 1', 'user_messages: 5').replace('event_count: 2', 'event_count: 9');
    const file = checkpoint('yaml', wrong);
    expect(fixed(file, 'statistics-mismatch', 'Recount')).toBe(ownYaml);
    const everything = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
    expect(codeActionsFor(file, everything, [], strings)).toHaveLength(1);
  });

  it('corrects also the counts that an import does not ask for', () => {
    const wrong = atmosJson.replace('"message_count": 2, "user_messages": 1', '"message_count": 0, "user_messages": 9');
    expect(fixed(checkpoint('json', wrong), 'statistics-mismatch', 'Recount')).toBe(atmosJson);
  });

  it.each([
    [
      'json',
      atmosJson.replace(/,\s*"statistics".*/, ''),
      'statistics-mismatch',
      /"files_accessed": \["src\/cart.ts"\] \},\n {2}"statistics": \{\n {4}"message_count": 2,\n {4}"user_messages": 1,\n {4}"assistant_messages": 1\n {2}\}\n\}\n$/,
    ],
    [
      'yaml',
      atmosYaml.replace(/statistics:[^]*/, ''),
      'statistics-mismatch',
      /"Lower TTLs first."\nstatistics:\n {2}message_count: 2\n {2}user_messages: 1\n {2}assistant_messages: 1\n$/,
    ],
    ['yaml', ownYaml.replace(/statistics:[^]*/, ''), 'missing-field', /\nstatistics:\n {2}event_count: 2\n/],
  ] as const)('of %s adds statistics behind the rest', (syntax, text, code, expected) => {
    expect(fixed(checkpoint(syntax, text), code, 'Add statistics')).toMatch(expected);
  });

  it('adds the count that is missing among the others', () => {
    const text = atmosYaml.replace('message_count: 2', 'total_tokens: 9');
    expect(fixed(checkpoint('yaml', text), 'statistics-mismatch', 'Recount')).toContain(
      'statistics:\n  message_count: 2\n  total_tokens: 9\n',
    );
  });
});

describe('a quick fix for the version', () => {
  it.each([
    ['json', atmosJson, '  "version": "1.0",\n', '1.0'],
    ['yaml', atmosYaml, 'version: "1.0"\n', '1.0'],
    ['yaml', ownYaml, 'version: "2.0"\n', '2.0'],
    ['json', atmosJson.replace(/\s*\n\s*/g, ' '), ' "version": "1.0",', '1.0'],
    ['json', atmosJson.replaceAll('\n', '\r\n'), '  "version": "1.0",\r\n', '1.0'],
    ['yaml', atmosYaml.replaceAll('\n', '\r\n'), 'version: "1.0"\r\n', '1.0'],
    ['yaml', `# from work\n---\n${atmosYaml}`, 'version: "1.0"\n', '1.0'],
  ] as const)('of %s adds the one that the fields belong to', (syntax, good, line, version) => {
    const file = checkpoint(syntax, good.replace(line, ''));
    expect(fixed(file, 'version-missing', `Add version: ${version}`)).toBe(good);
  });

  it.each([
    ['json', '{}', '{ "version": "2.0" }'],
    ['yaml', '{}', '{ "version": "2.0" }'],
    ['yaml', '{ "messages": [] }', '{ "version": "1.0", "messages": [] }'],
  ] as const)('of %s adds it to %s', (syntax, text, expected) => {
    const title = expected.includes('1.0') ? 'Add version: 1.0' : 'Add version: 2.0';
    expect(fixed(checkpoint(syntax, text), 'version-missing', title)).toBe(expected);
  });

  it.each([
    ['json', atmosJson.replace('"1.0"', '"1"'), atmosJson],
    ['yaml', ownYaml.replace('"2.0"', '2'), ownYaml],
  ] as const)('of %s replaces one that is not known', (syntax, text, expected) => {
    const version = syntax === 'json' ? '1.0' : '2.0';
    expect(fixed(checkpoint(syntax, text), 'version-unsupported', `Replace by "${version}"`)).toBe(expected);
  });

  it('replaces an empty one', () => {
    const text = ownYaml.replace('version: "2.0"', 'version:');
    expect(fixed(checkpoint('yaml', text), 'version-missing', 'Replace by "2.0"')).toBe(ownYaml);
  });
});

describe('a quick fix for who speaks', () => {
  it.each([
    ['json', atmosJson, '"role": "user"', '"role": "User"'],
    ['yaml', atmosYaml, 'role: user', 'role: User'],
  ] as const)('of %s offers both sides', (syntax, good, right, wrong) => {
    const file = checkpoint(syntax, good.replace(right, wrong));
    expect(titles(file, 'role-invalid')).toEqual(['Replace by "user"', 'Replace by "assistant"']);
    expect(fixed(file, 'role-invalid', 'Replace by "user"')).toBe(good);
  });

  it.each([
    ['json', atmosJson, '"role": "user", '],
    ['yaml', atmosYaml, 'role: user\n    '],
  ] as const)('of %s adds it before the text', (syntax, good, field) => {
    expect(fixed(checkpoint(syntax, good.replace(field, '')), 'role-required', 'Add role: user')).toBe(good);
  });

  it.each(['', ' ""', ' null'])('writes it where %j stands', (empty) => {
    const file = checkpoint('yaml', atmosYaml.replace('role: user', `role:${empty}`));
    expect(fixed(file, 'role-required', 'Replace by "user"')).toBe(atmosYaml);
  });
});

it('offers the values that a field takes', () => {
  const file = checkpoint('yaml', ownYaml.replace('title_source: user', 'title_source: person'));
  expect(titles(file, 'bad-value')).toEqual(['none', 'derived', 'user'].map((value) => `Replace by "${value}"`));
  expect(fixed(file, 'bad-value', 'Replace by "user"')).toBe(ownYaml);
});

describe('a quick fix for a skill', () => {
  it.each([
    ['Add name', '---\ndescription: x\n---\nbody', '---\nname: review\ndescription: x\n---\nbody'],
    ['Add description', '---\nname: review\n---\nbody', '---\nname: review\ndescription: \n---\nbody'],
    [
      'Add description',
      '---\r\nname: review\r\nmodel: a/b\r\n---\r\n',
      '---\r\nname: review\r\ndescription: \r\nmodel: a/b\r\n---\r\n',
    ],
  ])('%s', (title, text, expected) => {
    expect(fixed(skill(text), 'skill/field-missing', title)).toBe(expected);
  });

  it('offers each of two missing fields', () => {
    expect(titles(skill('---\n---\nbody'), 'skill/field-missing')).toEqual(['Add name', 'Add description']);
  });

  it('writes the whole front matter', () => {
    expect(fixed(skill('# Review\n'), 'skill/front-matter-missing', 'Add front matter')).toBe(
      '---\nname: review\ndescription: \n---\n\n# Review\n',
    );
  });

  it('names it like its folder', () => {
    const text = '---\nname: other\ndescription: x\n---\nbody';
    expect(fixed(skill(text), 'skill/name-not-folder', 'Replace by "review"')).toBe(text.replace('other', 'review'));
    expect(titles(skill(text.replace('other', 'Other'), 'No Name'), 'skill/name-invalid')).toEqual([]);
  });
});

describe('a code action', () => {
  it('belongs to the diagnostic that it mends and is preferred when it is the only one', () => {
    const file = checkpoint('json', atmosJson.replace('"message_count": 2', '"message_count": 7'));
    expect(actionsOn(file, 'statistics-mismatch')).toMatchObject([
      { kind: 'quickfix', isPreferred: true, diagnostics: [{ code: 'statistics-mismatch' }] },
    ]);
  });

  it('is not offered elsewhere, nor in a text that cannot be read', () => {
    const file = checkpoint('json', atmosJson.replace('"message_count": 2', '"message_count": 7'));
    const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    expect(codeActionsFor(file, top, [], strings)).toEqual([]);
    expect(codeActionsFor(checkpoint('json', '{"version":'), top, [], strings)).toEqual([]);
  });
});

describe('the code lenses', () => {
  it('of a checkpoint import and preview it', () => {
    const lenses = codeLensesOf(checkpoint('json', '{'), strings);
    expect(lenses.map(({ command }) => command)).toEqual([
      {
        title: 'Import',
        command: 'rejoin.importSession',
        arguments: ['file:///work/talk.rejoin.json', { preview: true }],
      },
      { title: 'Preview', command: 'rejoin.previewCheckpoint', arguments: ['file:///work/talk.rejoin.json'] },
    ]);
    expect(new Set(lenses.map(({ range }) => range.start.line))).toEqual(new Set([0]));
  });

  it('of a skill are none', () => {
    expect(codeLensesOf(skill(''), strings)).toEqual([]);
  });
});
