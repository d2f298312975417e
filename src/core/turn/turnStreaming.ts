import type { TextError } from '../session/sessionEvent';
import type { ModelDelta } from './modelProvider';
import { retryDelay } from './retryPolicy';
import type { TurnEdit } from './turnEdit';
import { failTurn, finishTurn } from './turnEnding';
import { startTools } from './turnTools';
import type { ToolCall, TurnInput } from './turnState';
import { truncateUtf8, utf8Length } from './utf8';

/** Calls of one answer: far more than models make, and few enough that each can be looked at when one comes in. */
const maxCalls = 1000;

/** Takes what the provider sent for the current request. */
export function onDelta(edit: TurnEdit, delta: ModelDelta): void {
  switch (delta.type) {
    case 'text':
    case 'reasoning':
      addText(edit, delta.type, delta.text);
      break;
    case 'part_state':
      edit.patch({
        reply: { ...edit.core.reply, [delta.part === 'text' ? 'textState' : 'reasoningState']: delta.providerState },
      });
      break;
    case 'tool_call':
      addCall(edit, delta);
      break;
    case 'server_session':
      edit.emit({ type: 'saveServerSession', id: delta.id });
      break;
    case 'usage_limits':
      edit.emit({ type: 'saveUsageLimits', snapshot: delta.snapshot });
      break;
    case 'finish':
      onFinish(edit, delta);
      break;
  }
}

/** The connection ended without the provider saying that the answer is complete. */
export function onStreamEnded(edit: TurnEdit): void {
  failTurn(edit, ownError(edit, 'model/incomplete'));
}

/** Tries again by itself only while nothing of the answer was shown: text on the screen must not vanish. */
export function onStreamFailed(edit: TurnEdit, input: Extract<TurnInput, { type: 'streamFailed' }>): void {
  const { reply, attempt } = edit.core;
  const shown = reply.text !== '' || reply.reasoning !== '';
  const delay = shown ? undefined : retryDelay({ error: input.error, attempt, random: input.random }, edit.limits);
  if (delay === undefined) {
    failTurn(edit, input.error);
    return;
  }
  edit.patch({ generation: edit.core.generation + 1 });
  edit.cancelTimer('firstByte', 'idle', 'save');
  edit.emit({ type: 'abortStream' });
  edit.startTimer('retry', delay);
  edit.enter({ phase: 'waiting', retryAt: edit.time + delay, error: input.error });
}

export function onFirstByteTimeout(edit: TurnEdit): void {
  failTurn(edit, ownError(edit, 'model/first-byte-timeout', { seconds: Math.round(edit.limits.firstByteMs / 1000) }));
}

export function onIdleTimeout(edit: TurnEdit): void {
  failTurn(edit, ownError(edit, 'model/idle-timeout', { seconds: Math.round(edit.limits.idleMs / 1000) }));
}

/** Writes what has come over the partial reply on disk. */
export function savePartial(edit: TurnEdit): void {
  const { below, reply } = edit.core;
  if (below === null || reply.unsavedBytes === 0) {
    return;
  }
  edit.cancelTimer('save');
  edit.patch({ reply: { ...reply, unsavedBytes: 0 } });
  edit.emit({ type: 'savePartial', below, text: reply.text, reasoning: reply.reasoning });
}

function addText(edit: TurnEdit, part: 'text' | 'reasoning', incoming: string): void {
  if (incoming === '') {
    keepAlive(edit);
    return;
  }
  const { reply } = edit.core;
  const { maxReplyBytes } = edit.limits;
  const size = utf8Length(incoming);
  const tooLarge = reply.bytes + size > maxReplyBytes;
  const added = tooLarge ? truncateUtf8(incoming, maxReplyBytes - reply.bytes) : incoming;
  edit.patch({
    reply: {
      ...reply,
      [part]: reply[part] + added,
      bytes: reply.bytes + size,
      unsavedBytes: reply.unsavedBytes + size,
    },
  });
  edit.emit({ type: 'stream', text: part === 'text' ? added : '', reasoning: part === 'reasoning' ? added : '' });
  enterStreaming(edit);
  if (tooLarge) {
    failTurn(edit, ownError(edit, 'model/reply-too-large', { limitBytes: maxReplyBytes }));
  } else {
    scheduleSave(edit);
  }
}

function scheduleSave(edit: TurnEdit): void {
  const { reply, timers } = edit.core;
  const eager = reply.bytes <= edit.limits.eagerSaveBytes;
  if (eager && reply.unsavedBytes >= edit.limits.saveAfterBytes) {
    savePartial(edit);
  } else if (timers.save === undefined) {
    edit.startTimer('save', edit.limits.saveAfterMs);
  }
}

function addCall(edit: TurnEdit, delta: Extract<ModelDelta, { type: 'tool_call' }>): void {
  const { reply } = edit.core;
  const call: ToolCall = {
    id: uniqueCallId(delta.id, reply.calls),
    name: delta.name,
    input: delta.input,
    ...(delta.providerState === undefined ? {} : { providerState: delta.providerState }),
  };
  const bytes = reply.bytes + utf8Length(JSON.stringify(call.input));
  edit.patch({ reply: { ...reply, bytes, calls: [...reply.calls, call] } });
  enterStreaming(edit);
  if (bytes > edit.limits.maxReplyBytes || reply.calls.length >= maxCalls) {
    failTurn(edit, ownError(edit, 'model/reply-too-large', { limitBytes: edit.limits.maxReplyBytes }));
  }
}

/** Some servers give no ids, or the same one to several calls of an answer. */
function uniqueCallId(id: string, calls: readonly ToolCall[]): string {
  const taken = new Set(calls.map((call) => call.id));
  let candidate = id === '' ? 'call' : id;
  for (let number = 2; taken.has(candidate); number++) {
    candidate = `${id === '' ? 'call' : id}-${number}`;
  }
  return candidate;
}

function enterStreaming(edit: TurnEdit): void {
  edit.cancelTimer('firstByte');
  if (edit.in('streaming') === undefined) {
    edit.enter({ phase: 'streaming' });
  }
  edit.startTimer('idle', edit.limits.idleMs);
}

/** An empty text is a sign of life: the provider works on something that is not shown, such as the input of a call. */
function keepAlive(edit: TurnEdit): void {
  if (edit.in('streaming') !== undefined) {
    edit.startTimer('idle', edit.limits.idleMs);
  } else {
    edit.startTimer('firstByte', edit.limits.firstByteMs);
  }
}

function onFinish(edit: TurnEdit, delta: Extract<ModelDelta, { type: 'finish' }>): void {
  if (edit.core.reply.calls.length > 0) {
    startTools(edit, delta.usage);
  } else if (delta.reason === 'content_filter') {
    failTurn(edit, ownError(edit, 'model/blocked'), delta.usage);
  } else {
    finishTurn(edit, { finish: delta.reason === 'length' ? 'length' : 'completed', usage: delta.usage });
  }
}

function ownError(edit: TurnEdit, code: string, args: TextError['args'] = {}): TextError {
  const { provider, model } = edit.core.model;
  return { code, args: { provider, model, ...args } };
}
