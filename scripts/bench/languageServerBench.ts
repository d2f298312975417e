import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { recordToCheckpoint } from '../../src/core/checkpoint/checkpointMapper';
import { writeCheckpoint } from '../../src/core/checkpoint/checkpointWriter';
import { builtExtension } from './benchRig';
import { openStore } from './benchStore';
import { LanguageServerClient } from './languageServerClient';
import { formatCount, formatMs, formatRatio, measureInTurns, median, printTable } from './measure';
import { storeConversation } from './storedConversation';

const megabytes = 5;
const rounds = 3;
const bundle = path.join(builtExtension(), 'dist', 'server.js');
/** The server begins to read a big file so long after its last change. */
const beforeReadingMs = 400;
const betweenHoversMs = 5;

interface BigFile {
  readonly name: string;
  readonly uri: string;
  readonly text: string;
  /** The same text read by a parser and nothing else. */
  readonly byHand: (text: string) => unknown;
}

interface Times {
  readonly diagnostics: number;
  readonly outline: number;
  readonly edited: number;
  readonly longestWait: number;
  readonly byHand: number;
}

async function timed(task: () => unknown): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** Conversations as files of the size that is asked for. */
async function makeFiles(folder: string): Promise<readonly [BigFile, ...BigFile[]]> {
  const textOf = async (messages: number, syntax: 'json' | 'yaml'): Promise<string> => {
    const id = await storeConversation(folder, '/home/work/shop', messages);
    const service = await openStore(folder);
    const record = await service.readRecord(id);
    await service.close();
    if (record === undefined) throw new Error('The session is not there');
    return writeCheckpoint(recordToCheckpoint(record), syntax);
  };
  const sized = async (syntax: 'json' | 'yaml'): Promise<string> => {
    const sample = 1_000;
    const perMessage = Buffer.byteLength(await textOf(sample, syntax)) / sample;
    return textOf(Math.ceil((megabytes * 1_000_000) / perMessage), syntax);
  };
  const [json, yaml] = [await sized('json'), await sized('yaml')];
  const file = (name: string, syntax: string, text: string, byHand: BigFile['byHand']): BigFile => ({
    name,
    uri: `file:///work/long.rejoin.${syntax}`,
    text,
    byHand,
  });
  return [
    file('JSON', 'json', json, JSON.parse),
    file('YAML as it is written', 'yaml', yaml, parse),
    // Comments beside values are what only the complete parser reads.
    file('YAML with comments', 'yaml', yaml.replaceAll(/type: "user_message"$/gm, '$& # asked again'), parse),
  ];
}

/** One life of a server with a small file and the big one. */
async function useServer({ uri, text, byHand }: BigFile): Promise<Times> {
  const small = 'file:///work/small.rejoin.json';
  const server = await LanguageServerClient.start(bundle);
  await server.open(small, '{ "version": "2.0" }');
  await server.diagnosed(small, 1);

  let longestWait = 0;
  const meanwhile = async <T>(task: Promise<T>): Promise<T> => {
    let isDone = false;
    const done = task.finally(() => (isDone = true));
    while (!isDone) {
      longestWait = Math.max(longestWait, await timed(() => server.hover(small)));
      await sleep(betweenHoversMs);
    }
    return done;
  };
  const [diagnostics, outline] = await meanwhile(
    Promise.all([
      timed(async () => {
        await server.open(uri, text);
        if ((await server.diagnosed(uri, 1)) > 0) throw new Error(`The server finds something in ${uri}`);
      }),
      timed(() => server.outline(uri)),
    ]),
  );
  const edited = await meanwhile(timed(async () => (await server.edit(uri, 2), await server.diagnosed(uri, 2))));
  server.stop();
  return { diagnostics, outline, edited, longestWait, byHand: await timed(() => byHand(text)) };
}

async function measureStart(folder: string): Promise<void> {
  const empty = path.join(folder, 'empty.cjs');
  await writeFile(empty, 'process.send(0)');
  const [ours = 0, byHand = 0] = await measureInTurns(rounds * 2, [
    async () => (await LanguageServerClient.start(bundle)).stop(),
    async () => {
      const child = fork(empty, [], { execArgv: [] });
      await once(child, 'message');
      child.kill('SIGKILL');
    },
  ]);
  printTable(
    'Start the language server (median)',
    ['start to initialized', 'empty Node process to its first message', 'ratio'],
    [[formatMs(ours), formatMs(byHand), formatRatio(ours / byHand)]],
  );
}

async function measureFiles(files: readonly BigFile[]): Promise<void> {
  const times = files.map((): Times[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, file] of files.entries()) times[index]?.push(await useServer(file));
  }
  printTable(
    `A checkpoint of ${megabytes} MB in the editor (median of ${rounds}; each reading begins ${beforeReadingMs} ms after the last change)`,
    [
      'file',
      'bytes',
      'opened to diagnostics',
      'to outline',
      'edit to diagnostics',
      'parsed alone',
      'ratio without the pause',
      'longest wait of a hover elsewhere',
    ],
    files.map(({ name, text }, index) => {
      const of = (part: keyof Times): readonly number[] => (times[index] ?? []).map((each) => each[part]);
      const [diagnostics, outline, edited, byHand] = (['diagnostics', 'outline', 'edited', 'byHand'] as const).map(
        (part) => median(of(part)),
      );
      return [
        name,
        formatCount(Buffer.byteLength(text)),
        ...[diagnostics, outline, edited, byHand].map((time = Number.NaN) => formatMs(time)),
        formatRatio(((diagnostics ?? Number.NaN) - beforeReadingMs) / (byHand ?? Number.NaN)),
        formatMs(Math.max(...of('longestWait'))),
      ];
    }),
  );
}

const folder = await mkdtemp(path.join(tmpdir(), 'rejoin-bench-'));
await measureStart(folder);
await measureFiles(await makeFiles(folder));
await rm(folder, { recursive: true });
