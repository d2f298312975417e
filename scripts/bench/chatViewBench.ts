import { mkdtempSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeModelSettings } from '../../test/e2e/support/chat';
import { startRig, type RigContext } from '../../test/e2e/support/rig';
import { FakeModelServer } from '../../test/support/fakeModelServer';
import { builtExtension, rejoinId, smallestExtension, smallestId, storeFolder } from './benchRig';
import { loadEverything, scrollToEarlier } from './chatViewPage';
import { piecesPerSecond, stream, streamSeconds, type StreamResult } from './chatViewStream';
import { ShowWindow, type ShowTimes } from './chatViewWindow';
import { formatCount, formatRatio, median, printTable } from './measure';
import { storeConversation } from './storedConversation';

const manyMessages = 10_000;
const restartRounds = 5;
const showRounds = 15;
const scrollRounds = 15;
const streamRounds = 3;

const chatView = { extensionId: rejoinId, showCommand: 'rejoin.focusChat' };
const smallestView = { extensionId: smallestId, showCommand: 'smallest.view.focus' };

interface Windows {
  readonly large: ShowWindow;
  readonly small: ShowWindow;
  readonly smallest: ShowWindow;
}

/** Until a window that has just opened, or an extension that has just become active, does nothing any more. */
const settle = (): Promise<void> => sleep(3_000);

type Preparation = (window: ShowWindow) => Promise<void>;

/** Shows all three views in turns, each time after `prepare`. */
async function showInTurns(
  windows: Windows,
  rounds: number,
  prepare: Preparation,
): Promise<Record<keyof Windows, ShowTimes[]>> {
  const times: Record<keyof Windows, ShowTimes[]> = { large: [], small: [], smallest: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of ['large', 'small', 'smallest'] as const) {
      await prepare(windows[name]);
      times[name].push(await windows[name].show());
    }
  }
  return times;
}

async function measureShow(windows: Windows): Promise<void> {
  const cases: readonly (readonly [string, number, Preparation])[] = [
    ['extension not active', restartRounds, async (window) => (await window.restart(), await settle())],
    [
      'active, first time shown',
      restartRounds,
      async (window) => (await window.restart(), await window.activate(), await settle()),
    ],
    ['shown again', showRounds, (window) => window.hide()],
  ];
  const rows: (readonly string[])[] = [];
  const parts: (readonly string[])[] = [];
  for (const [name, rounds, prepare] of cases) {
    const { large, small, smallest } = await showInTurns(windows, rounds, prepare);
    const whole = [large, small, smallest].map((all) => median(all.map((each) => each.whole)));
    const [many = 0, two = 0, raw = 0] = whole;
    const slowest = Math.max(...large.map((each) => each.whole));
    rows.push([name, ms(many), ms(slowest), ms(two), formatRatio(many / two), ms(raw), formatRatio(many / raw)]);
    const medianOf = (all: readonly ShowTimes[], part: keyof ShowTimes): string =>
      ms(median(all.map((each) => each[part])));
    parts.push([
      name,
      ...(['page', 'script', 'conversation'] as const).flatMap((part) => [
        medianOf(large, part),
        medianOf(small, part),
      ]),
    ]);
  }
  printTable(
    `View shown to conversation on screen (median; budget 500 ms with ${formatCount(manyMessages)} messages)`,
    [
      'state before',
      `${formatCount(manyMessages)} messages`,
      'slowest',
      '2 messages',
      'ratio',
      'smallest extension',
      'ratio',
    ],
    rows,
  );
  printTable(
    `Where that time goes (median; ${formatCount(manyMessages)} messages and 2 messages)`,
    ['state before', 'VS Code makes the page', '2', 'script loads', '2', 'conversation is there', '2'],
    parts,
  );
}

async function measureScroll(window: ShowWindow): Promise<void> {
  // A page behind another one draws seldom.
  await window.workbench.page.bringToFront();
  const frame = await window.frame();
  const times: number[] = [];
  for (let round = 0; round < scrollRounds; round += 1) {
    const time = await frame.evaluate(scrollToEarlier);
    if (time !== null) times.push(time);
  }
  printTable(
    'Scrolling to earlier messages: upper end reached to more messages painted',
    ['times', 'median', 'slowest'],
    [[String(times.length), ms(median(times)), ms(Math.max(...times))]],
  );
}

async function measureStreams(windows: Windows, model: FakeModelServer): Promise<void> {
  const rows: (readonly string[])[] = [];
  const measure = async (name: string, window: ShowWindow, prepare: Preparation): Promise<void> => {
    const results: StreamResult[] = [];
    for (let round = 0; round < streamRounds; round += 1) {
      await prepare(window);
      results.push(await stream(window, model));
    }
    rows.push(streamRow(name, results));
  };
  const again: Preparation = async (window) => (await window.hide(), void (await window.show()));
  const stay: Preparation = () => Promise.resolve();
  await again(windows.small);
  await measure('a new session', windows.small, startSession);
  await again(windows.large);
  await measure(`${formatCount(manyMessages)} messages`, windows.large, stay);
  await windows.large.workbench.page.bringToFront();
  const drawn = await (await windows.large.frame()).evaluate(loadEverything);
  await measure(`the same, all ${formatCount(drawn)} on the page`, windows.large, stay);
  printTable(
    `${formatCount(piecesPerSecond)} pieces a second for ${streamSeconds} s (${streamRounds} runs; budget: no task over 50 ms)`,
    [
      'streamed into',
      'pieces sent',
      'updates',
      'frames with changes',
      'tasks over 50 ms per run',
      'longest',
      'first text after',
      'end behind',
    ],
    rows,
  );
}

/** A new session with one short answer in it, because the conversation of an empty one is not on the page yet. */
async function startSession(window: ShowWindow): Promise<void> {
  await window.workbench.page.bringToFront();
  await window.workbench.executeCommand('rejoin.newSession');
  await window.workbench.executeCommand('rejoin.sendMessage', 'Hello');
  const frame = await window.frame();
  await frame.getByRole('article', { name: /^Assistant/ }).waitFor();
  await frame.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
}

function streamRow(name: string, results: readonly StreamResult[]): readonly string[] {
  const medianOf = (value: (result: StreamResult) => number): number => median(results.map(value));
  const seconds = ({ first, ended }: StreamResult): number => (ended - first) / 1_000;
  const perSecond = (value: (result: StreamResult) => number): string =>
    `${medianOf((each) => value(each) / seconds(each)).toFixed(0)}/s`;
  return [
    name,
    `${medianOf((each) => each.sentPerSecond).toFixed(0)}/s`,
    perSecond((each) => each.updates),
    perSecond((each) => each.frames),
    results.map(({ longTasks }) => String(longTasks.length)).join(', '),
    ms(Math.max(0, ...results.flatMap(({ longTasks }) => longTasks.map(({ duration }) => duration)))),
    ms(medianOf((each) => each.untilFirst)),
    ms(medianOf((each) => each.behind)),
  ];
}

const ms = (milliseconds: number): string => `${milliseconds.toFixed(0)} ms`;

async function main(rig: RigContext, model: FakeModelServer): Promise<void> {
  const [largeFolder, smallFolder] = ['large-', 'small-'].map((name) => mkdtempSync(path.join(rig.runFolder, name)));
  if (largeFolder === undefined || smallFolder === undefined) throw new Error('No folders.');
  await storeConversation(storeFolder(rig), realpathSync(largeFolder), manyMessages);
  await storeConversation(storeFolder(rig), realpathSync(smallFolder), 2);
  const ours = { extensionPath: builtExtension(), settings: fakeModelSettings(model) };
  const large = await ShowWindow.open(rig, largeFolder, chatView, ours);
  const beside = { ...ours, beside: large.workbench };
  const small = await ShowWindow.open(rig, smallFolder, chatView, beside);
  const smallest = await ShowWindow.open(rig, smallFolder, smallestView, {
    ...beside,
    extensionPath: smallestExtension(rig),
  });
  const windows = { large, small, smallest };
  try {
    await measureShow(windows);
    await smallest.workbench.dispose();
    await measureScroll(large);
    await measureStreams(windows, model);
  } finally {
    await large.workbench.dispose();
  }
}

const rig = await startRig(process.cwd());
const model = await FakeModelServer.start();
try {
  await main(rig.context, model);
} finally {
  await model.dispose();
  await rig.stop();
}
