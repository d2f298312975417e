import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runFeature, type FeatureContext } from '../../../src/server/features';
import { readFile, type ServedFile } from '../../../src/server/servedFile';
import { apply, atmosJson, atmosYaml, ownYaml, served, strings } from './served';

const context: FeatureContext = {
  options: { problemTexts: {}, strings, knowsJsonSchema: false },
  locale: 'en',
  foldingLimit: undefined,
};
const skillText = '---\nname: review\ndescription: Reads a change\ntools: [a]\n---\nRead it.\n';
const samples = [
  ['talk.rejoin.json', atmosJson],
  ['talk.rejoin.yaml', atmosYaml],
  ['talk.rejoin.yaml', ownYaml],
  ['.rejoin/skills/review/SKILL.md', skillText],
] as const;

/** Asks everything, at a position and of the whole file, and applies whatever is offered. */
function useFully(file: ServedFile, offset: number): void {
  const position = file.lines.positionAt(offset);
  const range = { start: { line: 0, character: 0 }, end: file.lines.positionAt(file.text.length) };
  const { length } = file.text.split(/\r\n|\r|\n/);
  for (const { range: at } of runFeature('diagnostics', file, {}, context)) {
    expect(at.end.line).toBeLessThan(length);
  }
  runFeature('documentSymbols', file, {}, context);
  for (const { startLine, endLine } of runFeature('foldingRanges', file, {}, context) ?? []) {
    expect(startLine).toBeLessThan(endLine);
    expect(endLine).toBeLessThan(length);
  }
  runFeature('hover', file, { position }, context);
  for (const { textEdit } of runFeature('completion', file, { position }, context)) {
    const edited = textEdit && 'range' in textEdit ? textEdit.range : undefined;
    expect(edited?.start.line).toBe(position.line);
    expect(edited?.end.line).toBe(position.line);
  }
  for (const { edit } of runFeature('codeActions', file, { range, context: { diagnostics: [] } }, context)) {
    const text = apply(file, edit?.changes?.[file.uri] ?? []);
    expect(text).not.toBe(file.text);
  }
}

describe('every feature', () => {
  it('survives files that are damaged anywhere', () => {
    const piece = fc.constantFrom(
      '',
      '"',
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '\n',
      '\r\n',
      '  ',
      '- ',
      '#',
      '|',
      'null',
      '0',
      '""',
      '---\n',
      '\t',
      '\uFEFF',
      '😀',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.nat(700), fc.nat(20), piece), { maxLength: 4 }),
        fc.nat(700),
        ([name, sample], damages, offset) => {
          const text = damages.reduce(
            (before, [at, cut, put]) => before.slice(0, at) + put + before.slice(at + cut),
            sample as string,
          );
          useFully(served(name, text), offset);
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);

  it.each([
    ['an empty file', 'a.rejoin.json', ''],
    ['a list', 'a.rejoin.json', '[1, 2]'],
    ['a number', 'a.rejoin.yaml', '7'],
    ['null', 'a.rejoin.yaml', 'null'],
    ['nothing but comments', 'a.rejoin.yaml', '# a\n'],
    ['deep lists', 'a.rejoin.json', '['.repeat(100_000)],
    ['deep YAML', 'a.rejoin.yaml', '- '.repeat(50_000)],
    ['aliases', 'a.rejoin.yaml', 'a: &a [1]\nb: *a\n'],
    [
      'keys of prototypes',
      'a.rejoin.json',
      '{"__proto__": {"version": "1.0"}, "constructor": [], "messages": [{"__proto__": 1}]}',
    ],
    [
      'values of the wrong kind',
      'a.rejoin.json',
      '{"version": {}, "session": 1, "messages": {"role": []}, "statistics": [1]}',
    ],
    [
      'events of the wrong kind',
      'a.rejoin.json',
      '{"version": "2.0", "events": [1, null, {"type": {}}, {"type": "text", "data": 3, "raw": 4}], "context": 1}',
    ],
    [
      'fields without end',
      'a.rejoin.json',
      `{${Array.from({ length: 12_000 }, (_, index) => `"k${index}": {}`).join(',')}}`,
    ],
  ])('survives %s', (_, name, text) => {
    useFully(served(name, text), Math.floor(text.length / 2));
  });

  it('has no fix that makes a good file worse', () => {
    for (const [name, text] of samples) {
      const file = served(name, text);
      const range = { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } };
      expect(runFeature('codeActions', file, { range, context: { diagnostics: [] } }, context)).toEqual([]);
      expect(readFile(file)?.parsed.problems).toEqual([]);
    }
  });
});
