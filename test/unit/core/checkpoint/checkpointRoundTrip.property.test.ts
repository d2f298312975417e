import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkpointToRecord, recordToCheckpoint } from '../../../../src/core/checkpoint/checkpointMapper';
import { parseSource } from '../../../../src/core/checkpoint/checkpointSource';
import { writeCheckpoint } from '../../../../src/core/checkpoint/checkpointWriter';
import { writeYaml } from '../../../../src/core/checkpoint/yamlWriter';
import { anyRecord, anyText } from './checkpointArbitraries';
import { documentOf, recordOf } from './checkpointRecords';

describe.each(['json', 'yaml'] as const)('a checkpoint in %s', (syntax) => {
  it('brings back any session unchanged, and the same file of it again', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const text = writeCheckpoint(recordToCheckpoint(record), syntax);
        const copy = checkpointToRecord(documentOf(text, syntax));
        expect(copy).toEqual(record);
        expect(writeCheckpoint(recordToCheckpoint(copy), syntax)).toBe(text);
      }),
      { numRuns: 400 },
    );
  });

  it('brings back messages of a megabyte', () => {
    const line = 'A line with "quotes", \\backslashes\\, emoji 👩‍👩‍👧 and lone \ud800 halves.\t\n';
    const contents = [line.repeat(14_000), 'x'.repeat(1_000_000), '\n'.repeat(1_000_000), 'é'.repeat(500_000)];
    const record = recordOf(contents.map((content) => ({ body: { type: 'user_message', content } })));
    const text = writeCheckpoint(recordToCheckpoint(record), syntax);
    expect(checkpointToRecord(documentOf(text, syntax))).toEqual(record);
  });
});

describe('our YAML', () => {
  it('means the same to the complete parser and to the fast one', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), anyText, (json, text) => {
        const value = JSON.parse(JSON.stringify({ json, text, list: [text, [text]], [text]: null })) as object;
        const yaml = writeYaml(value);
        expect(parse(yaml)).toEqual(value);
        fc.pre(!hasForbidden(value));
        expect(parseSource(yaml, 'yaml').value).toEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });
});

function hasForbidden(value: unknown): boolean {
  return /"(?:__proto__|constructor|prototype)":/.test(JSON.stringify(value));
}
