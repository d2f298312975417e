import type { EventBody, TextError, TextFinish, TokenUsage } from '../session/sessionEvent';
import type { TurnEdit } from './turnEdit';
import { flush } from './turnFlush';
import { toolResultTexts, unanswered } from './toolAnswers';
import { emptyReply, type EndStatus, type Reply, type StopReason } from './turnState';

export interface TurnEnd {
  readonly finish: TextFinish;
  readonly error?: TextError;
  readonly usage?: TokenUsage;
  /** The window goes away. */
  readonly leaving?: boolean;
}

const statusOf: Readonly<Record<TextFinish, EndStatus>> = {
  completed: 'idle',
  length: 'idle',
  cancelled: 'cancelled',
  failed: 'failed',
  interrupted: 'interrupted',
};

/**
 * Ends the turn: silences the request and the tools, answers calls that are still open, and stores the text so far
 * with how it ended. The text event is stored even when it is empty, so that a reload shows the same end.
 */
export function finishTurn(edit: TurnEdit, end: TurnEnd): void {
  const tools = edit.in('tools')?.tools;
  // In the tools phase the text of the round is stored, or on its way, with its calls.
  const reply = tools === undefined ? edit.core.reply : emptyReply(edit.core.reply.requestedAt);
  silence(edit);
  const results = unanswered(
    tools ?? [],
    end.finish === 'cancelled' ? toolResultTexts.cancelled : toolResultTexts.turnEnded,
  );
  edit.enqueue([...results, ...replyBodies(reply, end)], {
    ...(end.usage === undefined ? {} : { usage: end.usage }),
    durationMs: Math.max(0, edit.time - reply.requestedAt),
  });
  edit.enter({ phase: 'finishing', status: statusOf[end.finish], storeTries: 0, leaving: end.leaving ?? false });
  flush(edit);
}

export function failTurn(edit: TurnEdit, error: TextError, usage?: TokenUsage): void {
  finishTurn(edit, { finish: 'failed', error, ...(usage === undefined ? {} : { usage }) });
}

/** Stops the turn; while the message of the person is being stored, the stop waits for it. */
export function stopTurn(edit: TurnEdit, reason: StopReason): void {
  const preparing = edit.in('preparing');
  if (preparing !== undefined && edit.core.storing !== null) {
    edit.enter({ ...preparing, stop: reason });
    return;
  }
  const leaving = reason === 'shutdown';
  if (edit.in('finishing') === undefined) {
    finishTurn(edit, { finish: reason === 'user' ? 'cancelled' : 'interrupted', leaving });
  } else {
    storeEndNow(edit, leaving);
  }
}

/** Does not let an end wait longer for the disk. */
function storeEndNow(edit: TurnEdit, leaving: boolean): void {
  const finishing = edit.in('finishing');
  if (finishing !== undefined && leaving && !finishing.leaving) {
    edit.enter({ ...finishing, storeTries: 0, leaving });
  }
  edit.cancelTimer('store');
  flush(edit);
}

/** The reasoning, if there was any. */
export function reasoningBodies(reply: Reply): readonly EventBody[] {
  if (reply.reasoning === '' && reply.reasoningState === undefined) {
    return [];
  }
  return [withState({ type: 'reasoning', content: reply.reasoning }, reply.reasoningState)];
}

/** The body with the provider's state, where there is one. */
export function withState<B extends EventBody>(body: B, providerState: Reply['textState']): B {
  return providerState === undefined ? body : { ...body, providerState };
}

function replyBodies(reply: Reply, end: TurnEnd): readonly EventBody[] {
  const text: EventBody = {
    type: 'text',
    content: reply.text,
    finish: end.finish,
    ...(end.error === undefined ? {} : { error: end.error }),
  };
  return [...reasoningBodies(reply), withState(text, reply.textState)];
}

function silence(edit: TurnEdit): void {
  const { phase } = edit.now;
  edit.patch({ generation: edit.core.generation + 1 });
  edit.cancelTimer('firstByte', 'idle', 'retry', 'save');
  if (phase === 'connecting' || phase === 'streaming') {
    edit.emit({ type: 'abortStream' });
  } else if (phase === 'tools') {
    edit.emit({ type: 'abortTools' });
  }
}
