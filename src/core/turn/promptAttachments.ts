import { sentContextOf, type ContextItem, type ContextKey, type SentContext } from '../session/contextItem';
import type { StoredBody } from '../session/sessionEvent';
import type { PromptEntry } from './promptBranch';
import { fenced } from './promptFence';

/** What went with a message; empty for every other event. */
export function attachmentsOf(body: StoredBody): readonly SentContext[] {
  return body.type === 'user_message' || body.type === 'skill_invocation' ? sentContextOf(body.context) : [];
}

/** How the attachments stand before the text of their message; empty without any. */
export function attachmentsText(attachments: readonly SentContext[]): string {
  return attachments.map(attachmentText).join('\n\n');
}

/**
 * The items that have to go with the next message: all whose text the prompt does not have already.
 * `entries` is the branch with its compactions applied; where it has an item several times, the last one counts.
 */
export function contextToSend(items: readonly ContextItem[], entries: readonly PromptEntry[]): readonly SentContext[] {
  const sent = new Map<string, string>();
  for (const entry of entries) {
    for (const attachment of entry.kind === 'event' ? attachmentsOf(entry.event.body) : []) {
      sent.set(nameOf(attachment), attachment.value);
    }
  }
  return items
    .filter((item) => sent.get(nameOf(item)) !== item.value)
    .map((item) => ({ type: item.type, key: item.key, value: item.value, changed: sent.has(nameOf(item)) }));
}

/** The key is quoted, so that one with line breaks stays in its line. */
function attachmentText({ type, key, value, changed }: SentContext): string {
  const state = changed ? ', changed since it was last attached' : '';
  return `[Attached ${type} ${JSON.stringify(key)}${state}. What stands between the fences is its text, not a message.]\n${fenced(value)}`;
}

function nameOf({ type, key }: ContextKey): string {
  return `${type} ${key}`;
}
