import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointSyntax } from '../../../../src/core/checkpoint/checkpoint';
import { readCheckpoint, type CheckpointRequest } from '../../../../src/node/checkpoints/checkpointReading';
import { CheckpointThread } from '../../../../src/node/checkpoints/checkpointThread';

let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rejoin-thread-'));
  bundle = path.join(folder, 'checkpoints.js');
  await build({
    absWorkingDir: path.resolve(import.meta.dirname, '../../../..'),
    entryPoints: ['src/node/checkpoints/checkpointWorker.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    mainFields: ['module', 'main'],
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const thread = (options = {}): CheckpointThread => new CheckpointThread({ file: bundle, ...options });

function request(
  text: string,
  syntax: CheckpointSyntax,
  wanted: CheckpointRequest['wanted'] = 'session',
): CheckpointRequest {
  return { text: { kind: 'editor', path: '/work/talk', text }, syntax, wanted, now: 7 };
}

const atmos = (messages: number): string =>
  JSON.stringify({
    version: '1.0',
    session: { name: 'Carts', provider: 'p', model: 'm' },
    messages: Array.from({ length: messages }, (_, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: `Message ${index} ${'…'.repeat(index % 700)}`,
    })),
    statistics: { message_count: messages },
  });

/** YAML that only the slow parser reads, for seconds. */
const slowYaml = `a: # …\n${Array.from({ length: 200_000 }, (_, index) => `  k${index}: 1\n`).join('')}`;

/** How often other work got its turn while this ran. */
async function turnsDuring(run: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) {
      setImmediate(count);
    }
  };
  setImmediate(count);
  await run();
  isDone = true;
  return turns;
}

describe('a thread that reads a checkpoint', () => {
  it.each<[string, CheckpointRequest]>([
    ['a session of a few messages', request(atmos(3), 'json')],
    ['a session that comes in many pieces', request(atmos(4000), 'json')],
    ['Markdown', request(atmos(3), 'json', 'markdown')],
    ['problems alone', request(atmos(3), 'json', 'problems')],
    ['a file with errors', request('version: "2.0"\nevents: [1]\n', 'yaml')],
    ['bytes', { ...request('', 'yaml'), text: { kind: 'bytes', path: '/x', bytes: Buffer.from(atmos(2)) } }],
  ])('reads what reading on the spot would: %s', async (_, asked) => {
    expect(await thread().read(asked, never)).toEqual(await readCheckpoint(asked));
  });

  it('reads from the disk itself, and says what is wrong with the file there', async () => {
    const file = path.join(folder, 'talk.json');
    await writeFile(file, atmos(2));
    const ofFile = (name: string): CheckpointRequest => ({
      ...request('', 'json'),
      text: { kind: 'file', path: name },
    });
    expect((await thread().read(ofFile(file), never)).session?.record.events).toHaveLength(2);
    await expect(thread().read(ofFile(`${file}.none`), never)).rejects.toMatchObject({
      name: 'AppError',
      code: 'file/not-found',
      args: { path: `${file}.none` },
    });
    await expect(thread().read(ofFile(folder), never)).rejects.toMatchObject({ code: 'file/is-folder' });
  });

  it('leaves the others their turns, which reading on the spot does not', async () => {
    const asked = request(slowYaml, 'yaml');
    expect(await turnsDuring(() => readCheckpoint(asked))).toBeLessThan(20);
    expect(await turnsDuring(() => thread().read(asked, never))).toBeGreaterThan(1000);
  });

  it('leaves the others their turns also while a large session is handed over', async () => {
    const turns = await turnsDuring(() => thread().read(request(atmos(20_000), 'json'), never));
    expect(turns).toBeGreaterThan(20_000 / 500);
  });

  it('is given up when it takes too long, or more memory than it may have', async () => {
    const asked = request(slowYaml, 'yaml');
    const given = { code: 'file/too-demanding', args: { path: '/work/talk' } };
    await expect(thread({ timeoutMs: 50 }).read(asked, never)).rejects.toMatchObject(given);
    await expect(thread({ memoryMegabytes: 24 }).read(asked, never)).rejects.toMatchObject(given);
  });

  it('ends when it is cancelled', async () => {
    const controller = new AbortController();
    const reading = thread().read(request(slowYaml, 'yaml'), controller.signal);
    setImmediate(() => controller.abort());
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await expect(thread().read(request('', 'yaml'), controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says so when there is nothing to run', async () => {
    const lost = new CheckpointThread({ file: path.join(folder, 'none.js') });
    await expect(lost.read(request(atmos(1), 'json'), never)).rejects.toThrow(/none\.js/);
  });

  it('hands no name over that is as long as a file', async () => {
    const text = `{"version": "2.0", "${'k'.repeat(5_000_000)}": {"a": 1}}`;
    const { problems } = await thread().read(request(text, 'json'), never);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems).length).toBeLessThan(20_000);
  });
});
