import { describe, expect, it } from 'vitest';
import { toEventId, toTurnId } from '../../../src/core/session/session';
import { TranscriptProjector } from '../../../src/core/session/transcript';
import {
  chunksOf,
  countMessagesAfter,
  eventsToShow,
  isBlank,
  withoutSetUp,
  withRunningTurn,
} from '../../../src/webview/transcript/visibleItems';
import { LogBuilder, sampleLog, turn } from '../../webview/support/conversation';

const project = (log: LogBuilder) =>
  new TranscriptProjector().project(log.events, {
    turnStatus: 'idle',
    idleGapMs: 0,
    dayOf: () => 'today',
    today: 'today',
  });

describe('eventsToShow', () => {
  it('leaves out the answer that is being made again, and nothing else', () => {
    const log = new LogBuilder();
    const question = log.user('Hi', { turn: 'a' });
    log.text('First', { turn: 'a' });
    const renamed = log.add({ type: 'title_changed', from: '', to: 'x' });
    const shown = eventsToShow(log.events, turn({ turnId: toTurnId('b'), parentId: question.id }));
    expect(shown).toEqual([question, renamed]);
  });

  it('gives back the very list when there is nothing to leave out', () => {
    const { events } = sampleLog();
    expect(eventsToShow(events, null)).toBe(events);
    expect(eventsToShow(events, turn({ parentId: toEventId('elsewhere') }))).toBe(events);
    expect(eventsToShow(events, turn({ parentId: events.at(-1)?.id ?? null }))).toBe(events);
  });
});

describe('what a session was set up with', () => {
  it('is left out up to the first message, and no choice behind it', () => {
    const log = new LogBuilder();
    log.add({ type: 'title_changed', from: '', to: 'x' });
    log.add({ type: 'skill_changed', from: null, to: 'review' });
    expect(isBlank(log.events)).toBe(true);
    expect(withoutSetUp(log.events)).toEqual([]);
    const message = log.user('Hi');
    const later = log.add({ type: 'skill_changed', from: 'review', to: null });
    expect(isBlank(log.events)).toBe(false);
    expect(withoutSetUp(log.events)).toEqual([message, later]);
  });

  it('gives back the very list that begins with a message', () => {
    const { events } = sampleLog();
    expect(withoutSetUp(events)).toBe(events);
    expect(isBlank([])).toBe(true);
  });
});

describe('withRunningTurn', () => {
  it('lets a turn grow in what it has stored already', () => {
    const items = project(sampleLog());
    expect(withRunningTurn(items, turn({ turnId: toTurnId('t1') }), 8)).toBe(items);
  });

  it('adds an empty answer that stays the same element once its first event is stored', () => {
    const log = new LogBuilder();
    log.user('Hi', { turn: 'turn-live' });
    const before = withRunningTurn(project(log), turn(), 1).at(-1);
    log.text('Hello', { turn: 'turn-live' });
    const after = project(log).at(-1);
    expect({ key: before?.key, seq: before?.seq }).toEqual({ key: after?.key, seq: after?.seq });
  });
});

describe('chunksOf', () => {
  it('moves nothing to another chunk when something is added at either end', () => {
    const log = new LogBuilder();
    for (let index = 0; index < 200; index += 1) {
      log.user(`Message ${String(index)}`);
    }
    const items = project(log);
    const middle = chunksOf(items.slice(50, 150), []);
    const all = chunksOf(items, middle);
    expect(all.flatMap((chunk) => chunk.items)).toEqual(items);
    expect(middle.slice(1, -1).every((chunk) => all.includes(chunk))).toBe(true);
    expect(middle.slice(1, -1).length).toBeGreaterThan(0);
  });
});

describe('countMessagesAfter', () => {
  it('counts messages and not the lines between them', () => {
    const items = project(sampleLog());
    expect(countMessagesAfter(items, items[0]?.key ?? null)).toBe(3);
    expect(countMessagesAfter(items, null)).toBe(0);
  });
});
