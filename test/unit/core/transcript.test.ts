import { describe, expect, it } from 'vitest';
import type { TurnStatus } from '../../../src/core/session/session';
import { TranscriptProjector, type TranscriptOptions } from '../../../src/core/session/transcript';
import type { AssistantItem, TranscriptItem } from '../../../src/core/session/transcriptItem';
import type { StoredEvent } from '../../../src/core/session/sessionEvent';
import { LogBuilder, morning, sampleLog } from '../../webview/support/conversation';

const dayMs = 86_400_000;
const dayOf = (ms: number): string => String(Math.floor(ms / dayMs));
const noon = 20_000 * dayMs + dayMs / 2;

function options(patch: Partial<TranscriptOptions> = {}): TranscriptOptions {
  return { turnStatus: 'idle', idleGapMs: 3_600_000, dayOf, today: dayOf(noon), ...patch };
}

const projectTranscript = (events: readonly StoredEvent[], all: TranscriptOptions): readonly TranscriptItem[] =>
  new TranscriptProjector().project(events, all);

const kinds = (items: readonly TranscriptItem[]): readonly string[] => items.map(({ kind }) => kind);
const assistant = (items: readonly TranscriptItem[]): AssistantItem => {
  const found = items.find((item) => item.kind === 'assistant');
  if (found === undefined) {
    throw new Error('No answer was projected');
  }
  return found;
};

describe('a transcript', () => {
  it('joins all that one turn answered, with each result at its call', () => {
    const log = new LogBuilder();
    log.user('Read it', { turn: 't', at: noon });
    log.add({ type: 'reasoning', content: 'Hm.' }, { turn: 't', at: noon });
    log.add({ type: 'tool_call', id: 'c', name: 'read', input: {} }, { turn: 't', at: noon });
    log.add({ type: 'tool_result', toolUseId: 'c', content: 'data', isError: false }, { turn: 't', at: noon });
    log.text('Done', { turn: 't', at: noon });
    const items = projectTranscript(log.events, options());
    expect(kinds(items)).toEqual(['user', 'assistant']);
    expect(assistant(items).parts.map(({ kind }) => kind)).toEqual(['reasoning', 'tool', 'text']);
    expect(assistant(items).parts[1]).toMatchObject({ result: { content: 'data', isError: false } });
  });

  it('leaves a call without a result open', () => {
    const log = new LogBuilder();
    log.add({ type: 'tool_call', id: 'c', name: 'read', input: {} }, { turn: 't', at: noon });
    expect(assistant(projectTranscript(log.events, options())).parts[0]).toMatchObject({ kind: 'tool', result: null });
  });

  it('keeps answers of different turns apart', () => {
    const log = new LogBuilder();
    log.text('One', { turn: 'a', at: noon });
    log.text('Two', { turn: 'b', at: noon });
    expect(kinds(projectTranscript(log.events, options()))).toEqual(['assistant', 'assistant']);
  });

  it('joins answers that carry no turn until a message comes', () => {
    const log = new LogBuilder();
    log.text('One', { at: noon });
    log.text('Two', { at: noon });
    log.user('Three', { at: noon });
    log.text('Four', { at: noon });
    expect(kinds(projectTranscript(log.events, options()))).toEqual(['assistant', 'user', 'assistant']);
  });

  it('gives every item a key of its own also when a turn is cut in two', () => {
    const log = new LogBuilder();
    log.text('One', { turn: 't', at: noon });
    log.add({ type: 'title_changed', from: 'Old', to: 'Title' }, { at: noon });
    log.text('Two', { turn: 't', at: noon });
    const items = projectTranscript(log.events, options());
    expect(kinds(items)).toEqual(['assistant', 'title-changed', 'assistant']);
    expect(new Set(items.map(({ key }) => key)).size).toBe(3);
  });

  it('does not tell of the name and the model that a session was made with', () => {
    const log = new LogBuilder();
    log.add({ type: 'title_changed', from: '', to: 'Harbour' }, { at: noon });
    log.add({ type: 'model_changed', from: null, to: { provider: 'demo', model: 'demo-1' } }, { at: noon });
    log.user('Hello', { at: noon });
    expect(kinds(projectTranscript(log.events, options()))).toEqual(['user']);
  });

  it('hides what is only meant for the model', () => {
    const log = new LogBuilder();
    log.add({ type: 'system_context', content: 'An hour passed.' }, { at: noon });
    log.user('Hello', { at: noon });
    expect(kinds(projectTranscript(log.events, options()))).toEqual(['user']);
  });

  it('shows an empty answer only when it says how the turn ended', () => {
    const log = new LogBuilder();
    log.text('', { turn: 'a', at: noon });
    log.add(
      { type: 'text', content: '', finish: 'failed', error: { code: 'model/unreachable', args: {} } },
      { turn: 'b', at: noon },
    );
    expect(projectTranscript(log.events, options())).toMatchObject([
      { kind: 'assistant', parts: [{ finish: 'failed' }] },
    ]);
  });

  it('puts a placeholder where an entry cannot be read, within an answer or alone', () => {
    const log = new LogBuilder();
    log.add({ type: 'damaged', eventType: 'user_message', data: '{', reason: 'not JSON' }, { at: noon });
    log.text('Answer', { turn: 't', at: noon });
    log.add({ type: 'opaque', eventType: 'hologram', data: '{}' }, { turn: 't', at: noon });
    const items = projectTranscript(log.events, options());
    expect(items[0]).toMatchObject({ kind: 'unreadable', eventType: 'user_message', reason: 'not JSON' });
    expect(assistant(items).parts[1]).toMatchObject({ kind: 'unreadable', eventType: 'hologram', reason: null });
  });

  it('names the model where it is another one than before', () => {
    const log = new LogBuilder();
    for (const [turn, model] of [
      ['a', 'gpt-5'],
      ['b', 'gpt-5'],
      ['c', 'llama'],
    ] as const) {
      log.text('x', { turn, model, at: noon });
    }
    const differs = projectTranscript(log.events, options()).map(
      (item) => item.kind === 'assistant' && item.modelDiffers,
    );
    expect(differs).toEqual([true, false, true]);
  });

  it('adds up what the rounds of a turn used', () => {
    const log = new LogBuilder();
    log.text('One', { turn: 't', at: noon });
    log.text('Two', { turn: 't', at: noon });
    expect(assistant(projectTranscript(log.events, options()))).toMatchObject({
      usage: { inputTokens: 2400, outputTokens: 620 },
      durationMs: 8400,
    });
  });

  it('draws a line where the day changes, but not for a conversation that began today', () => {
    const log = new LogBuilder();
    log.user('Yesterday', { at: noon - dayMs });
    log.user('Today', { at: noon });
    log.user('Still today', { at: noon + 1_000 });
    expect(kinds(projectTranscript(log.events, options()))).toEqual(['day', 'user', 'day', 'user', 'user']);
    expect(kinds(projectTranscript(log.events.slice(1), options()))).toEqual(['user', 'user']);
  });

  it('shows a long silence before a message and not before a slow answer', () => {
    const log = new LogBuilder();
    log.user('Question', { at: noon });
    log.text('Slow answer', { turn: 't', at: noon + 2 * 3_600_000 });
    log.user('Late thanks', { at: noon + 4 * 3_600_000 });
    const items = projectTranscript(log.events, options());
    expect(kinds(items)).toEqual(['user', 'assistant', 'gap', 'user']);
    expect(items[2]).toMatchObject({ ms: 2 * 3_600_000 });
    expect(kinds(projectTranscript(log.events, options({ idleGapMs: 0 })))).toEqual(['user', 'assistant', 'user']);
  });

  it.each<[TurnStatus, boolean]>([
    ['interrupted', true],
    ['failed', true],
    ['cancelled', true],
    ['running', false],
    ['idle', false],
  ])('says of a last message without an answer, the turn being %s: %s', (turnStatus, shown) => {
    const log = new LogBuilder();
    log.user('Anyone?', { at: noon });
    expect(kinds(projectTranscript(log.events, options({ turnStatus }))).includes('unanswered')).toBe(shown);
  });

  it('gives back the same objects for what did not change', () => {
    const projector = new TranscriptProjector();
    const log = sampleLog();
    const before = projector.project(log.events, options({ today: dayOf(morning) }));
    const same = projector.project([...log.events], options({ today: dayOf(morning), turnStatus: 'running' }));
    expect(same).toBe(before);
    log.user('One more', { at: morning + 60_000 });
    const after = projector.project([...log.events], options({ today: dayOf(morning) }));
    expect(after).toHaveLength(before.length + 1);
    expect(after.slice(0, -1).every((item, index) => item === before[index])).toBe(true);
  });

  it('makes a new object for a call whose result has come, and for nothing else', () => {
    const projector = new TranscriptProjector();
    const log = new LogBuilder();
    log.text('I look.', { turn: 't', at: noon });
    log.add({ type: 'tool_call', id: 'c', name: 'read', input: { deep: [1, { a: 2 }] } }, { turn: 't', at: noon });
    const before = projector.project([...log.events], options());
    log.add({ type: 'tool_result', toolUseId: 'c', content: 'data', isError: true }, { turn: 't', at: noon });
    const after = projector.project([...log.events], options());
    expect(after[0]).not.toBe(before[0]);
    expect(assistant(after).parts[0]).toBe(assistant(before).parts[0]);
    expect(assistant(after).parts[1]).toMatchObject({ result: { isError: true } });
  });

  it('shows a called skill as what the person sent, with what went to the model', () => {
    const log = new LogBuilder();
    log.user('Before', { at: noon });
    log.add(
      { type: 'skill_invocation', name: 'review', arguments: 'src/a.ts', content: 'Review src/a.ts closely.' },
      { at: noon + 2 * 3_600_000 },
    );
    const items = projectTranscript(log.events, options());
    expect(kinds(items)).toEqual(['user', 'gap', 'user']);
    expect(items[2]).toMatchObject({
      text: 'src/a.ts',
      skill: { name: 'review', content: 'Review src/a.ts closely.' },
      attachments: [],
    });
  });

  it('keeps what was attached with its message, and the skill with its answer', () => {
    const log = new LogBuilder();
    const context = [{ type: 'file', key: 'src/a.ts', value: 'let a;', changed: true }, { type: 'hologram' }];
    log.add({ type: 'user_message', content: 'See', context }, { at: noon });
    log.text('Seen', { at: noon, turn: 't', skill: 'review' });
    log.add({ type: 'skill_changed', from: 'review', to: null }, { at: noon });
    const items = projectTranscript(log.events, options());
    expect(items[0]).toMatchObject({ attachments: [context[0]], skill: null });
    expect(assistant(items).skill).toBe('review');
    expect(items[2]).toMatchObject({ kind: 'skill-changed', to: null });
  });

  it('looks only at the end of a long branch when something is added or taken away there', () => {
    const log = new LogBuilder();
    for (let index = 0; index < 1_000; index += 1) {
      log.user('Question', { turn: `t${String(index)}`, at: noon });
      log.text('Answer', { turn: `t${String(index)}`, at: noon });
    }
    let looks = 0;
    const counting = options({
      dayOf: (ms) => {
        looks += 1;
        return dayOf(ms);
      },
    });
    const projector = new TranscriptProjector();
    projector.project(log.events.slice(0, -2), counting);
    expect(looks).toBeGreaterThan(1_990);
    for (const end of [-1, log.events.length, -1, -2]) {
      looks = 0;
      projector.project(log.events.slice(0, end), counting);
      expect(looks).toBeLessThan(6);
    }
  });
});

describe('the compactions of a transcript', () => {
  /** Ten messages, of which the first so many were summarised. */
  function compacted(messages: number, from = 1): LogBuilder {
    const log = new LogBuilder();
    for (let index = 1; index <= 10; index += 1) {
      log.user(`Message ${String(index)}`, { at: noon });
    }
    log.compaction(from, messages);
    return log;
  }
  const places = (events: readonly StoredEvent[]): readonly string[] =>
    projectTranscript(events, options({ idleGapMs: 0, dayOf: () => '', today: '' })).map((item) =>
      item.kind === 'compaction'
        ? `${String(item.fromSeq)}-${String(item.toSeq)}${item.folded ? ' folded' : ''}`
        : String(item.seq),
    );

  it('stand where their range ends, and the messages stay', () => {
    expect(places(compacted(6).events)).toEqual(['1', '2', '3', '4', '5', '6', '1-6', '7', '8', '9', '10']);
  });

  it('leave nothing behind once they are undone', () => {
    const log = compacted(6);
    log.undo(log.events.at(-1) as StoredEvent);
    expect(places(log.events)).toEqual(places(log.events.slice(0, 10)));
  });

  it('are known as folded once a later one has taken them in, and until that is undone', () => {
    const log = compacted(3);
    log.compaction(1, 6);
    expect(places(log.events)).toEqual(['1', '2', '3', '1-3 folded', '4', '5', '6', '1-6', '7', '8', '9', '10']);
    log.undo(log.events.at(-1) as StoredEvent);
    expect(places(log.events)).toEqual(places(log.events.slice(0, 11)));
  });

  it('of the same range end inside each other', () => {
    const log = compacted(3);
    log.compaction(1, 3);
    expect(places(log.events).slice(2, 5)).toEqual(['3', '1-3 folded', '1-3']);
  });

  it('show as soon as the end of their range is loaded, and not before', () => {
    const { events } = compacted(6);
    expect(places(events.slice(3))).toEqual(['4', '5', '6', '1-6', '7', '8', '9', '10']);
    expect(places(events.slice(6))).toEqual(['1-6', '7', '8', '9', '10']);
    expect(places(events.slice(7))).toEqual(['8', '9', '10']);
  });

  it('never hide the newest message', () => {
    const log = compacted(10);
    expect(places(log.events)).toHaveLength(10);
    log.user('Another', { at: noon });
    expect(places(log.events)).toEqual([...places(log.events.slice(0, 10)), '1-10', '12']);
  });

  it('stay the same objects, with everything around them, when something is added', () => {
    const projector = new TranscriptProjector();
    const log = compacted(6);
    const before = projector.project([...log.events], options());
    log.text('Answer', { at: noon });
    const after = projector.project([...log.events], options());
    expect(after.slice(0, -1)).toHaveLength(before.length);
    expect(after.slice(0, -1).every((item, index) => item === before[index])).toBe(true);
  });

  it('do not tear the answer apart in which they were made', () => {
    const log = new LogBuilder();
    log.user('Old', { at: noon });
    log.user('New', { at: noon });
    log.add({ type: 'tool_call', id: 'c', name: 'read', input: {} }, { turn: 't', at: noon });
    log.compaction(1, 1);
    log.text('Done', { turn: 't', at: noon });
    const items = projectTranscript(log.events, options({ dayOf: () => '', today: '' }));
    expect(kinds(items)).toEqual(['user', 'compaction', 'user', 'assistant']);
  });

  it('say how they were made', () => {
    const log = compacted(6);
    log.events.pop();
    log.compaction(1, 6, { method: 'simple', messages: 6 });
    const found = projectTranscript(log.events, options()).find(({ kind }) => kind === 'compaction');
    expect(found).toMatchObject({ method: 'simple', messages: 6, tokensBefore: 12_000, tokensAfter: 800 });
  });

  it('are placed by looking only at the end of a long branch', () => {
    const log = new LogBuilder();
    for (let index = 0; index < 1_000; index += 1) {
      log.user('Question', { at: noon });
    }
    let looks = 0;
    const counting = options({
      dayOf: (ms) => {
        looks += 1;
        return dayOf(ms);
      },
    });
    const projector = new TranscriptProjector();
    projector.project([...log.events], counting);
    log.compaction(1, 900);
    looks = 0;
    const items = projector.project([...log.events], counting);
    expect(items.findIndex(({ kind }) => kind === 'compaction')).toBe(900 + Number(items[0]?.kind === 'day'));
    expect(looks).toBeLessThan(6);
  });
});

describe('what is said of an entry itself', () => {
  const marked = (log: LogBuilder, marks: Pick<StoredEvent, 'altered' | 'cut'>): void => {
    const event = log.events.pop();
    if (event !== undefined) {
      log.events.push({ ...event, ...marks });
    }
  };

  it('stands behind a message that was changed on disk, and on no other one', () => {
    const log = new LogBuilder();
    log.user('One', { at: noon });
    marked(log, { altered: true });
    log.text('Two', { turn: 't', at: noon });
    log.user('Three', { at: noon });
    const items = projectTranscript(log.events, options());
    expect(kinds(items)).toEqual(['user', 'altered', 'assistant', 'user']);
    expect(items[1]).toMatchObject({ eventId: log.events[0]?.id });
    expect(new Set(items.map(({ key }) => key)).size).toBe(4);
  });

  it('stands within the answer that the entry is a part of, which stays one', () => {
    const log = new LogBuilder();
    log.user('One', { at: noon });
    log.add({ type: 'reasoning', content: 'Hm.' }, { turn: 't', at: noon });
    marked(log, { altered: true });
    log.add({ type: 'tool_call', id: 'c', name: 'read', input: {} }, { turn: 't', at: noon });
    log.add({ type: 'tool_result', toolUseId: 'c', content: 'data', isError: false }, { turn: 't', at: noon });
    marked(log, { cut: 7 });
    log.text('Done', { turn: 't', at: noon });
    marked(log, { altered: true, cut: 12 });
    const items = projectTranscript(log.events, options());
    expect(kinds(items)).toEqual(['user', 'assistant']);
    const { parts, usage } = assistant(items);
    expect(parts.map(({ kind }) => kind)).toEqual(['reasoning', 'altered', 'tool', 'cut', 'text', 'altered', 'cut']);
    expect(parts[3]).toMatchObject({ characters: 7, eventId: log.events[3]?.id });
    // Counted once, however much is said of it.
    expect(usage).toEqual(log.events[4]?.usage);
  });

  it('is said of an entry that has no place of its own, and not once more of one that cannot be read', () => {
    const log = new LogBuilder();
    log.add({ type: 'system_context', content: 'x' }, { at: noon });
    marked(log, { altered: true });
    log.add({ type: 'damaged', eventType: 'text', data: '', reason: 'No JSON' }, { at: noon });
    marked(log, { altered: true });
    expect(kinds(projectTranscript(log.events, options()))).toEqual(['altered', 'unreadable']);
  });

  it('does not keep a message without an answer from being asked again', () => {
    const log = new LogBuilder();
    log.user('One', { at: noon });
    marked(log, { altered: true });
    const items = projectTranscript(log.events, options({ turnStatus: 'interrupted' }));
    expect(kinds(items)).toEqual(['user', 'altered', 'unanswered']);
  });
});
