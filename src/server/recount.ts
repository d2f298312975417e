import { countEvents } from '../core/checkpoint/eventCounts';
import { fromEventData } from '../core/checkpoint/eventData';
import type { CheckpointVersion } from '../core/checkpoint/checkpointFields';
import { decodeEventBody } from '../core/session/sessionEventCodec';
import { fieldsOf, listOf } from './sourceValue';

/** The counts that the statistics of a checkpoint must give, by the names of their fields. */
export function countsOf(version: CheckpointVersion, value: unknown): Readonly<Record<string, number>> {
  const { messages, events } = fieldsOf(value);
  if (version === '1.0') {
    const roles = listOf(messages).map((message) => fieldsOf(message)['role']);
    return {
      message_count: roles.length,
      user_messages: roles.filter((role) => role === 'user').length,
      assistant_messages: roles.filter((role) => role === 'assistant').length,
    };
  }
  return countEvents(
    listOf(events).map((event) => {
      const { type, data = null, raw } = fieldsOf(event);
      return decodeEventBody(String(type), fromEventData(typeof raw === 'string' ? { raw } : { data }));
    }),
  );
}
