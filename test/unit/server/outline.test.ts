import type { DocumentSymbol } from 'vscode-languageserver';
import { describe, expect, it } from 'vitest';
import { documentSymbolsOf } from '../../../src/server/documentSymbols';
import { foldingRangesOf } from '../../../src/server/foldingRanges';
import type { ServedFile } from '../../../src/server/servedFile';
import { atmosJson, atmosYaml, checkpoint, ownYaml, skill, textIn } from './served';

const names = (symbols: readonly DocumentSymbol[]): readonly string[] =>
  symbols.map(({ name, detail }) => [name, detail].filter(Boolean).join(': '));

function symbolOf(file: ServedFile, ...path: readonly string[]): DocumentSymbol | undefined {
  return path.reduce<DocumentSymbol | undefined>(
    (parent, name) =>
      (parent === undefined ? documentSymbolsOf(file) : (parent.children ?? [])).find((symbol) => symbol.name === name),
    undefined,
  );
}

function all(symbols: readonly DocumentSymbol[]): readonly DocumentSymbol[] {
  return symbols.flatMap((symbol) => [symbol, ...all(symbol.children ?? [])]);
}

describe('the outline', () => {
  it('of the first format has the messages with who speaks and the first words', () => {
    const file = checkpoint('json', atmosJson);
    expect(names(documentSymbolsOf(file))).toEqual([
      'version: 1.0',
      'exported_at: 2026-08-21T09:30:00Z',
      'session: cache-bug',
      'messages: 2',
      'context',
      'statistics',
    ]);
    expect(names(symbolOf(file, 'messages')?.children ?? [])).toEqual([
      '1 user: Why does the cart total go stale?',
      '2 assistant: The memo key ignores the coupon id.',
    ]);
    expect(names(symbolOf(file, 'statistics')?.children ?? [])).toEqual(['message_count: 2', 'user_messages: 1']);
  });

  it('of the second format has the events', () => {
    const file = checkpoint('yaml', ownYaml);
    expect(names(symbolOf(file, 'events')?.children ?? [])).toEqual([
      '1 user: Why is the total stale?',
      '2 assistant: The memo key ignores the coupon.',
    ]);
    expect(symbolOf(file, 'session')?.detail).toBe('Stale cart');
  });

  it('names events that are no messages by their type', () => {
    const file = checkpoint(
      'yaml',
      ownYaml.replace('type: text', 'type: tool_call').replace('content: The', 'name: read_file\n      was: The'),
    );
    expect(names(symbolOf(file, 'events')?.children ?? []).at(-1)).toBe('2 tool_call: read_file');
  });

  it('of a skill has its fields', () => {
    const file = skill('---\nname: review\ndescription: Reads a change\ntools: [a]\n---\n# Title\n');
    expect(names(documentSymbolsOf(file))).toEqual(['name: review', 'description: Reads a change', 'tools: [a]']);
  });

  it.each([
    ['json', atmosJson, '{ "role": "assistant", "content": "The memo key ignores the coupon id." }'],
    ['yaml', atmosYaml, 'role: assistant\n    content: "Lower TTLs first."'],
  ] as const)('of %s covers each message from its first key to its end', (syntax, text, expected) => {
    const file = checkpoint(syntax, text);
    const message = symbolOf(file, 'messages', '2 assistant');
    expect(message && textIn(file, message.range)).toBe(expected);
  });

  it.each([
    ['json', '"messages"'],
    ['yaml', 'messages'],
  ] as const)('of %s jumps to the key of a field', (syntax, key) => {
    const file = checkpoint(syntax, syntax === 'json' ? atmosJson : atmosYaml);
    const messages = symbolOf(file, 'messages');
    expect(messages && textIn(file, messages.selectionRange)).toBe(key);
  });

  it.each([
    ['json', atmosJson],
    ['yaml', atmosYaml],
    ['yaml', ownYaml],
    [
      'json',
      '{"": {"a": [1]}, "messages": [null, 1, {"role": ""}, []], "session": [], "statistics": {"a": {}}, "context": [{}]}',
    ],
  ] as const)('of %s has no jump out of its row and no row without a name', (syntax, text) => {
    const file = checkpoint(syntax, text);
    const symbols = all(documentSymbolsOf(file));
    expect(symbols.length).toBeGreaterThan(5);
    for (const { name, range, selectionRange } of symbols) {
      expect(name).not.toBe('');
      expect(file.lines.offsetAt(range.start)).toBeLessThanOrEqual(file.lines.offsetAt(selectionRange.start));
      expect(file.lines.offsetAt(selectionRange.end)).toBeLessThanOrEqual(file.lines.offsetAt(range.end));
    }
  });

  it('of a broken text is empty', () => {
    expect(documentSymbolsOf(checkpoint('json', '{"version": '))).toEqual([]);
    expect(documentSymbolsOf(checkpoint('yaml', 'a: [1\nb'))).toEqual([]);
    expect(documentSymbolsOf(skill('no front matter'))).toEqual([]);
  });
});

describe('folding', () => {
  const folds = (file: ServedFile): readonly string[] =>
    (foldingRangesOf(file) ?? []).map(({ startLine, endLine }) => {
      const lines = file.text.split('\n');
      return `${lines[startLine]?.trim()} … ${lines[endLine]?.trim()}`;
    });

  it('of YAML covers sections, messages and long texts', () => {
    expect(folds(checkpoint('yaml', atmosYaml))).toEqual([
      'session: … model: claude-sonnet-4-6',
      'messages: … content: "Lower TTLs first."',
      'statistics: … message_count: 2',
      '- role: user … created_at: 2026-08-19T07:05:00Z',
      '- role: assistant … content: "Lower TTLs first."',
      'content: | … Keep the TTL low.',
    ]);
  });

  it('of JSON leaves the line with the closing bracket', () => {
    expect(folds(checkpoint('json', atmosJson))).toEqual([
      '"messages": [ … { "role": "assistant", "content": "The memo key ignores the coupon id." }',
    ]);
  });

  it('of events covers their data', () => {
    expect(folds(checkpoint('yaml', ownYaml))).toContain('data: … It was right before.');
  });

  it('of a skill covers the front matter', () => {
    expect(folds(skill('---\nname: a\n---\nbody'))).toEqual(['--- … ---']);
  });

  it('keeps the outer ranges when the editor takes only some', () => {
    expect(foldingRangesOf(checkpoint('yaml', atmosYaml), 2)?.map(({ startLine }) => startLine)).toEqual([1, 5]);
  });

  it('of a broken text is left to the editor', () => {
    expect(foldingRangesOf(checkpoint('yaml', 'a: [1\nb'))).toBeNull();
  });
});
