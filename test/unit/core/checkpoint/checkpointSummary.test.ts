import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordToCheckpoint } from '../../../../src/core/checkpoint/checkpointMapper';
import { parseCheckpoint } from '../../../../src/core/checkpoint/checkpointParser';
import { summarizeCheckpoint, type CheckpointSummary } from '../../../../src/core/checkpoint/checkpointSummary';
import { recordOf, someTime } from './checkpointRecords';

const sample = readFileSync(path.join(import.meta.dirname, '../../../fixtures/checkpoints/cache-bug.json'), 'utf8');

function summaryOf(text: string): CheckpointSummary {
  const { document, problems } = parseCheckpoint(text, 'json');
  if (document === undefined) {
    throw new Error(JSON.stringify(problems));
  }
  return summarizeCheckpoint(document, problems);
}

describe('what a checkpoint holds', () => {
  it('is told of format 2.0', () => {
    const record = recordOf([
      { body: { type: 'user_message', content: 'a' } },
      { body: { type: 'text', content: 'b', finish: 'completed' }, provider: 'demo', model: 'demo-2' },
      { body: { type: 'user_message', content: 'c' } },
      { body: { type: 'text', content: 'd', finish: 'completed' }, provider: 'demo', model: 'demo-1' },
      {
        body: { type: 'text', content: 'other branch', finish: 'completed' },
        parentId: null,
        provider: 'demo',
        model: 'demo-2',
      },
      { body: { type: 'system_context', content: 'Later.' } },
      { body: { type: 'compaction', summary: 'S', fromSeq: 5, toSeq: 5, tokensBefore: 9, tokensAfter: 1 } },
    ]);
    expect(summarizeCheckpoint(recordToCheckpoint(record))).toEqual({
      version: '2.0',
      title: 'Stale cart',
      messages: { user: 2, assistant: 3, system: 1 },
      models: [
        { provider: 'demo', model: 'demo-2' },
        { provider: 'demo', model: 'demo-1' },
      ],
      firstAt: someTime,
      lastAt: someTime + 5 * 60_000,
      branches: 2,
      compactions: 1,
      losses: [],
    });
  });

  it('is told of Atmos 1.0, with what an import leaves behind', () => {
    expect(summaryOf(sample)).toEqual({
      version: '1.0',
      title: 'cache-bug',
      messages: { user: 2, assistant: 1, system: 1 },
      models: [{ provider: 'ollama', model: 'qwen3:8b' }],
      firstAt: Date.UTC(2026, 7, 20, 14, 0, 5),
      lastAt: Date.UTC(2026, 7, 21, 9, 28, 0),
      branches: 1,
      compactions: 1,
      losses: ['export-details', 'statistics'],
    });
    expect(summaryOf(sample.replace('"exported_by"', '"mood"')).losses).toContain('unknown-fields');
  });

  it('is told of a session without anything', () => {
    expect(summarizeCheckpoint(recordToCheckpoint(recordOf([])))).toMatchObject({
      messages: { user: 0, assistant: 0, system: 0 },
      models: [],
      firstAt: null,
      lastAt: null,
      branches: 0,
      compactions: 0,
    });
  });
});
