import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCheckpoint } from '../../../../src/core/checkpoint/checkpointParser';
import { checkpointToRecord } from '../../../../src/core/checkpoint/checkpointMapper';
import type { SessionRecord } from '../../../../src/core/session/sessionRecord';
import { noRedaction } from '../../../../src/extension/checkpoints/exportOptions';
import { renderSession } from '../../../../src/extension/checkpoints/renderSession';
import { contextItem } from '../../../support/builders';
import { openTempStore, type TempStore } from '../../../support/storeFixture';
import { anyRecord } from '../../core/checkpoint/checkpointArbitraries';
import { recordOf } from '../../core/checkpoint/checkpointRecords';

type Syntax = 'json' | 'yaml';

let here: TempStore;
let there: TempStore;

beforeAll(async () => {
  [here, there] = [await openTempStore(), await openTempStore()];
});
afterAll(async () => {
  await Promise.all([here.dispose(), there.dispose()]);
});

const exported = (record: SessionRecord, format: Syntax): string =>
  renderSession(record, { format, redaction: noRedaction, context: false, metadata: true }, 0).text;

function parsed(text: string, syntax: Syntax): SessionRecord {
  const { document, problems } = parseCheckpoint(text, syntax);
  if (document?.version !== '2.0') {
    throw new Error(JSON.stringify(problems.slice(0, 3)));
  }
  return checkpointToRecord(document);
}

/** Stores a record and reads back what the store has of it. */
async function stored({ service }: TempStore, record: SessionRecord): Promise<SessionRecord> {
  await service.importRecord(record, {});
  const read = await service.readRecord(record.session.id);
  if (read === undefined) {
    throw new Error('The session is not there');
  }
  return read;
}

/** Exports a session of one store, imports the file into another one that is empty, and exports it from there. */
async function expectToSurvive(record: SessionRecord, syntax: Syntax): Promise<void> {
  try {
    const original = await stored(here, record);
    const file = exported(original, syntax);
    const copy = await stored(there, parsed(file, syntax));
    expect(copy).toEqual(original);
    expect(exported(copy, syntax)).toBe(file);
  } finally {
    await Promise.all([here, there].map(({ service }) => service.deleteForever([record.session.id])));
  }
}

describe.each(['json', 'yaml'] as const)('a session that goes from one store to another as %s', (syntax) => {
  it('arrives unchanged, and gives the same file again', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyRecord, (record) => expectToSurvive(record, syntax)),
      { numRuns: 100 },
    );
  });

  it('brings branches, summaries, an undo, attachments and messages of a megabyte along', async () => {
    const megabyte = 'Ein Satz mit Umlauten — 漢字 👩‍👩‍👧 und "Zeichen".\n'.repeat(18_000);
    const record = recordOf(
      [
        { body: { type: 'user_message', content: megabyte, context: [{ type: 'file', key: 'a', value: 'b' }] } },
        { body: { type: 'text', content: 'First', finish: 'interrupted' }, usage: '{"inputTokens":7}', durationMs: 12 },
        { body: { type: 'text', content: megabyte, finish: 'completed' }, parentId: 'event-1' as never },
        { body: { type: 'compaction', summary: 'S', fromSeq: 1, toSeq: 3, tokensBefore: 9, tokensAfter: 1 } },
        { body: { type: 'compaction_undone', compactionId: 'event-4' } },
        { type: 'hologram', data: '{ "spaced": 1.0 }' },
      ],
      { archivedAt: 5, endedAt: 6, pinned: true, skill: 'review', serverSessionId: 'gw-7', turnStatus: 'interrupted' },
      { context: [contextItem('src/cart.ts')], metadata: [{ key: 'note', value: 'kept', updatedAt: 3 }] },
    );
    await expectToSurvive(record, syntax);
  });
});
