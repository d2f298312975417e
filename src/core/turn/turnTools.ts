import type { EventBody, TokenUsage } from '../session/sessionEvent';
import type { ToolDecision, ToolOutcome } from './toolHost';
import { toolError, toolResultTexts } from './toolAnswers';
import type { TurnEdit } from './turnEdit';
import { finishTurn, reasoningBodies, withState } from './turnEnding';
import { flush } from './turnFlush';
import { openRequest } from './turnRequest';
import type { ToolCall, ToolProgress, TurnInput } from './turnState';

/** The model finished with calls: they are stored before any of them runs. */
export function startTools(edit: TurnEdit, usage: TokenUsage): void {
  const { reply, rounds } = edit.core;
  edit.cancelTimer('firstByte', 'idle', 'save');
  edit.patch({ generation: edit.core.generation + 1 });
  edit.emit({ type: 'abortStream' });
  const text: readonly EventBody[] =
    reply.text === '' ? [] : [withState({ type: 'text', content: reply.text, finish: 'completed' }, reply.textState)];
  const calls = reply.calls.map((call): EventBody =>
    withState({ type: 'tool_call', id: call.id, name: call.name, input: call.input }, call.providerState),
  );
  edit.enqueue([...reasoningBodies(reply), ...text, ...calls], {
    usage,
    durationMs: Math.max(0, edit.time - reply.requestedAt),
  });
  edit.enter({ phase: 'tools', tools: reply.calls.map((call): ToolProgress => ({ call, status: 'checking' })) });
  if (rounds >= edit.limits.maxToolRounds) {
    edit.enqueue(reply.calls.map((call) => toolError(call.id, toolResultTexts.tooManyRounds)));
    markAll(edit, 'done');
    finishTurn(edit, { finish: 'length' });
  } else {
    flush(edit);
  }
}

/** Asks the tool host about every call of the round. */
export function checkTools(edit: TurnEdit): void {
  for (const { call, status } of edit.in('tools')?.tools ?? []) {
    if (status === 'checking') {
      edit.emit({ type: 'checkTool', call });
    }
  }
}

/** Sends the next request once every call is answered on disk. */
export function goOnAfterTools(edit: TurnEdit): void {
  const round = edit.in('tools');
  if (round === undefined || edit.core.storing !== null || round.tools.some((tool) => tool.status !== 'done')) {
    return;
  }
  edit.patch({ rounds: edit.core.rounds + 1 });
  openRequest(edit, 1);
}

export function onToolChecked(edit: TurnEdit, input: Extract<TurnInput, { type: 'toolChecked' }>): void {
  const call = find(edit, input.callId, 'checking');
  if (call === undefined) {
    return;
  }
  if (input.verdict === 'granted') {
    run(edit, call);
  } else if (input.verdict === 'ask') {
    mark(edit, call.id, 'confirm');
  } else {
    answer(edit, call.id, { content: toolResultTexts[input.verdict], isError: true });
  }
}

/** A yes for the session or for always counts for the other calls of the same tool that wait beside it, too. */
export function onToolDecision(edit: TurnEdit, callId: string, decision: ToolDecision): void {
  const call = find(edit, callId, 'confirm');
  if (call === undefined) {
    return;
  }
  if (decision === 'deny') {
    answer(edit, callId, { content: toolResultTexts.denied, isError: true });
    return;
  }
  if (decision === 'once') {
    run(edit, call);
    return;
  }
  edit.emit({ type: 'grantTool', name: call.name, grant: decision });
  for (const tool of edit.in('tools')?.tools ?? []) {
    if (tool.status === 'confirm' && tool.call.name === call.name) {
      run(edit, tool.call);
    }
  }
}

export function onToolDone(edit: TurnEdit, callId: string, outcome: ToolOutcome): void {
  if (find(edit, callId, 'running') !== undefined) {
    answer(edit, callId, outcome);
  }
}

function run(edit: TurnEdit, call: ToolCall): void {
  mark(edit, call.id, 'running');
  edit.emit({ type: 'runTool', call });
}

function answer(edit: TurnEdit, callId: string, outcome: ToolOutcome): void {
  mark(edit, callId, 'done');
  edit.enqueue([{ type: 'tool_result', toolUseId: callId, content: outcome.content, isError: outcome.isError }]);
  flush(edit);
}

function find(edit: TurnEdit, callId: string, status: ToolProgress['status']): ToolCall | undefined {
  return edit.in('tools')?.tools.find((tool) => tool.call.id === callId && tool.status === status)?.call;
}

function mark(edit: TurnEdit, callId: string, status: ToolProgress['status']): void {
  const round = edit.in('tools');
  if (round !== undefined) {
    edit.enter({ ...round, tools: round.tools.map((tool) => (tool.call.id === callId ? { ...tool, status } : tool)) });
  }
}

function markAll(edit: TurnEdit, status: ToolProgress['status']): void {
  const round = edit.in('tools');
  if (round !== undefined) {
    edit.enter({ ...round, tools: round.tools.map((tool) => ({ ...tool, status })) });
  }
}
