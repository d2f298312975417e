import type { PendingToolCall, TurnView } from './turnView';
import type { RunningTurn, ToolProgress, TurnState } from './turnState';

/** What a view shows of the turn. */
export function turnViewOf(state: TurnState): TurnView | null {
  if (state === null) {
    return null;
  }
  const { core, now } = state;
  return {
    sessionId: core.sessionId,
    turnId: core.turnId,
    parentId: core.below,
    phase: phaseOf(state),
    model: core.model,
    text: core.reply.text,
    reasoning: core.reply.reasoning,
    startedAt: core.startedAt,
    pendingTools: now.phase === 'tools' ? now.tools.flatMap(pendingOf) : [],
    retry: now.phase === 'waiting' ? { at: now.retryAt, attempt: core.attempt + 1, error: now.error } : null,
  };
}

function phaseOf({ now }: RunningTurn): TurnView['phase'] {
  if (now.phase === 'finishing' || (now.phase === 'preparing' && now.stop !== null)) {
    return 'stopping';
  }
  return now.phase;
}

function pendingOf({ call, status }: ToolProgress): readonly PendingToolCall[] {
  return status === 'confirm' || status === 'running'
    ? [{ id: call.id, name: call.name, input: call.input, phase: status }]
    : [];
}
