import { rm } from 'node:fs/promises';
import { v7 as uuidV7 } from 'uuid';
import { toEventId, toInvocationId, toSessionId, type EventId, type SessionId } from '../../src/core/session/session';
import { newRawSession, openRaw, openStore, sampleText, seed } from './benchStore';
import { formatCount, formatMs, formatRatio, measureInTurns, printTable } from './measure';
import type { RawSession } from './rawStore';

const sizes = [10, 1_000, 100_000];
const rounds = 400;
const pageSize = 50;
const invocation = toInvocationId(uuidV7());

function newRawSessions(size: number, count: number): readonly [RawSession, ...RawSession[]] {
  return [newRawSession(size), ...Array.from({ length: count - 1 }, () => newRawSession(size))];
}

/** Medians of the store and of a hand-written twin beside it, which has the same content in a file of its own. */
async function measureAppend(size: number): Promise<readonly [number, number]> {
  // Enough small sessions that none of them grows much while it is measured.
  const sessions = newRawSessions(size, size < 1_000 ? 150 : 1);
  const [folder, twin] = [await seed(sessions), await seed(sessions)];
  const service = await openStore(folder);
  const raw = await openRaw(twin);
  const heads = new Map<string, EventId>(sessions.map((session) => [session.id, toEventId(session.headId)]));
  const appendOne = async (id: SessionId): Promise<void> => {
    const event = {
      id: toEventId(uuidV7()),
      body: { type: 'text', content: sampleText, finish: 'completed' } as const,
    };
    const expectedHead = heads.get(id) ?? null;
    await service.append({ sessionId: id, invocationId: invocation, expectedHead, events: [event] });
    heads.set(id, event.id);
  };
  const idOf = (round: number): string => (sessions[round % sessions.length] ?? sessions[0]).id;
  const [ours = 0, byHand = 0] = await measureInTurns(rounds, [
    (round) => appendOne(toSessionId(idOf(round))),
    (round) => raw.append(idOf(round), sampleText),
  ]);
  await service.close();
  await raw.close();
  await Promise.all([folder, twin].map((each) => rm(each, { recursive: true })));
  return [ours, byHand];
}

async function measureReads(size: number): Promise<readonly number[]> {
  const [session] = newRawSessions(size, 1);
  const folder = await seed([session, ...newRawSessions(10, 50)]);
  const service = await openStore(folder);
  const id = toSessionId(session.id);
  const keys = [{ directory: session.directory, gitRoot: '/work' }];
  const now = Date.now();
  const medians = await measureInTurns(rounds, [
    () => service.loadPage(id, pageSize),
    () => service.findResumable(keys, now - 3_600_000, now + 300_000),
    () => service.get(id),
  ]);
  await service.close();
  await rm(folder, { recursive: true });
  return medians;
}

async function measureLists(): Promise<readonly (readonly [string, number])[]> {
  const folder = await seed(newRawSessions(2, 10_000));
  const service = await openStore(folder);
  const all = await service.list({ states: ['active'], limit: 10_000 });
  const middle = all[5_000];
  if (middle === undefined) {
    throw new Error('the list is short');
  }
  const first = { states: ['active'], limit: pageSize } as const;
  const after = { updatedAt: middle.updatedAt, id: middle.id };
  const medians = await measureInTurns(rounds, [
    () => service.list(first),
    () => service.list({ ...first, after }),
    () => service.list({ ...first, keys: [{ directory: null, gitRoot: '/work' }] }),
    () => service.list({ ...first, states: ['active', 'archived', 'deleted'] }),
    () => service.list({ ...first, titlePart: 'nowhere to be found' }),
  ]);
  await service.close();
  await rm(folder, { recursive: true });
  const names = ['first page', 'page in the middle', 'one repository', 'all states', 'title that none has'];
  return names.map((name, index) => [name, medians[index] ?? 0] as const);
}

async function main(): Promise<void> {
  const appends = [];
  for (const size of sizes) {
    const [ours, byHand] = await measureAppend(size);
    appends.push([formatCount(size), formatMs(ours), formatMs(byHand), formatRatio(ours / byHand)]);
  }
  const title = 'Append one event, durable (median; budget 1.50 ×)';
  printTable(title, ['events in the session', 'append', 'same transaction by hand', 'ratio'], appends);

  const reads: { size: number; medians: readonly number[] }[] = [];
  for (const size of sizes) {
    reads.push({ size, medians: await measureReads(size) });
  }
  const smallest = reads[1]?.medians[0] ?? 1;
  printTable(
    `Open a session (median; page of ${pageSize}, same time at any size that fills it)`,
    ['events in the session', 'first page', 'against 1,000', 'resume lookup', 'session by id'],
    reads.map(({ size, medians: [page = 0, resume = 0, get = 0] }) => [
      formatCount(size),
      formatMs(page),
      formatRatio(page / smallest),
      formatMs(resume),
      formatMs(get),
    ]),
  );

  const lists = (await measureLists()).map(([name, time]) => [name, formatMs(time)]);
  printTable(`List of 10,000 sessions, one page of ${pageSize} (median; budget 5 ms)`, ['list', 'time'], lists);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
