import { describe, expect, it } from 'vitest';
import type { EventId } from '../../../src/core/session/session';
import type { StoredEvent } from '../../../src/core/session/sessionEvent';
import { TranscriptProjector } from '../../../src/core/session/transcript';
import { foldItems } from '../../../src/webview/transcript/foldedItems';
import { LogBuilder } from '../../webview/support/conversation';

/** Messages 1 to 12, and below them what was summarised. */
function compacted(...ranges: readonly (readonly [number, number])[]): LogBuilder {
  const log = new LogBuilder();
  for (let index = 1; index <= 12; index += 1) {
    log.user(`Message ${String(index)}`);
  }
  ranges.forEach(([from, to]) => log.compaction(from, to));
  return log;
}

function fold(events: readonly StoredEvent[], opened: readonly string[] = []) {
  const items = new TranscriptProjector().project(events, {
    turnStatus: 'idle',
    idleGapMs: 0,
    dayOf: () => '',
    today: '',
  });
  const folded = foldItems(items, new Set(opened as EventId[]), events[0]?.seq ?? 0);
  return {
    shown: folded.items.map((item) => (item.kind === 'compaction' ? `to ${String(item.toSeq)}` : item.seq)),
    roof: folded.roof?.toSeq ?? null,
    same: folded.items === items,
  };
}

const first = 'event-000013';
const second = 'event-000014';

describe('foldItems', () => {
  it('gives back the very list where nothing was summarised', () => {
    expect(fold(compacted().events).same).toBe(true);
  });

  it('hides what a closed compaction covers, and nothing of an open one', () => {
    const { events } = compacted([1, 9]);
    expect(fold(events)).toMatchObject({ shown: ['to 9', 10, 11, 12], roof: null });
    expect(fold(events, [first]).shown).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 'to 9', 10, 11, 12]);
  });

  it('shows a folded compaction inside of the open one, closed by itself', () => {
    const { events } = compacted([1, 4], [1, 9]);
    expect(fold(events).shown).toEqual(['to 9', 10, 11, 12]);
    expect(fold(events, [first]).shown).toEqual(['to 9', 10, 11, 12]);
    expect(fold(events, [second]).shown).toEqual(['to 4', 5, 6, 7, 8, 9, 'to 9', 10, 11, 12]);
    expect(fold(events, [first, second]).shown).toHaveLength(14);
  });

  it('shows ranges that follow each other apart, and what stands between them and before', () => {
    const { events } = compacted([2, 4], [6, 9]);
    expect(fold(events).shown).toEqual([1, 'to 4', 5, 'to 9', 10, 11, 12]);
  });

  it('knows when earlier pages have nothing to show', () => {
    const { events } = compacted([3, 9]);
    expect(fold(events.slice(5))).toMatchObject({ shown: ['to 9', 10, 11, 12], roof: 9 });
    expect(fold(events.slice(9))).toMatchObject({ shown: ['to 9', 10, 11, 12], roof: 9 });
    expect(fold(events.slice(5), [first])).toMatchObject({ shown: [6, 7, 8, 9, 'to 9', 10, 11, 12], roof: null });
    // What comes before the range would show.
    expect(fold(events.slice(2)).roof).toBeNull();
    expect(fold(events.slice(10))).toMatchObject({ shown: [11, 12], roof: null });
  });

  it('takes the outermost closed one for the roof', () => {
    const { events } = compacted([1, 4], [1, 9]);
    expect(fold(events.slice(2)).roof).toBe(9);
    expect(fold(events.slice(2), [second])).toMatchObject({
      shown: ['to 4', 5, 6, 7, 8, 9, 'to 9', 10, 11, 12],
      roof: 4,
    });
  });
});
