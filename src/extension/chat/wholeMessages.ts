import { AppError } from '../../core/base/errors';
import { messageTextOf } from '../../core/session/messagePreview';
import type { EventId, SessionId } from '../../core/session/session';
import type { StoredBody } from '../../core/session/sessionEvent';
import type { SessionManager } from '../../core/session/sessionManager';

type Log = Pick<SessionManager, 'loadBranch'>;

/** A text with the name of the language that it is written in. */
export interface WholeText {
  readonly text: string;
  readonly language: string;
}

/** All of an event as it is stored. Rejects with `argument/invalid` when the session has no such event. */
export async function wholeEvent(log: Log, sessionId: SessionId, eventId: EventId): Promise<WholeText> {
  return wholeText(await loadBody(log, sessionId, eventId));
}

/** The messages among the events, each as it was written, for the clipboard. */
export async function wholeMessages(log: Log, sessionId: SessionId, eventIds: readonly EventId[]): Promise<string> {
  const texts: string[] = [];
  for (const eventId of eventIds) {
    texts.push(messageTextOf(await loadBody(log, sessionId, eventId)) ?? '');
  }
  return texts.filter((text) => text !== '').join('\n\n');
}

async function loadBody(log: Log, sessionId: SessionId, eventId: EventId): Promise<StoredBody> {
  const [event] = await log.loadBranch(sessionId, eventId, 1);
  if (event === undefined) {
    throw new AppError('argument/invalid', { args: { name: 'eventId', reason: 'the session has no such event' } });
  }
  return event.body;
}

function wholeText(body: StoredBody): WholeText {
  switch (body.type) {
    case 'tool_call':
      return { text: JSON.stringify(body.input, null, 2), language: 'json' };
    case 'opaque':
    case 'damaged':
      return { text: body.data, language: 'json' };
    case 'compaction':
      return { text: body.summary, language: 'markdown' };
    case 'skill_invocation':
      return { text: [messageTextOf(body), body.content].join('\n\n'), language: 'markdown' };
    case 'user_message':
    case 'text':
      return { text: body.content, language: 'markdown' };
    case 'reasoning':
    case 'tool_result':
    case 'out_of_band_output':
    case 'system_context':
      return { text: body.content, language: 'plaintext' };
    default:
      return { text: JSON.stringify(body, null, 2), language: 'json' };
  }
}
