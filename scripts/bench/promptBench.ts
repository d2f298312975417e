import { rm } from 'node:fs/promises';
import { v7 as uuidV7 } from 'uuid';
import { silentLogger } from '../../src/core/base/ports';
import { toEventId, toSessionId } from '../../src/core/session/session';
import type { EventBody, NewEvent } from '../../src/core/session/sessionEvent';
import type { SessionManager } from '../../src/core/session/sessionManager';
import { defaultCompactionSettings } from '../../src/core/turn/compactionSettings';
import { Compactor, type CompactorDeps } from '../../src/core/turn/compactor';
import type { ModelDelta, ResolvedModel } from '../../src/core/turn/modelProvider';
import { layOutPrompt } from '../../src/core/turn/promptBuilder';
import { preparePrompt } from '../../src/core/turn/promptSource';
import { loadTail } from '../../src/core/turn/promptTail';
import { TokenCalibration } from '../../src/core/turn/tokenCalibration';
import { systemTimers, uuidGenerator } from '../../src/extension/platform/systemPorts';
import { newRawSession, openManager, openRaw, sampleText, seed } from './benchStore';
import { formatCount, formatMs, formatRatio, measureInTurns, printTable } from './measure';

const sizes = [10, 1_000, 100_000];
const conversationSizes = [100, 1_000, 10_000];
/** Events that a summary in force leaves as they are; fewer in a short session. */
const tailSize = 400;
const system = 'You are a careful programmer. Answer in the language of the question.';
const noLimits = { maxMessages: 0, maxTokens: 0 };
/** A summary of some 300 words. */
const summary = 'The memo key of the cart ignores the coupon. '.repeat(40);

const model: ResolvedModel = {
  ref: { provider: 'bench', model: 'bench-1' },
  info: { id: 'bench-1', label: 'Bench', contextWindow: 128_000, supportsTools: true },
  accountKey: 'bench',
  provider: {
    id: 'bench',
    label: 'Bench',
    stream: answerAtOnce,
    listModels: () => Promise.resolve([]),
  },
};

// eslint-disable-next-line @typescript-eslint/require-await -- a provider whose answer is there already
async function* answerAtOnce(): AsyncGenerator<ModelDelta> {
  yield { type: 'text', text: summary };
  yield { type: 'finish', reason: 'stop', usage: {} };
}

/** Settings that change while it is measured. */
const settings = { ...defaultCompactionSettings, useAiSummary: false };

function compactorDeps(manager: SessionManager): CompactorDeps {
  return {
    log: manager,
    models: { resolve: () => Promise.resolve(model) },
    tools: {
      list: () => [],
      isGranted: () => false,
      grant: () => Promise.resolve(),
      invoke: () => Promise.resolve({ content: '', isError: true }),
    },
    context: {
      systemText: () => Promise.resolve(system),
      historyLimits: () => noLimits,
      compactionSettings: () => settings,
      allowedTools: () => Promise.resolve(null),
    },
    calibration: new TokenCalibration(),
    onDidChangeSessions: manager.onDidChangeSessions,
    timers: systemTimers,
    ids: uuidGenerator,
    logger: silentLogger,
  };
}

const newEvent = (body: EventBody): NewEvent => ({ id: toEventId(uuidV7()), body });

/** What leads to a request, and the events that it was made of read by hand. */
async function measureRequest(size: number, compacted: boolean): Promise<readonly string[]> {
  const session = newRawSession(size);
  const folder = await seed([session]);
  const [manager, raw] = [await openManager(folder), await openRaw(folder)];
  const id = toSessionId(session.id);
  const toSeq = size - Math.min(tailSize, 2 * Math.floor(size / 4));
  const tokens = { tokensBefore: 60_000, tokensAfter: 500 };
  await manager.append(id, [
    ...(compacted ? [newEvent({ type: 'compaction', summary, fromSeq: 1, toSeq, ...tokens })] : []),
    newEvent({ type: 'user_message', content: sampleText }),
  ]);
  const deps = compactorDeps(manager);
  const compactor = new Compactor(deps);
  const { branch } = await preparePrompt(deps, id, model);
  const firstSeq = branch[0]?.seq ?? 0;
  const input = { branch, ref: model.ref, info: model.info, system, tools: [], limits: noLimits };
  const [request = 0, read, layout, byHand = 0, meter] = await measureInTurns(branch.length > 10_000 ? 3 : 100, [
    () => preparePrompt(deps, id, model),
    () => loadTail(manager, id),
    () => Promise.resolve(layOutPrompt(input)),
    () => raw.read(session.id, firstSeq),
    () => compactor.measure(id),
  ]);
  compactor.dispose();
  await Promise.all([manager.close(), raw.close()]);
  await rm(folder, { recursive: true });
  return [
    ...[size, branch.length].map(formatCount),
    ...[request, read, layout, byHand].map((time = Number.NaN) => formatMs(time)),
    formatRatio(request / byHand),
    formatMs(meter ?? Number.NaN),
  ];
}

/** A compaction by hand with all that it does, taken back each time. */
async function measureCompaction(size: number): Promise<readonly string[]> {
  const [session, other] = [newRawSession(size), newRawSession(2)];
  const folder = await seed([session, other]);
  const [manager, raw] = [await openManager(folder), await openRaw(folder)];
  const id = toSessionId(session.id);
  const compactor = new Compactor(compactorDeps(manager));
  const compact = (useAiSummary: boolean) => (): Promise<unknown> => {
    settings.useAiSummary = useAiSummary;
    return compactor.compact(id);
  };
  const undo = (): Promise<void> => compactor.undo(id);
  const times = await measureInTurns(size > 1_000 ? 5 : 30, [
    () => compactor.measure(id),
    () => compactor.preview(id),
    compact(false),
    undo,
    compact(true),
    undo,
    () => raw.append(other.id, summary),
  ]);
  compactor.dispose();
  await Promise.all([manager.close(), raw.close()]);
  await rm(folder, { recursive: true });
  const [meter = 0, plan, simple = 0, undone, asked, , byHand = 0] = times;
  return [
    formatCount(size),
    ...[meter, plan, simple, asked, undone, byHand].map((time = Number.NaN) => formatMs(time)),
    ...[meter, byHand].map((time) => formatRatio(simple / time)),
  ];
}

const requestHeader = [
  'events in the session',
  'events read',
  'request',
  'of it reading',
  'laying out',
  'same rows by one SELECT',
  'ratio',
  'meter',
];
const worst: (readonly string[])[] = [];
const compacted: (readonly string[])[] = [];
for (const size of sizes) {
  compacted.push(await measureRequest(size, true));
  worst.push(await measureRequest(size, false));
}
printTable(
  'Build a request, a summary holds all but the tail (median; same time at any size)',
  requestHeader,
  compacted,
);
printTable('Build a request, no summary, window of 128,000 tokens (median; worst case)', requestHeader, worst);

const compactions: (readonly string[])[] = [];
for (const size of conversationSizes) compactions.push(await measureCompaction(size));
printTable(
  'Compact the oldest 40 % now (median; a model that answers at once)',
  [
    'messages',
    'meter',
    'planned',
    'simple summary stored',
    'model asked, stored',
    'undone',
    'raw append',
    'simple against meter',
    'against raw append',
  ],
  compactions,
);
