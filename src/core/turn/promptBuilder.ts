import type { ModelRef } from '../session/session';
import type { StoredEvent } from '../session/sessionEvent';
import type { ModelInfo, ModelRequest, PromptMessage, ToolDefinition } from './modelProvider';
import { applyCompactions, startsTurn, type PromptEntry } from './promptBranch';
import { promptBudget, promptTokens, splitTurns, type PromptBudget } from './promptLimits';
import { toMessages } from './promptMessages';
import type { HistoryLimits } from './turnRunnerDeps';

export interface PromptInput {
  /** The branch from its root to what is asked. */
  readonly branch: readonly StoredEvent[];
  readonly ref: ModelRef;
  readonly info: ModelInfo;
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  readonly limits: HistoryLimits;
  readonly serverSessionId?: string;
}

/** Stands where turns were left out, so that the model does not take the rest for everything. */
const omittedText = '[Earlier messages of this conversation are left out here, because they do not fit.]';

/** Asks for the rest where a branch ends with the assistant: most providers refuse such a request. */
const continueText = 'Please go on.';

/** Builds a request from stored events: compactions applied, then whole turns left out from the oldest on until it fits. The newest turn always goes. */
export function buildRequest(input: PromptInput): ModelRequest {
  const tools = input.info.supportsTools ? input.tools : [];
  const budget = promptBudget(input.info, input.limits, input.system, tools);
  return {
    model: input.ref.model,
    system: input.system,
    messages: closeWithUser(fitMessages(applyCompactions(input.branch), input.ref, budget)),
    tools,
    ...(input.serverSessionId === undefined ? {} : { serverSessionId: input.serverSessionId }),
  };
}

function fitMessages(entries: readonly PromptEntry[], ref: ModelRef, budget: PromptBudget): readonly PromptMessage[] {
  const turns = splitTurns(entries);
  const newest = turns.length - 1;
  let first = newest;
  let tokens = 0;
  let count = 0;
  for (let index = newest; index >= 0; index--) {
    const messages = toMessages(turns[index] ?? [], ref);
    tokens += promptTokens(messages);
    count += messages.length;
    if (index < newest && (tokens > budget.tokens || count > budget.messages)) {
      break;
    }
    first = index;
  }
  const kept = toMessages(turns.slice(Math.max(first, 0)).flat(), ref);
  return first > 0 || kept[0]?.role === 'assistant' ? withMarker(kept) : kept;
}

/** Also where a branch begins with the assistant, which no provider takes. */
function withMarker(messages: readonly PromptMessage[]): readonly PromptMessage[] {
  const [first, ...rest] = messages;
  return first?.role === 'user'
    ? [{ role: 'user', content: `${omittedText}\n\n${first.content}` }, ...rest]
    : [{ role: 'user', content: omittedText }, ...messages];
}

function closeWithUser(messages: readonly PromptMessage[]): readonly PromptMessage[] {
  return messages.at(-1)?.role === 'assistant' ? [...messages, { role: 'user', content: continueText }] : messages;
}

/** The newest message of the person at the end of the branch or above it. */
export function lastUserMessage(branch: readonly StoredEvent[]): StoredEvent | undefined {
  return branch.findLast((event) => startsTurn(event.body));
}
