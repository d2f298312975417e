import { messageTextOf } from '../session/messagePreview';
import type { StoredBody } from '../session/sessionEvent';
import { startsTurn } from '../session/startsTurn';
import type { Checkpoint2 } from './checkpoint';

/** The counts of format 2.0, over all branches; a message is what lists count as one. */
export function countEvents(bodies: readonly StoredBody[]): Checkpoint2['statistics'] {
  const messages = bodies.filter((body) => messageTextOf(body) !== undefined);
  const fromPerson = messages.filter(startsTurn).length;
  return {
    event_count: bodies.length,
    message_count: messages.length,
    user_messages: fromPerson,
    assistant_messages: messages.length - fromPerson,
  };
}
