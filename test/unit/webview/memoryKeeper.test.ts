import { describe, expect, it } from 'vitest';
import { toEventId, toSessionId, type SessionId } from '../../../src/core/session/session';
import type { ViewMemory } from '../../../src/protocol/chatProtocol';
import { MemoryKeeper } from '../../../src/webview/state/memoryKeeper';

const a = toSessionId('a');
const b = toSessionId('b');
const empty: ViewMemory = { draft: '', scroll: null };

function setUp() {
  const saved: [SessionId, ViewMemory][] = [];
  let due: (() => void) | undefined;
  const keeper = new MemoryKeeper(
    {
      after: (_ms, callback) => {
        due = callback;
        return { dispose: () => (due = undefined) };
      },
    },
    (id, memory) => saved.push([id, memory]),
  );
  return { keeper, saved, pass: () => due?.() };
}

describe('MemoryKeeper', () => {
  it('saves the last of many changes once they have settled', () => {
    const { keeper, saved, pass } = setUp();
    keeper.switchTo(a, empty);
    ['h', 'he', 'hey'].forEach((draft) => keeper.setDraft(draft));
    expect(saved).toEqual([]);
    pass();
    expect(saved).toEqual([[a, { draft: 'hey', scroll: null }]]);
  });

  it('saves what waits to the session that it belongs to before it goes on with another', () => {
    const { keeper, saved } = setUp();
    keeper.switchTo(a, empty);
    keeper.setDraft('for a');
    keeper.switchTo(b, { draft: 'of b', scroll: null });
    keeper.setScroll({ eventId: toEventId('e'), offset: 4 });
    keeper.flush();
    expect(saved).toEqual([
      [a, { draft: 'for a', scroll: null }],
      [b, { draft: 'of b', scroll: { eventId: 'e', offset: 4 } }],
    ]);
  });

  it('saves nothing when nothing changed', () => {
    const { keeper, saved } = setUp();
    keeper.switchTo(a, { draft: 'x', scroll: { eventId: toEventId('e'), offset: 1 } });
    keeper.setDraft('x');
    keeper.setScroll({ eventId: toEventId('e'), offset: 1 });
    keeper.flush();
    expect(saved).toEqual([]);
  });
});
