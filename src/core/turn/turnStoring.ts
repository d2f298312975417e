import type { EventId } from '../session/session';
import type { TextError } from '../session/sessionEvent';
import { openRequest } from './turnRequest';
import { checkTools, goOnAfterTools } from './turnTools';
import { failTurn, stopTurn } from './turnEnding';
import { flush } from './turnFlush';
import type { TurnEdit } from './turnEdit';
import { emptyReply, type PhaseOf } from './turnState';

/** What was on its way is on disk. */
export function onStored(edit: TurnEdit, lastEventId: EventId | null): void {
  const stored = edit.core.storing;
  if (stored === null) {
    return;
  }
  edit.patch({
    storing: null,
    below: lastEventId ?? edit.core.below,
    branchFrom: lastEventId === null ? edit.core.branchFrom : null,
  });
  const { now } = edit;
  if (now.phase === 'preparing') {
    edit.emit({ type: 'startSettled', error: null });
    if (now.stop === null) {
      openRequest(edit, 1);
    } else {
      stopTurn(edit, now.stop);
    }
  } else if (now.phase === 'tools') {
    onAnswerStored(edit);
  } else if (now.phase === 'finishing') {
    flush(edit);
    if (edit.core.storing === null) {
      edit.end({ type: 'ended', lost: null });
    }
  }
}

function onAnswerStored(edit: TurnEdit): void {
  const { reply, below } = edit.core;
  if (reply.calls.length > 0 && below !== null) {
    edit.patch({ reply: emptyReply(reply.requestedAt) });
    // The next text hangs below the calls.
    edit.emit({ type: 'savePartial', below, text: '', reasoning: '' });
    edit.publish();
    checkTools(edit);
  }
  flush(edit);
  goOnAfterTools(edit);
}

/** What was on its way did not reach the disk: the message of the person is handed back, anything later is tried again with the end. */
export function onStoreFailed(edit: TurnEdit, error: TextError): void {
  const lost = edit.core.storing;
  if (lost === null) {
    return;
  }
  const { now } = edit;
  if (now.phase === 'preparing') {
    edit.end({ type: 'startSettled', error });
    return;
  }
  edit.patch({ storing: null, queued: [...lost, ...edit.core.queued] });
  if (now.phase !== 'finishing') {
    failTurn(edit, error);
  } else if (isHopeless(edit, now, error)) {
    edit.end({ type: 'ended', lost: error });
  } else {
    edit.enter({ ...now, storeTries: now.storeTries + 1 });
    edit.startTimer('store', Math.min(edit.limits.storeRetryMs * 2 ** now.storeTries, edit.limits.backoffCapMs));
  }
}

/**
 * While the store is in trouble the end stays in memory, where it can be read, and is tried again for as long as the
 * window lives. With the window it is gone, up to what was saved of the reply while it grew.
 */
function isHopeless(edit: TurnEdit, now: PhaseOf<'finishing'>, error: TextError): boolean {
  if (error.code === 'session/not-found') {
    return true;
  }
  const mayPass = error.code.startsWith('store/') && !now.leaving;
  return !mayPass && now.storeTries + 1 >= edit.limits.maxStoreTries;
}
