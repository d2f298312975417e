import { startsTurn } from '../session/startsTurn';
import type { ModelRef } from '../session/session';
import type { EventBodyOf, StoredEvent } from '../session/sessionEvent';
import type { AssistantPart, PromptMessage, ToolResultPart } from './modelProvider';
import { attachmentsOf, attachmentsText } from './promptAttachments';
import type { PromptEntry, PromptSummary } from './promptBranch';
import { firstSeq } from './promptTail';
import { toolResultTexts } from './toolAnswers';

type ToolCallPart = Extract<AssistantPart, { type: 'tool_call' }>;
type ToolResults = ReadonlyMap<string, EventBodyOf<'tool_result'>>;

/**
 * The entries as messages: neighbours of one role merged, every tool call answered directly behind it. With `markers`
 * each summary says which messages it stands for and where it ends.
 */
export function toMessages(
  entries: readonly PromptEntry[],
  reader: ModelRef,
  markers = false,
): readonly PromptMessage[] {
  const messages: PromptMessage[] = [];
  let parts: AssistantPart[] = [];
  let hasCalls = false;
  let answered = false;
  // Only since the last message of the person, because some servers use the same ids again in every answer; the newest
  // result of an id is the right one there.
  const results = new Map<string, EventBodyOf<'tool_result'>>();
  const closeAssistant = (): void => {
    if (parts.length > 0) {
      messages.push({ role: 'assistant', parts });
    }
    if (hasCalls) {
      const calls = parts.filter((part): part is ToolCallPart => part.type === 'tool_call');
      messages.push({ role: 'tool', results: calls.map((call) => resultFor(call, results)) });
    }
    parts = [];
    hasCalls = false;
    answered = false;
  };
  for (const entry of entries) {
    const body = entry.kind === 'event' ? entry.event.body : undefined;
    const user = userText(entry, markers);
    const part = entry.kind === 'event' ? assistantPart(entry.event, reader) : undefined;
    if (user !== undefined) {
      closeAssistant();
      addUser(messages, user);
    } else if (part !== undefined) {
      if (hasCalls && (answered || part.type !== 'tool_call')) {
        closeAssistant();
      }
      parts.push(part);
      hasCalls ||= part.type === 'tool_call';
    }
    if (body === undefined || startsTurn(body)) {
      results.clear();
    } else if (body.type === 'tool_result') {
      answered = true;
      results.set(body.toolUseId, body);
    }
  }
  closeAssistant();
  return messages;
}

function resultFor(call: ToolCallPart, results: ToolResults): ToolResultPart {
  const result = results.get(call.id);
  return {
    toolUseId: call.id,
    name: call.name,
    content: result?.content ?? toolResultTexts.missing,
    isError: result?.isError ?? true,
  };
}

function addUser(messages: PromptMessage[], content: string): void {
  const last = messages.at(-1);
  if (last?.role === 'user') {
    messages[messages.length - 1] = { role: 'user', content: `${last.content}\n\n${content}` };
  } else {
    messages.push({ role: 'user', content });
  }
}

/** A summary as the model reads it. */
export function summaryText({ text, messages, fromSeq, toSeq }: PromptSummary, markers: boolean): string {
  if (!markers) {
    return `[Summary of the earlier part of this conversation]\n${text}`;
  }
  const range =
    messages !== null && fromSeq <= firstSeq ? `messages 1 to ${messages}` : `entries ${fromSeq} to ${toSeq}`;
  return `[Summary of ${range} of this conversation]\n${text}\n[End of the summary of ${range}]`;
}

/** What the entry says in the role of the user; undefined for everything else. */
function userText(entry: PromptEntry, markers: boolean): string | undefined {
  if (entry.kind === 'summary') {
    return summaryText(entry, markers);
  }
  if (entry.kind === 'remark') {
    return entry.text;
  }
  const { body } = entry.event;
  switch (body.type) {
    case 'user_message':
      return joined(attachmentsText(attachmentsOf(body)), body.content);
    case 'system_context':
      return joined(body.content);
    case 'skill_invocation':
      return joined(
        attachmentsText(attachmentsOf(body)),
        `[Skill "${body.name}"${body.arguments === null ? '' : `, arguments: ${body.arguments}`}]\n${body.content}`,
      );
    default:
      return undefined;
  }
}

/** The texts that are not empty; undefined where none is. */
function joined(...texts: readonly string[]): string | undefined {
  const present = texts.filter((text) => text !== '');
  return present.length === 0 ? undefined : present.join('\n\n');
}

/** What the event says in the role of the assistant; undefined for everything else. */
function assistantPart(event: StoredEvent, reader: ModelRef): AssistantPart | undefined {
  const { body } = event;
  const state = ownState(event, reader);
  switch (body.type) {
    case 'text':
      return body.content === '' ? undefined : { type: 'text', text: body.content, ...state };
    case 'reasoning':
      // Without its signature no provider takes reasoning back.
      return state.providerState === undefined ? undefined : { type: 'reasoning', text: body.content, ...state };
    case 'tool_call':
      return { type: 'tool_call', id: body.id, name: body.name, input: body.input, ...state };
    default:
      return undefined;
  }
}

/** Signatures and ids of one provider mean nothing, or an error, to another one or to another model. */
function ownState(event: StoredEvent, reader: ModelRef): Pick<AssistantPart, 'providerState'> {
  const { body } = event;
  const own = event.provider === reader.provider && event.model === reader.model;
  return own && 'providerState' in body && body.providerState !== undefined
    ? { providerState: body.providerState }
    : {};
}
