import { toEventId, toInvocationId, toSessionId } from '../../../../src/core/session/session';
import type { EventBodyOf, EventOrigin, StoredBody, StoredEvent } from '../../../../src/core/session/sessionEvent';
import { applyCompactions, type PromptEntry } from '../../../../src/core/turn/promptBranch';
import { measureTurn, splitTurns, type PromptTurn } from '../../../../src/core/turn/promptLimits';

export const ref = { provider: 'p', model: 'm' };

export type BodyAndOrigin = StoredBody | readonly [StoredBody, EventOrigin];

/** A branch of events e1, e2, … with `seq` from 1. */
export function branchOf(...bodies: readonly BodyAndOrigin[]): readonly StoredEvent[] {
  return bodies.map((entry, index): StoredEvent => {
    const [body, origin] = 'type' in entry ? [entry, ref] : entry;
    return {
      id: toEventId(`e${index + 1}`),
      sessionId: toSessionId('s'),
      seq: index + 1,
      parentId: index === 0 ? null : toEventId(`e${index}`),
      invocationId: toInvocationId('i'),
      createdAt: index,
      ...origin,
      body,
    };
  });
}

export const entriesOf = (...bodies: readonly BodyAndOrigin[]): readonly PromptEntry[] =>
  applyCompactions(branchOf(...bodies));

export const turnsOf = (...bodies: readonly BodyAndOrigin[]): readonly PromptTurn[] =>
  splitTurns(entriesOf(...bodies)).map((entries) => measureTurn(entries, ref, false));

export const user = (content: string): StoredBody => ({ type: 'user_message', content });
export const text = (content: string): StoredBody => ({ type: 'text', content, finish: 'completed' });
export const note = (content: string): StoredBody => ({ type: 'system_context', content });
export const call = (id: string): StoredBody => ({ type: 'tool_call', id, name: 'clock', input: {} });
export const result = (toolUseId: string, content = 'ok'): StoredBody => ({
  type: 'tool_result',
  toolUseId,
  content,
  isError: false,
});

export const compaction = (
  fromSeq: number,
  toSeq: number,
  summary = 'They spoke of carts.',
  more: Partial<EventBodyOf<'compaction'>> = {},
): StoredBody => ({
  type: 'compaction',
  summary,
  fromSeq,
  toSeq,
  tokensBefore: 100,
  tokensAfter: 10,
  ...more,
});

/** So many questions, each with its answer. */
export const exchanges = (count: number, words = 'words '.repeat(10)): readonly StoredBody[] =>
  Array.from({ length: count }, (_, index) => [user(`q${index + 1} ${words}`), text(`a${index + 1} ${words}`)]).flat();
