import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toTurnId } from '../../../src/core/session/session';
import type { StoredEvent } from '../../../src/core/session/sessionEvent';
import type { CompactionProgress } from '../../../src/core/turn/compactionView';
import { protocolVersion, type SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { defaultViewStrings } from '../../../src/protocol/viewStrings';
import { chatReducer, type ChatInput } from '../../../src/webview/state/chatReducer';
import { initialChatState, type ChatState } from '../../../src/webview/state/chatState';
import { LogBuilder, measure, sessionId, snapshot, summary, turn } from '../../webview/support/conversation';

const ready = (patch: Parameters<typeof snapshot>[0] = {}): ChatState =>
  chatReducer(initialChatState, { type: 'snapshot', snapshot: snapshot(patch) });
const appended = (seq: number, events: readonly StoredEvent[], epoch = 1): ChatInput => ({
  type: 'notification',
  method: 'session/eventsAppended',
  params: { epoch, seq, events },
});
const delta = (seq: number, text: string, turnId = 'turn-live'): ChatInput => ({
  type: 'notification',
  method: 'turn/delta',
  params: { epoch: 1, seq, turnId: toTurnId(turnId), text, reasoning: '' },
});
const progress: CompactionProgress = {
  stage: 'summarizing',
  messages: 12,
  tokensBefore: 9_000,
  tokensAfter: null,
  waiting: true,
  error: null,
};
const ids = (state: ChatState): readonly string[] => state.data?.events.map(({ id }) => id) ?? [];

describe('chatReducer', () => {
  it('ignores everything before the first snapshot', () => {
    expect(chatReducer(initialChatState, delta(1, 'x'))).toBe(initialChatState);
  });

  it('says that the host is of another version', () => {
    const state = chatReducer(initialChatState, { type: 'snapshot', snapshot: snapshot({ protocolVersion: 99 }) });
    expect(state).toMatchObject({ phase: 'outdated', reloadText: defaultViewStrings.reloadView });
    expect(chatReducer(state, delta(1, 'x'))).toBe(state);
  });

  it('says so also when it does not know the words of that host', () => {
    const alien = { protocolVersion: 99, epoch: 1, seq: 0 } as unknown as SessionSnapshot;
    expect(chatReducer(initialChatState, { type: 'snapshot', snapshot: alien })).toMatchObject({
      phase: 'outdated',
      reloadText: defaultViewStrings.reloadView,
    });
  });

  it('follows attachments, compaction, measure and status by the rules of all notifications', () => {
    const context = [{ type: 'file' as const, key: 'a.ts', bytes: 3, unreadable: false }];
    const { model, workspace, store } = snapshot();
    const queued = [{ clientMessageId: 'm-1', text: 'Later' }];
    const skill = { current: 'review', missing: true, available: [] };
    const inputs: ChatInput[] = [
      { type: 'notification', method: 'context/updated', params: { epoch: 1, seq: 1, context } },
      { type: 'notification', method: 'compaction/updated', params: { epoch: 1, seq: 2, compaction: progress } },
      { type: 'notification', method: 'measure/updated', params: { epoch: 1, seq: 3, measure: measure() } },
      { type: 'notification', method: 'queue/updated', params: { epoch: 1, seq: 4, queued } },
      {
        type: 'notification',
        method: 'status/updated',
        params: { epoch: 1, seq: 5, model, workspace, store, skill, showSummaries: true, enterSends: false },
      },
    ];
    const state = inputs.reduce(chatReducer, ready());
    expect(state.data).toMatchObject({
      context,
      compaction: progress,
      measure: measure(),
      queued,
      skill,
      showSummaries: true,
      enterSends: false,
    });
    expect([...inputs, ...inputs].reduce(chatReducer, ready())).toEqual(state);
    expect(inputs.slice(1).reduce(chatReducer, ready())).toMatchObject({ needsSnapshot: true, data: { context: [] } });
    const dismissed = chatReducer(state, { type: 'compaction-dismissed' });
    expect(dismissed.data?.compaction).toBeNull();
    expect(dismissed.data?.measure).toEqual(measure());
  });

  it('adds streamed text to the running turn only', () => {
    const state = ready({ turn: turn({ text: 'Hel' }) });
    const after = [delta(1, 'lo'), delta(2, 'lost', 'other')].reduce(chatReducer, state);
    expect(after.data?.turn?.text).toBe('Hello');
    expect(after.data?.seq).toBe(2);
  });

  it('drops what it has seen and asks for a snapshot when something is missing', () => {
    const state = [delta(1, 'a'), delta(1, 'a')].reduce(chatReducer, ready({ turn: turn() }));
    expect(state).toMatchObject({ needsSnapshot: false, data: { turn: { text: 'a' } } });
    const gap = chatReducer(state, delta(3, 'c'));
    expect(gap).toMatchObject({ needsSnapshot: true, data: { turn: { text: 'a' } } });
    expect(chatReducer(gap, delta(2, 'b'))).toBe(gap);
  });

  it('asks for a snapshot when another session is shown, and ignores the former one', () => {
    const state = ready();
    expect(chatReducer(state, appended(1, [], 2)).needsSnapshot).toBe(true);
    const later = ready({ epoch: 5 });
    expect(chatReducer(later, appended(1, [], 4))).toBe(later);
    expect(chatReducer(later, { type: 'snapshot', snapshot: snapshot({ epoch: 4, seq: 900 }) })).toBe(later);
  });

  it('replaces the streamed text when its event arrives, and keeps another turn', () => {
    const log = new LogBuilder();
    log.user('Hi', { turn: 'turn-live' });
    const state = ready({ turn: turn({ text: 'Hello the', reasoning: 'Hm' }), events: [...log.events] });
    const event = log.text('Hello there', { turn: 'turn-live' });
    expect(chatReducer(state, appended(1, [event])).data?.turn).toMatchObject({ text: '', reasoning: '' });
    const other = log.text('Other', { turn: 'turn-old', parent: event.id });
    const after = [appended(1, [event]), delta(2, 'more'), appended(3, [other])].reduce(chatReducer, state);
    expect(after.data?.turn?.text).toBe('more');
  });

  it('leaves a former answer behind when a new one grows below the same message', () => {
    const log = new LogBuilder();
    const question = log.user('Hi');
    log.text('First', { turn: 'a' });
    const state = ready({ events: [...log.events] });
    const second = log.text('Second', { turn: 'b', parent: question.id });
    expect(ids(chatReducer(state, appended(1, [second])))).toEqual([question.id, second.id]);
  });

  it('asks for a snapshot when an event hangs on one that it does not know', () => {
    const log = new LogBuilder();
    log.user('Hi');
    const state = ready({ events: [...log.events] });
    const stray = log.text('Answer', { parent: 'event-elsewhere' });
    expect(chatReducer(state, appended(1, [stray])).needsSnapshot).toBe(true);
  });

  it('takes an event only once', () => {
    const log = new LogBuilder();
    log.user('Hi');
    const state = ready({ events: [...log.events] });
    expect(ids(chatReducer(state, appended(1, log.events)))).toHaveLength(1);
  });

  it('puts an older page in front, once, and only for the session that it was asked for', () => {
    const log = new LogBuilder();
    ['a', 'b', 'c', 'd'].forEach((text) => log.user(text));
    const state = ready({ events: log.events.slice(2), hasOlder: true });
    const page = { events: log.events.slice(0, 3), hasOlder: false };
    const older = chatReducer(state, { type: 'older', sessionId, epoch: 1, page });
    expect(ids(older)).toEqual(log.events.map(({ id }) => id));
    expect(older.data?.hasOlder).toBe(false);
    expect(ids(chatReducer(older, { type: 'older', sessionId, epoch: 1, page }))).toHaveLength(4);
    expect(chatReducer(state, { type: 'older', sessionId, epoch: 2, page })).toBe(state);
  });

  it('takes the notice away when the person dismisses it or writes', () => {
    const log = new LogBuilder();
    const state = ready({ notice: { kind: 'resumed', lastEventAt: 1, idleMs: 1 }, summary: summary() });
    expect(chatReducer(state, { type: 'notice-dismissed' }).data?.notice).toBeNull();
    expect(chatReducer(state, appended(1, [log.user('Hi')])).data?.notice).toBeNull();
    const skill = log.add({ type: 'skill_invocation', name: 'review', arguments: null, content: '' });
    expect(chatReducer(state, appended(1, [skill])).data?.notice).toBeNull();
  });

  it('ends where the host is, whatever is lost, doubled or out of order, once it was asked again', () => {
    const steps = fc.array(fc.constantFrom('user', 'answer', 'delta', 'state'), { minLength: 1, maxLength: 30 });
    const faults = fc.array(fc.constantFrom('pass', 'lose', 'double', 'swap'), { minLength: 30, maxLength: 30 });
    fc.assert(
      fc.property(steps, faults, (script, damage) => {
        const log = new LogBuilder();
        let hostState = ready({ turn: turn() });
        const sent: ChatInput[] = script.map((step, index) => {
          const input = toInput(step, index + 1, log);
          hostState = chatReducer(hostState, input);
          return input;
        });
        let view = disturb(sent, damage).reduce(chatReducer, ready({ turn: turn() }));
        // A loss at the very end shows with the next notification.
        const next = delta(script.length + 1, '!');
        hostState = chatReducer(hostState, next);
        view = chatReducer(view, next);
        if (view.needsSnapshot && hostState.data !== null) {
          view = chatReducer(view, { type: 'snapshot', snapshot: { ...hostState.data, protocolVersion } });
        }
        expect(view).toEqual(hostState);
      }),
      { numRuns: 1_000 },
    );
  });
});

function toInput(step: string, seq: number, log: LogBuilder): ChatInput {
  switch (step) {
    case 'user':
      return appended(seq, [log.user(`Message ${String(seq)}`)]);
    case 'answer':
      return appended(seq, [log.text(`Answer ${String(seq)}`, { turn: 'turn-live' })]);
    case 'state':
      return {
        type: 'notification',
        method: 'turn/state',
        params: { epoch: 1, seq, turn: turn({ text: String(seq) }) },
      };
    default:
      return delta(seq, `${String(seq)} `);
  }
}

function disturb(inputs: readonly ChatInput[], damage: readonly string[]): readonly ChatInput[] {
  const result: ChatInput[] = [];
  inputs.forEach((input, index) => {
    const fault = damage[index];
    if (fault === 'lose') {
      return;
    }
    result.push(input);
    if (fault === 'double') {
      result.push(input);
    } else if (fault === 'swap' && result.length > 1) {
      const [last, before] = [result.pop(), result.pop()];
      result.push(...[last, before].filter((entry) => entry !== undefined));
    }
  });
  return result;
}
