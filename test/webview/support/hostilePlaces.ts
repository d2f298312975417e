import { toSessionId, toTurnId } from '../../../src/core/session/session';
import { contextTypes } from '../../../src/core/session/contextItem';
import type { SessionSnapshot } from '../../../src/protocol/chatProtocol';
import { LogBuilder, morning, snapshot, summary, turn } from './conversation';

/** Snapshots that between them have a text in every place of the view that shows a text of somebody else. */
export function placesOf(text: string): readonly SessionSnapshot[] {
  const all = [asConversation(text), asSummary(text), asRunning(text), asEmpty(text), asBroken(text)];
  // The text box takes up what was typed only where another session is shown.
  return all.map((each, index) => ({ ...each, sessionId: toSessionId(`session-${String(index)}`) }));
}

const model = (text: string): SessionSnapshot['model'] => ({
  ref: { provider: text, model: text },
  label: text,
  missing: null,
  hasAny: true,
  sharing: { from: text, to: text },
});

/** Everything that an event can say. */
function asConversation(text: string): SessionSnapshot {
  const log = new LogBuilder();
  const error = { code: text, args: { detail: text }, message: text };
  log.user('Hello');
  log.add({ type: 'model_changed', from: null, to: { provider: text, model: text } });
  log.add({ type: 'skill_changed', from: null, to: text });
  log.add({ type: 'title_changed', from: '', to: text });
  log.add({
    type: 'user_message',
    content: text,
    context: contextTypes.map((type) => ({ type, key: text, value: text, changed: true })),
  });
  log.add({ type: 'reasoning', content: text }, { turn: 't1', model: text, skill: text });
  log.add({ type: 'tool_call', id: 'c1', name: text, input: { [text]: text } }, { turn: 't1', model: text });
  log.add({ type: 'tool_result', toolUseId: 'c1', content: text, isError: true }, { turn: 't1', model: text });
  log.text(text, { turn: 't1', model: text, skill: text });
  log.add({ type: 'out_of_band_output', name: text, command: text, content: text });
  log.add({ type: 'opaque', eventType: text, data: text });
  log.add({ type: 'damaged', eventType: text, data: text, reason: text });
  log.add({ type: 'skill_invocation', name: text, arguments: text, content: text });
  log.add({ type: 'text', content: text, finish: 'failed', error }, { turn: 't2', model: 'x' });
  return snapshot({
    summary: summary(text, { directory: text, model: text, provider: text, skill: text }),
    events: log.events,
    turnStatus: 'failed',
    notice: { kind: 'interrupted', lastEventAt: morning, idleMs: 300_000 },
    model: model(text),
    context: contextTypes.map((type) => ({ type, key: text, bytes: 10, unreadable: type === 'file' })),
    memory: { draft: text, scroll: null },
    skill: { current: text, missing: true, available: [] },
  });
}

/** A summary that stands open, and one that failed. */
function asSummary(text: string): SessionSnapshot {
  const log = new LogBuilder();
  log.user('Old', { at: morning });
  log.compaction(1, 1, { summary: text });
  log.user('New');
  return snapshot({
    summary: summary(text),
    events: log.events,
    showSummaries: true,
    compaction: {
      stage: 'failed',
      messages: 1,
      tokensBefore: 1,
      tokensAfter: null,
      waiting: false,
      error: { code: 'model/failed', args: {}, message: text },
    },
  });
}

/** A reply that asks for a tool, with messages that wait for its end. */
function asRunning(text: string): SessionSnapshot {
  const log = new LogBuilder();
  log.user('Hello');
  const pending = { name: text, input: { [text]: text } };
  return snapshot({
    summary: summary(text),
    events: log.events,
    queued: [{ clientMessageId: 'm1', text, skill: text }],
    turn: turn({
      turnId: toTurnId('t9'),
      phase: 'tools',
      model: { provider: text, model: text },
      text,
      reasoning: text,
      pendingTools: [
        { ...pending, id: 'c8', phase: 'running' },
        { ...pending, id: 'c9', phase: 'confirm' },
      ],
    }),
  });
}

/** Nothing yet: the sessions before, and the list of what a slash may begin. */
function asEmpty(text: string): SessionSnapshot {
  return snapshot({
    recent: [summary(text)],
    memory: { draft: '/', scroll: null },
    model: { ...model(text), ref: null, missing: { provider: text, model: text } },
    workspace: { folderName: text, hasFolder: false, trusted: false },
    skill: {
      current: null,
      missing: false,
      // A name has letters, digits, hyphens and underscores only, before it ever gets here.
      available: [{ name: 'review', description: text }],
    },
  });
}

/** A store that cannot be read, for a reason that has file names in it. */
function asBroken(text: string): SessionSnapshot {
  const error = { code: text, args: { path: text } };
  return snapshot({ store: { kind: 'unavailable', error, text, canRestore: true } });
}
