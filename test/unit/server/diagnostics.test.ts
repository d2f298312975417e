import { DiagnosticSeverity } from 'vscode-languageserver';
import { describe, expect, it } from 'vitest';
import { diagnosticsOf } from '../../../src/server/diagnostics';
import { readFile, type ServedFile } from '../../../src/server/servedFile';
import { atmosJson, atmosYaml, checkpoint, ownYaml, skill, textIn } from './served';

const found = (file: ServedFile): readonly (readonly [unknown, string])[] =>
  diagnosticsOf(file, {}).map(({ code, range }) => [code, textIn(file, range)]);

describe('the diagnostics', () => {
  it.each([
    ['JSON of the first format', checkpoint('json', atmosJson)],
    ['YAML of the first format', checkpoint('yaml', atmosYaml)],
    ['YAML of the second format', checkpoint('yaml', ownYaml)],
    ['a skill', skill('---\nname: review\ndescription: Reads a change\n---\nRead it.\n')],
  ])('of good %s are none', (_, file) => {
    expect(diagnosticsOf(file, {})).toEqual([]);
  });

  it.each([
    ['json', atmosJson.replace('"message_count": 2', '"message_count": 3'), 'statistics-mismatch', '3'],
    ['yaml', atmosYaml.replace('message_count: 2', 'message_count: 3'), 'statistics-mismatch', '3'],
    ['json', atmosJson.replace('"role": "user"', '"role": "tool"'), 'role-invalid', '"tool"'],
    ['yaml', atmosYaml.replace('role: user', 'role: tool'), 'role-invalid', 'tool'],
    ['json', atmosJson.replace('"cache-bug"', '""'), 'name-required', '""'],
    ['yaml', ownYaml.replace('parent_id: e1', 'parent_id: e9'), 'unknown-parent', 'e9'],
    ['yaml', ownYaml.replace('"2026-08-20T14:00:05.000Z"', 'yesterday'), 'bad-time', 'yesterday'],
    ['yaml', atmosYaml.replace('model: claude', 'provider: claude'), 'duplicate-key', 'provider'],
  ] as const)('of %s are where the fault is', (syntax, text, code, at) => {
    expect(found(checkpoint(syntax, text))).toContainEqual([code, at]);
  });

  it('of a skill are where the fault is', () => {
    expect(found(skill('---\nname: Review\ndescription: x\nlicense: MIT\n---\nRead it.\n'))).toEqual([
      ['skill/name-invalid', 'Review'],
      ['skill/unknown-field', 'license'],
    ]);
  });

  it('have the words of the host with their arguments, and else their code', () => {
    const file = skill('---\nname: other\ndescription: x\nlicense: MIT\n---\nRead it.\n');
    expect(diagnosticsOf(file, { 'skill/name-not-folder': '{name} is not {folder}' })).toEqual([
      {
        source: 'Rejoin',
        code: 'skill/name-not-folder',
        severity: DiagnosticSeverity.Warning,
        message: 'other is not review',
        range: { start: { line: 1, character: 6 }, end: { line: 1, character: 11 } },
      },
      expect.objectContaining({ code: 'skill/unknown-field', message: 'skill/unknown-field' }),
    ]);
  });

  it.each([
    ['file:///a/talk.rejoin.json', 'checkpoint'],
    ['file:///a/talk.rejoin.yaml', 'checkpoint'],
    ['file:///a/talk.rejoin.yml', 'checkpoint'],
    ['untitled:/a/100%25%20done.rejoin.yml', 'checkpoint'],
    ['file:///a/100%.rejoin.yml', 'checkpoint'],
    ['file:///a/.rejoin/skills/my%20skill/SKILL.md', 'skill'],
    ['file:///a/skills/review/SKILL.md', undefined],
    ['file:///a/.rejoin/skills/SKILL.md', undefined],
    ['file:///a/.rejoin/skills/a/b/SKILL.md', undefined],
    ['file:///a/rejoin.json', undefined],
    ['file:///a/package.json', undefined],
    ['file:///a/talk.rejoin.json/notes.md', undefined],
  ])('are for %s', (uri, kind) => {
    expect(readFile({ uri, version: 1, text: '' })?.kind).toBe(kind);
  });

  it('compare the name of a skill with its folder as it is written', () => {
    expect(readFile({ uri: 'file:///a/.rejoin/skills/my%20skill/SKILL.md', version: 1, text: '' })).toMatchObject({
      folder: 'my skill',
    });
  });
});
