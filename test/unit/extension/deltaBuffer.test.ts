import { expect, it } from 'vitest';
import type { Timers } from '../../../src/core/base/ports';
import { toTurnId } from '../../../src/core/session/session';
import { DeltaBuffer, type BufferedDelta } from '../../../src/extension/chat/deltaBuffer';

/** Time that passes when a test says so. */
class TestTimers implements Timers {
  private now = 0;
  private readonly waiting = new Map<object, { readonly at: number; readonly callback: () => void }>();

  after(ms: number, callback: () => void) {
    const timer = {};
    this.waiting.set(timer, { at: this.now + ms, callback });
    return { dispose: () => void this.waiting.delete(timer) };
  }

  pass(ms: number): void {
    this.now += ms;
    for (const [timer, { at, callback }] of [...this.waiting]) {
      if (at <= this.now) {
        this.waiting.delete(timer);
        callback();
      }
    }
  }
}

const turnId = toTurnId('turn-1');

it('makes at most 25 updates a second of a million tiny pieces, and loses none of them', () => {
  const timers = new TestTimers();
  const sent: BufferedDelta[] = [];
  const buffer = new DeltaBuffer(timers, (delta) => sent.push(delta));
  const seconds = 10;
  for (let count = 0; count < 1_000_000; count += 1) {
    buffer.add({ turnId, text: String(count % 10), reasoning: count % 2 === 0 ? 'r' : '' });
    if (count % 100 === 99) {
      timers.pass((seconds * 1_000) / 10_000);
    }
  }
  buffer.flush();
  expect(sent.length).toBeLessThanOrEqual(25 * seconds + 1);
  expect(sent.map(({ text }) => text).join('')).toBe('0123456789'.repeat(100_000));
  expect(sent.map(({ reasoning }) => reasoning).join('')).toHaveLength(500_000);
});
