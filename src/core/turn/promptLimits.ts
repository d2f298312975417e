import type { HistoryLimits } from './turnRunnerDeps';
import type { ModelInfo, PromptMessage, ToolDefinition } from './modelProvider';
import { startsTurn, type PromptEntry } from './promptBranch';
import { estimateTokens, tokensPerMessage } from './tokenEstimate';

export interface PromptBudget {
  /** Tokens of all that is sent as messages. */
  readonly tokens: number;
  readonly messages: number;
}

/** Room for the answer where the model does not say how long it may be. */
const defaultReplyTokens = 4096;

/** What fits besides the system text, the tools and the answer. The strictest limit holds. */
export function promptBudget(
  info: ModelInfo,
  limits: HistoryLimits,
  system: string,
  tools: readonly ToolDefinition[],
): PromptBudget {
  const fixed = estimateTokens(system) + estimateTokens(tools.length === 0 ? '' : JSON.stringify(tools));
  const window = info.contextWindow ?? Number.POSITIVE_INFINITY;
  const forReply = Math.min(info.maxOutputTokens ?? defaultReplyTokens, window / 4);
  return {
    tokens: Math.min(window - forReply - fixed, limits.maxTokens > 0 ? limits.maxTokens : Number.POSITIVE_INFINITY),
    messages: limits.maxMessages > 0 ? limits.maxMessages : Number.POSITIVE_INFINITY,
  };
}

/** Turns, each with the notes that stand directly before the message of the person. What precedes the first message is a turn of its own. */
export function splitTurns(entries: readonly PromptEntry[]): readonly (readonly PromptEntry[])[] {
  const turns: PromptEntry[][] = [];
  entries.forEach((entry, index) => {
    if (index === 0 || opensTurn(entries, index)) {
      turns.push([]);
    }
    turns.at(-1)?.push(entry);
  });
  return turns;
}

export function promptTokens(messages: readonly PromptMessage[]): number {
  return messages.reduce((sum, message) => sum + tokensPerMessage + estimateTokens(textOf(message)), 0);
}

function opensTurn(entries: readonly PromptEntry[], index: number): boolean {
  const entry = entries[index];
  if (entry?.kind !== 'event') {
    return false;
  }
  const { body } = entry.event;
  if (body.type === 'system_context') {
    return !isNote(entries[index - 1]) && leadsToMessage(entries, index);
  }
  return startsTurn(body) && !isNote(entries[index - 1]);
}

function leadsToMessage(entries: readonly PromptEntry[], index: number): boolean {
  let next = index + 1;
  while (isNote(entries[next])) {
    next++;
  }
  const entry = entries[next];
  return entry?.kind === 'event' && startsTurn(entry.event.body);
}

function isNote(entry: PromptEntry | undefined): boolean {
  return entry?.kind === 'event' && entry.event.body.type === 'system_context';
}

function textOf(message: PromptMessage): string {
  switch (message.role) {
    case 'user':
      return message.content;
    case 'assistant':
      return message.parts
        .map((part) => (part.type === 'tool_call' ? part.name + JSON.stringify(part.input) : part.text))
        .join('\n');
    case 'tool':
      return message.results.map((result) => result.content).join('\n');
  }
}
