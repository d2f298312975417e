import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointSyntax } from '../../src/core/checkpoint/checkpoint';
import { checkpointMarkdown } from '../../src/core/checkpoint/checkpointMarkdown';
import { checkpointToRecord, recordToCheckpoint } from '../../src/core/checkpoint/checkpointMapper';
import { parseCheckpoint } from '../../src/core/checkpoint/checkpointParser';
import { redactCheckpoint } from '../../src/core/checkpoint/checkpointRedaction';
import { writeCheckpoint } from '../../src/core/checkpoint/checkpointWriter';
import type { SessionRecord } from '../../src/core/session/sessionRecord';
import { openRaw, openStore } from './benchStore';
import { formatCount, formatMs, formatRatio, measureInTurns, printTable } from './measure';
import type { RawRow } from './rawStore';
import { storeConversation } from './storedConversation';

const messages = 10_000;
const rounds = 7;
const redaction = {
  userName: 'work',
  homeFolder: '/home/work',
  redact: { userName: true, paths: true, secrets: true },
};

/** One row of a table for each part, which take turns, against the first of them. */
async function measureParts(title: string, parts: readonly Part[]): Promise<void> {
  const medians = await measureInTurns(
    rounds,
    parts.map(({ run }) => run),
  );
  const byHand = medians[0] ?? Number.NaN;
  const rows = parts.flatMap(({ name, bytes }, index) => {
    const time = medians[index] ?? Number.NaN;
    return name === null
      ? []
      : [[name, formatMs(time), formatRatio(time / byHand), bytes === undefined ? '' : formatCount(bytes)]];
  });
  printTable(
    `${title} of ${formatCount(messages)} messages (median)`,
    ['part', 'time', 'against by hand', 'bytes'],
    rows,
  );
}

interface Part {
  /** Null: only makes room for the next one. */
  readonly name: string | null;
  readonly run: () => Promise<unknown>;
  readonly bytes?: number;
}

const part = (name: string, run: () => unknown, bytes?: number): Part => ({
  name,
  run: () => Promise.resolve(run()),
  ...(bytes === undefined ? {} : { bytes }),
});
const bytesOf = (text: string): number => Buffer.byteLength(text);
const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'rejoin-bench-'));

/** The text as an import reads it. */
function readText(text: string, syntax: CheckpointSyntax): SessionRecord {
  const { document, problems } = parseCheckpoint(text, syntax);
  if (document?.version !== '2.0') throw new Error(`Not read: ${JSON.stringify(problems[0])}`);
  return checkpointToRecord(document);
}

async function measureExport(folder: string): Promise<void> {
  const id = await storeConversation(folder, '/home/work/shop', messages);
  const [service, raw] = [await openStore(folder), await openRaw(folder)];
  const read = async (): Promise<SessionRecord> => {
    const record = await service.readRecord(id);
    if (record === undefined) throw new Error('The session is not there');
    return record;
  };
  const exportTo = async (syntax: CheckpointSyntax): Promise<string> =>
    writeCheckpoint(recordToCheckpoint(await read()), syntax);
  const byHand = async (): Promise<string> => JSON.stringify(await raw.read(id, 0), undefined, 2);
  const record = await read();
  const checkpoint = recordToCheckpoint(record);
  const markdown = (): string => checkpointMarkdown(record, { exportedAt: 0, context: true });
  const [json, yaml] = [writeCheckpoint(checkpoint, 'json'), writeCheckpoint(checkpoint, 'yaml')];

  await measureParts('Export', [
    part('by hand: SELECT and JSON.stringify', byHand, bytesOf(await byHand())),
    part('JSON', () => exportTo('json'), bytesOf(json)),
    part('YAML', () => exportTo('yaml'), bytesOf(yaml)),
    part('of it: read from the store', read),
    part('of it: record to checkpoint', () => recordToCheckpoint(record)),
    part('of it: write JSON', () => writeCheckpoint(checkpoint, 'json')),
    part('of it: write YAML', () => writeCheckpoint(checkpoint, 'yaml')),
    part('redact everything', () => redactCheckpoint(checkpoint, redaction)),
    part('write Markdown', markdown, bytesOf(markdown())),
  ]);
  const rows = await raw.read(id, 0);
  await Promise.all([service.close(), raw.close()]);
  await measureImport({ json, yaml, record, rows });
}

interface Exported {
  readonly json: string;
  readonly yaml: string;
  readonly record: SessionRecord;
  readonly rows: readonly RawRow[];
}

async function measureImport({ json, yaml, record, rows }: Exported): Promise<void> {
  const [folder, twin] = [await newFolder(), await newFolder()];
  await (await openStore(twin)).close();
  const [service, raw] = [await openStore(folder), await openRaw(twin)];
  const { id, directory, headId } = record.session;
  const rawSession = { id, size: rows.length, headId: headId ?? '', directory: directory ?? '' };
  const rawJson = JSON.stringify(rows, undefined, 2);
  const store = (given: SessionRecord): Promise<unknown> => service.importRecord(given, {});
  const makeRoom = { name: null, run: () => service.deleteForever([id]) };

  await measureParts('Import', [
    part(
      'by hand: JSON.parse and INSERT',
      () => raw.insertAll(rawSession, JSON.parse(rawJson) as RawRow[]),
      bytesOf(rawJson),
    ),
    { name: null, run: () => raw.remove(id) },
    part('JSON', () => store(readText(json, 'json')), bytesOf(json)),
    makeRoom,
    part('YAML', () => store(readText(yaml, 'yaml')), bytesOf(yaml)),
    makeRoom,
    part('of it: parse and check JSON', () => readText(json, 'json')),
    part('of it: parse and check YAML', () => readText(yaml, 'yaml')),
    part('of it: write to the store', () => store(record)),
    makeRoom,
    part('JSON.parse alone', () => JSON.parse(json)),
  ]);
  await Promise.all([service.close(), raw.close()]);
  await Promise.all([folder, twin].map((each) => rm(each, { recursive: true })));
}

const folder = await newFolder();
await measureExport(folder);
await rm(folder, { recursive: true });
