import { holdRequest, openRequest, releaseRequest } from './turnRequest';
import { TurnEdit } from './turnEdit';
import { stopTurn } from './turnEnding';
import { flush } from './turnFlush';
import { defaultTurnLimits, type TurnLimits } from './turnLimits';
import { emptyReply, type RunningTurn, type StartInput, type Step, type TurnInput, type TurnState } from './turnState';
import { onStored, onStoreFailed } from './turnStoring';
import {
  onDelta,
  onFirstByteTimeout,
  onIdleTimeout,
  onStreamEnded,
  onStreamFailed,
  savePartial,
} from './turnStreaming';
import { onToolChecked, onToolDecision, onToolDone } from './turnTools';

/**
 * One step of a turn: what the turn is after the input, and what has to be done, in order.
 * Pure. An input that comes too late, or for a phase that is over, changes nothing.
 *
 *     preparing -> connecting -> streaming -> finishing -> (none)
 *                   |    ^          |  ^
 *                   v    |          v  |
 *                  waiting          tools
 */
export function stepTurn(state: TurnState, input: TurnInput, limits: TurnLimits = defaultTurnLimits): Step {
  if (state === null) {
    return input.type === 'start' ? startTurn(input, limits) : { state, effects: [] };
  }
  const edit = new TurnEdit(state, limits, input.at);
  advance(edit, input);
  return edit.toStep();
}

function startTurn(input: StartInput, limits: TurnLimits): Step {
  const turn: RunningTurn = {
    core: {
      sessionId: input.sessionId,
      turnId: input.turnId,
      model: input.model,
      startedAt: input.at,
      generation: 0,
      attempt: 1,
      rounds: 0,
      nextKey: 0,
      timers: {},
      nextTimer: 0,
      below: input.below,
      branchFrom: input.branchFrom,
      storing: null,
      queued: [],
      reply: emptyReply(input.at),
    },
    now: { phase: 'preparing', stop: null },
  };
  const edit = new TurnEdit(turn, limits, input.at);
  edit.enqueue(input.opening);
  const events = edit.core.queued;
  edit.patch({ storing: events, queued: [] });
  edit.emit({
    type: 'append',
    events,
    kind: 'opening',
    turnStatus: 'running',
    parent: input.opening.length === 0 ? null : input.branchFrom,
    clearDraft: false,
  });
  edit.publish();
  return edit.toStep();
}

function advance(edit: TurnEdit, input: TurnInput): void {
  switch (input.type) {
    case 'start':
      break;
    case 'stored':
      onStored(edit, input.lastEventId);
      break;
    case 'storeFailed':
      onStoreFailed(edit, input.error);
      break;
    case 'delta':
    case 'streamEnded':
    case 'streamFailed':
    case 'held':
    case 'released':
      onStream(edit, input);
      break;
    case 'timer':
      onTimer(edit, input);
      break;
    case 'stop':
      stopTurn(edit, input.reason);
      break;
    case 'toolChecked':
      onToolChecked(edit, input);
      break;
    case 'toolDecision':
      onToolDecision(edit, input.callId, input.decision);
      break;
    case 'toolDone':
      onToolDone(edit, input.callId, input.outcome);
      break;
  }
}

type StreamInput = Extract<TurnInput, { type: 'delta' | 'streamEnded' | 'streamFailed' | 'held' | 'released' }>;

function onStream(edit: TurnEdit, input: StreamInput): void {
  const open = edit.in('connecting') ?? edit.in('streaming');
  if (open === undefined || input.generation !== edit.core.generation) {
    return;
  }
  switch (input.type) {
    case 'delta':
      onDelta(edit, input.delta);
      break;
    case 'streamEnded':
      onStreamEnded(edit);
      break;
    case 'streamFailed':
      onStreamFailed(edit, input);
      break;
    case 'held':
      holdRequest(edit);
      break;
    case 'released':
      releaseRequest(edit, input.end);
      break;
  }
}

function onTimer(edit: TurnEdit, input: Extract<TurnInput, { type: 'timer' }>): void {
  if (!edit.takeTimer(input)) {
    return;
  }
  switch (input.name) {
    case 'firstByte':
      onFirstByteTimeout(edit);
      break;
    case 'idle':
      onIdleTimeout(edit);
      break;
    case 'retry':
      openRequest(edit, edit.core.attempt + 1);
      break;
    case 'save':
      savePartial(edit);
      break;
    case 'store':
      flush(edit);
      break;
  }
}
