import { startsTurn } from '../session/startsTurn';
import type { ModelRef } from '../session/session';
import type { ModelInfo, PromptMessage } from './modelProvider';
import { attachmentsOf, attachmentsText } from './promptAttachments';
import type { PromptEntry } from './promptBranch';
import { summaryText, toMessages } from './promptMessages';
import type { HistoryLimits } from './requestContext';
import { estimateTokens, tokensPerMessage } from './tokenEstimate';

/** A turn of a prompt with what it takes. Tokens as they are estimated, not corrected for the model. */
export interface PromptTurn {
  readonly entries: readonly PromptEntry[];
  /** Everything, summaries and attachments too. */
  readonly tokens: number;
  readonly summaryTokens: number;
  readonly attachmentTokens: number;
  /** Messages besides summaries. */
  readonly messages: number;
  /** Roles of the first and the last message with content. */
  readonly roles: readonly PromptMessage['role'][];
}

/** What may be sent at most, in tokens as the provider counts them; infinite where nobody said. */
export interface PromptBudget {
  /** Of everything: system text, tools and messages. */
  readonly tokens: number;
  readonly messages: number;
}

/** Room for the answer where the model does not say how long it may be. */
const defaultReplyTokens = 4096;

/** What fits besides the answer; `fixed` are the tokens of system text and tools. The strictest limit holds. */
export function promptBudget(info: ModelInfo, limits: HistoryLimits, fixed: number): PromptBudget {
  const window = info.contextWindow ?? Number.POSITIVE_INFINITY;
  const forReply = Math.min(info.maxOutputTokens ?? defaultReplyTokens, window / 4);
  return {
    tokens: Math.min(window - forReply, limits.maxTokens > 0 ? fixed + limits.maxTokens : Number.POSITIVE_INFINITY),
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

export function measureTurn(entries: readonly PromptEntry[], reader: ModelRef, markers: boolean): PromptTurn {
  const messages = toMessages(entries, reader, markers);
  const summaries = entries.flatMap((entry) => (entry.kind === 'summary' ? [summaryText(entry, markers)] : []));
  const attachments = entries.flatMap((entry) => (entry.kind === 'event' ? attachmentsOf(entry.event.body) : []));
  const own =
    summaries.length === 0
      ? messages
      : toMessages(
          entries.filter(({ kind }) => kind !== 'summary'),
          reader,
        );
  return {
    entries,
    tokens: promptTokens(messages),
    summaryTokens: summaries.reduce((sum, text) => sum + estimateTokens(text), 0),
    attachmentTokens: attachments.length === 0 ? 0 : estimateTokens(attachmentsText(attachments)),
    messages: own.length,
    roles: messages.map(({ role }) => role),
  };
}

export function promptTokens(messages: readonly PromptMessage[]): number {
  return messages.reduce((sum, message) => sum + tokensPerMessage + estimateTokens(textOf(message)), 0);
}

/** All text of a message that a model reads. */
export function textOf(message: PromptMessage): string {
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
