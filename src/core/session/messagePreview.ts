import type { StoredBody } from './sessionEvent';
import { cleanLine } from './sessionTitle';

const maxPreviewLength = 160;
/** How far into a long message is looked for the words of its preview. */
const lookedAt = 4 * maxPreviewLength;

/** What a person reads of a message; undefined for every event that is none. */
export function messageTextOf(body: StoredBody): string | undefined {
  switch (body.type) {
    case 'user_message':
      return body.content;
    case 'text':
      return body.content === '' ? undefined : body.content;
    case 'skill_invocation':
      return `/${body.name} ${body.arguments ?? ''}`.trimEnd();
    default:
      return undefined;
  }
}

/** The last message among some events as one line of at most 160 characters; undefined where none has words. */
export function previewOf(bodies: readonly StoredBody[]): string | undefined {
  for (const body of bodies.toReversed()) {
    const line = cleanLine((messageTextOf(body) ?? '').slice(0, lookedAt), maxPreviewLength);
    if (line !== '') {
      return line;
    }
  }
  return undefined;
}
