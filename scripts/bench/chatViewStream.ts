import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { stepsReply, type FakeReply, type ReplyStep } from '../../test/support/fakeModelReplies';
import type { FakeModelServer } from '../../test/support/fakeModelServer';
import { recordStream, type StreamRecord } from './chatViewPage';
import { orTimeout, type ShowWindow } from './chatViewWindow';

export const piecesPerSecond = 1_000;
export const streamSeconds = 5;

const pieceCount = piecesPerSecond * streamSeconds;
const words = 'The memo key **ignores** the `coupon`, so the total stays as it was. ';
const pieceLength = 6;
/** Until the last piece is on screen and stored. */
const settleMs = 3_000;

export interface StreamResult extends StreamRecord {
  /** Pieces per second that the model sent, as it turned out. */
  readonly sentPerSecond: number;
  /** Milliseconds from the message until its answer began on screen. */
  readonly untilFirst: number;
  /** Milliseconds from the model's last piece until it was on screen. */
  readonly behind: number;
}

/** Sends a message and records how its answer of 5,000 pieces arrives in the view. */
export async function stream(view: ShowWindow, model: FakeModelServer): Promise<StreamResult> {
  await view.workbench.page.bringToFront();
  const frame = await view.frame();
  const sent = { first: 0, last: 0 };
  // Not one that an earlier answer has.
  const ending = `That was the last piece of ${randomUUID()}.`;
  model.reset();
  model.enqueue(pacedReply(sent, ending));
  await frame.evaluate(recordStream, ending);
  const start = Date.now();
  await view.workbench.executeCommand('rejoin.sendMessage', 'Please explain this at length.');
  // Waited for here: whoever looks into the page meanwhile slows it down.
  await orTimeout(lastPieceSent(sent), 'The last piece');
  await sleep(settleMs);
  const record = await frame.evaluate(() => window.benchEndStream?.());
  if (record === undefined) throw new Error('The view was made anew while it streamed.');
  if (record.ended === 0) throw new Error(`The last piece was not on screen ${settleMs} ms after it had been sent.`);
  return {
    ...record,
    sentPerSecond: (pieceCount / (sent.last - sent.first)) * 1_000,
    untilFirst: Math.max(record.first, sent.first) - start,
    behind: record.ended - sent.last,
  };
}

async function lastPieceSent(sent: { readonly last: number }): Promise<void> {
  while (sent.last === 0) await sleep(50);
}

/** Pieces at their time: after a pause that took too long, those that are late follow at once. */
function pacedReply(sent: { first: number; last: number }, ending: string): FakeReply {
  function* steps(): Generator<ReplyStep> {
    const start = Date.now();
    sent.first = start;
    for (let index = 0; index < pieceCount; index += 1) {
      const early = start + (index / piecesPerSecond) * 1_000 - Date.now();
      if (early > 0) yield { kind: 'delay', ms: early };
      yield { kind: 'text', text: piece(index) };
    }
    yield { kind: 'text', text: `\n\n${ending}` };
    sent.last = Date.now();
    yield { kind: 'finish', reason: 'stop' };
    yield { kind: 'done' };
  }
  return stepsReply(steps());
}

/** A few letters of running text, with a new paragraph now and then. */
function piece(index: number): string {
  if (index % 60 === 59) return '\n\n';
  const at = (index * pieceLength) % words.length;
  return (words + words).slice(at, at + pieceLength);
}
